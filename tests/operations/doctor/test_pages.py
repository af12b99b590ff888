"""The links in mails lead to the pages, or the check-up says why not."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from digest.operations.doctor.findings import Check
from digest.operations.doctor.pages import ask_pages
from tests.delivery.mta import Certificate

OURS = b'{"status":"ok"}'


@contextmanager
def site(
    status: int = 200,
    body: bytes = OURS,
    headers: dict[str, str] | None = None,
    certificate: Certificate | None = None,
) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    if certificate is not None:
        server.socket = certificate.context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def now() -> datetime:
    return datetime.now(UTC)  # certificates and the server's Date are of the real clock


def asked(url: str, ahead: timedelta = timedelta(0), trust: Path | None = None) -> dict[str, Check]:
    context = ssl.create_default_context(cafile=str(trust) if trust else None)
    found = ask_pages(url, lambda: httpx.Client(verify=context), lambda: now() + ahead)
    return {each.check: each for each in found}


@pytest.mark.parametrize(
    ("status", "body", "headers", "verdict", "said"),
    [
        (200, OURS, {}, "ok", "answers"),
        (200, b"<h1>Welcome to nginx!</h1>", {}, "error", "something else"),
        (404, b"not found", {}, "error", "answers 404"),
        (502, b"bad gateway", {}, "error", "answers 502"),
        (301, b"", {"Location": "https://other.example/"}, "error", "https://other.example/"),
    ],
)
def test_who_answers_at_base_url_is_said(
    status: int, body: bytes, headers: dict[str, str], verdict: str, said: str
) -> None:
    with site(status, body, headers) as port:
        found = asked(f"http://127.0.0.1:{port}/papers")["pages"]
    assert (found.verdict, said in found.text) == (verdict, True), found
    assert f":{port}/papers/readyz" in found.text


def test_a_site_that_is_not_there_is_a_warning_as_it_may_not_be_started_yet() -> None:
    with site() as port:
        pass
    found = asked(f"http://127.0.0.1:{port}")
    assert [each.verdict for each in found.values()] == ["warning"]
    assert "digest serve" in found["pages"].text


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_a_clock_that_differs_from_the_servers_is_an_error(ahead: timedelta) -> None:
    with site() as port:
        assert "clock" not in asked(f"http://127.0.0.1:{port}")
        assert asked(f"http://127.0.0.1:{port}", ahead)["clock"].verdict == "error"


def test_a_certificate_near_its_end_is_named_and_one_that_does_not_hold_is(tmp_path: Path) -> None:
    made = Certificate.make(tmp_path, "127.0.0.1")  # ends tomorrow
    with site(certificate=made) as port:
        found = asked(f"https://127.0.0.1:{port}", trust=made.file)
        assert found["pages"].verdict == "ok"
        assert found["certificate"].verdict == "warning" and "renew" in found["certificate"].text
        strange = asked(f"https://127.0.0.1:{port}")
    assert "certificate" in strange["pages"].text and "certificate" not in strange
