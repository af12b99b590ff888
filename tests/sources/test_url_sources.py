"""Sources behind a URL, asked over a real loopback connection, as the server asks them."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from digest.app.application import App
from digest.sources.fetching import HostPauses
from tests.sources.loopback import NOW, Site, in_turn, says, serving
from tests.sources.url_desk import ONE, Desk


@pytest.fixture
def served() -> Iterator[dict[str, Any]]:
    answers: dict[str, Any] = {}
    with serving(answers) as site:
        answers["site"] = site
        yield answers


@pytest.fixture
def desk(tmp_path: Path, served: dict[str, Any]) -> Desk:
    return Desk(tmp_path, f"{served['site'].url}/a")


def asked(served: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    site: Site = served["site"]
    return site.asked


def test_an_unchanged_page_costs_one_conditional_request(
    desk: Desk, served: dict[str, Any]
) -> None:
    answer = says(200, ONE, ETag='"1"', Last_Modified="Mon, 05 Jan 2026 06:00:00 GMT")
    served["/a"] = in_turn(answer, says(304), says(304))
    fetches = [desk.fetch(), desk.fetch(), desk.fetch()]
    assert [each.health for each in fetches] == ["fresh", "quiet", "quiet"]
    conditional = [headers.get("If-None-Match") for _, headers in asked(served)]
    assert conditional == [None, '"1"', '"1"']
    assert asked(served)[2][1]["If-Modified-Since"] == "Mon, 05 Jan 2026 06:00:00 GMT"


def test_last_modified_alone_is_enough(desk: Desk, served: dict[str, Any]) -> None:
    served["/a"] = in_turn(says(200, ONE, Last_Modified="yesterday"), says(304))
    desk.fetch()
    assert desk.fetch().health == "quiet"
    assert asked(served)[1][1]["If-Modified-Since"] == "yesterday"


def test_a_newer_parser_asks_for_the_whole_answer_again(desk: Desk, served: dict[str, Any]) -> None:
    served["/a"] = in_turn(*[says(200, ONE, ETag='"1"')] * 2, says(304))
    desk.fetch()
    desk.world.now += timedelta(hours=1)
    newer = replace(desk.sources(), parser_version=lambda name: 99)
    newer.fetch(newer.named("web"))
    assert "If-None-Match" not in asked(served)[1][1]
    desk.fetch()
    assert asked(served)[2][1]["If-None-Match"] == '"1"'


def test_an_answer_with_a_rejection_is_asked_for_in_full(
    desk: Desk, served: dict[str, Any]
) -> None:
    served["/a"] = in_turn(*[says(200, ONE + b"@misc{bad, title={Open\n", ETag='"1"')] * 2)
    assert desk.fetch().new == 1
    desk.fetch()
    assert "If-None-Match" not in asked(served)[1][1]


def test_a_failure_between_leaves_the_validators(desk: Desk, served: dict[str, Any]) -> None:
    served["/a"] = in_turn(says(200, ONE, ETag='"1"'), says(404), says(304))
    assert [desk.fetch().health for _ in range(3)] == ["fresh", "failed", "quiet"]
    assert asked(served)[2][1]["If-None-Match"] == '"1"'


def test_304_to_an_unconditional_request_is_a_failure(desk: Desk, served: dict[str, Any]) -> None:
    served["/a"] = says(304)
    fetch = desk.fetch()
    assert (fetch.health, "answered 304" in fetch.reason) == ("failed", True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_time_is_left_alone_also_after_a_restart(
    desk: Desk, served: dict[str, Any], status: int
) -> None:
    served["/a"] = says(status, Retry_After="7200")
    fetch = desk.fetch()
    assert fetch.health == "failed" and f"answered {status}" in fetch.reason
    assert len(asked(served)) == 1, "a longer wait is not sat out"
    desk.restart()
    of = desk.sources()
    desk.world.now += timedelta(minutes=119)
    assert of.due() == []
    desk.world.now += timedelta(minutes=1)
    assert [each.name for each in of.due()] == ["web"]


def test_a_short_wait_is_sat_out(desk: Desk, served: dict[str, Any]) -> None:
    served["/a"] = in_turn(says(503, Retry_After="0"), says(200, ONE))
    assert desk.fetch().health == "fresh"


def test_one_second_lies_between_two_requests_to_a_host_also_after_a_restart(
    desk: Desk, served: dict[str, Any]
) -> None:
    served["/a"] = says(200, ONE)
    desk.fetch()
    desk.restart()
    desk.fetch(after=0.25 / 60)
    assert desk.world.slept == [pytest.approx(0.75)]


def test_two_processes_share_arxivs_three_seconds(desk: Desk, tmp_path: Path) -> None:
    """Four fetchers at once: each gets a turn of its own, three seconds apart."""
    others = [desk, *(Desk(tmp_path, "http://127.0.0.1:1/") for _ in range(3))]
    turns = []

    def ask(app: App) -> None:
        turns.append(HostPauses(app.stores.facts).take_turn("arxiv.org", timedelta(seconds=3), NOW))

    threads = [threading.Thread(target=ask, args=(each.app,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [NOW + timedelta(seconds=seconds) for seconds in (0, 3, 6, 9)]


def _raw(*, length: int | None = None, body: bytes = b"", encoding: str = "") -> Any:
    headers = {"Content_Length": str(length)} if length is not None else {}
    return says(200, body, **headers, **({"Content_Encoding": encoding} if encoding else {}))


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    waiting = threading.Event()
    while not waiting.wait(0.02):
        handler.wfile.write(b"x")


HOSTILE: dict[str, tuple[Any, str]] = {
    "a gzip bomb": (
        _raw(body=gzip.compress(bytes(9_000_000)), encoding="gzip"),
        "more than 1,000,000 bytes when unpacked",
    ),
    "an endless line": (_endless, "more than 1,000,000 bytes"),
    "a drip": (_drip, "not finished after 0.3 s"),
    "less than was promised": (_raw(body=ONE, length=5000), "connection failed"),
    "a packing nobody asked for": (_raw(body=ONE, encoding="br"), "was not asked for"),
    "no gzip at all": (_raw(body=ONE, encoding="gzip"), "broken gzip data"),
    "a loop": (says(302, Location="/a"), "more than 5 redirects"),
    "nothing": (says(200), "the file is empty"),
    "nothing, and says so": (says(204), "answered 204"),
    "an error page that says 200": (
        says(200, b"<!doctype html><title>502 Bad Gateway</title><h1>502</h1>"),
        'no papers on this page (its title: "502 Bad Gateway")',
    ),
    "a gate": (says(200, b"<html><head><title>Just a moment...</title></head>"), "Just a moment"),
    "a picture": (says(200, b"\x89PNG\r\n\x1a\n0000"), "a PNG image"),
    "NULs": (says(200, b"TY  - JOUR\nTI  - a" + b"\0" * 40 + b"b\nER  -\n"), "NUL"),
    "a billion laughs": (
        says(
            200,
            b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
            b'<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>',
        ),
        "declares entities",
    ),
    "a file from outside": (
        says(
            200,
            b'<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&a;</title></entry></feed>',
        ),
        "declares entities",
    ),
    "nothing but depth": (says(200, b"[" * 100_000), "it is none of page-text"),
    "a refusal": (says(200, b'{"error": "Invalid date"}'), "Invalid date"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_answer_costs_its_own_fetch_and_says_why(
    desk: Desk, served: dict[str, Any], what: str
) -> None:
    answer, reason = HOSTILE[what]
    served["/a"] = answer
    seconds = 0.3 if what == "a drip" else 60.0
    fetch = desk.fetch(max_bytes=1_000_000, seconds=seconds, attempts=1)
    assert fetch.health == "failed"
    assert reason in fetch.reason
    assert (fetch.new, fetch.etag, desk.app.stores.archive.count()) == (0, None, 0)
    served["/a"] = says(200, ONE)
    assert desk.fetch().health == "fresh"


PAPER = {"paper": {"id": "2601.00011", "title": "Lanterns for Moths", "summary": "Less light."}}
READABLE: dict[str, tuple[bytes, int]] = {
    "JSON that breaks off": (json.dumps([PAPER, PAPER]).encode()[:-20], 1),
    "keys that come twice": (b'[{"paper": {"title": "A", "title": "Lanterns for Moths"}}]', 1),
    "depth in one entry": (
        b'[{"paper": ' + b"[" * 100_000 + b"]" * 100_000 + b"}," + json.dumps([PAPER]).encode()[1:],
        1,
    ),
    "UTF-16": (("\ufeff" + json.dumps([PAPER])).encode("utf-16-le"), 1),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps([PAPER]).encode(), 1),
    "a day without papers": (b"[]", 0),
}


@pytest.mark.parametrize("what", READABLE)
def test_what_can_be_read_of_an_odd_answer_is_kept(
    desk: Desk, served: dict[str, Any], what: str
) -> None:
    body, papers = READABLE[what]
    served["/a"] = says(200, body, Content_Type="text/plain; charset=iso-8859-7")
    fetch = desk.fetch()
    assert (fetch.papers, fetch.health == "failed") == (papers, False)


def test_a_refusal_is_told_in_the_services_own_words(desk: Desk, served: dict[str, Any]) -> None:
    words = b"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/</id><entry>
<id>https://arxiv.org/api/errors#incorrect_id_format_for_x</id><title>Error</title>
<summary>incorrect id format for x</summary></entry></feed>"""
    served["/a"] = says(400, words)
    assert "answered 400: arXiv refused: incorrect id format for x" in desk.fetch().reason
    served["/a"] = says(404, b'{"error":"Paper not found"}')
    assert "answered 404: the service refused: Paper not found" in desk.fetch().reason
    served["/a"] = says(404, b"<html>secret words of nobody's business</html>")
    assert "secret" not in desk.fetch().reason


def test_a_redirect_from_outside_to_the_inside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 stands for the Internet, 127.0.0.2 for the inside; names decide nothing."""
    known = {"papers.example": "127.0.0.1", "inside.example": "127.0.0.2"}
    resolve = socket.getaddrinfo

    def resolver(host: Any, *rest: Any, **more: Any) -> Any:
        return resolve(known.get(host, host), *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with ExitStack() as open_:
        inside = open_.enter_context(serving({"/b": says(200, ONE)}, host="127.0.0.2"))
        target = inside.url.replace("127.0.0.2", "inside.example")
        site = open_.enter_context(serving({"/a": says(302, Location=f"{target}/b")}))
        url = site.url.replace("127.0.0.1", "papers.example")
        desk = Desk(tmp_path, f"{url}/a")
        fetch = desk.fetch(public=lambda address: address == "127.0.0.1")
        assert fetch.health == "failed"
        assert "a redirect led to 127.0.0.2, which is not public" in fetch.reason
        assert inside.asked == []
