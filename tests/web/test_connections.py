"""Connections that say nothing, or little, are bounded in time and number."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn

from digest.web.connections import BoundedProtocol
from subscribers.web.guard import Guard, Receive, Scope, Send
from tests.subscribers.web.site import open_site

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]}
    )
    await send({"type": "http.response.body", "body": b"hello"})


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Hurried(BoundedProtocol):
    most = 5
    head_seconds = request_seconds = 1.0


class Patient(BoundedProtocol):
    most = 5


Serve = Callable[..., int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Give what serves an application and returns the port."""
    with ExitStack() as stack:

        def start(app: object, protocol: type[BoundedProtocol]) -> int:
            listening = socket.create_server(("127.0.0.1", 0))
            config = uvicorn.Config(app, http=protocol, log_level="error", lifespan="off")  # type: ignore[arg-type]
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            stack.callback(thread.join, 20)
            stack.callback(setattr, server, "should_exit", True)
            return int(listening.getsockname()[1])

        yield start


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def is_hung_up_on(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET", REQUEST[:-2], b"GET / HTTP/1.1\r\nX: " + b"x" * 500])
def test_who_sends_no_whole_request_is_hung_up_on(serve: Serve, said: bytes) -> None:
    with connected(serve(hello, Hurried)) as slow:
        slow.sendall(said)
        assert is_hung_up_on(slow)


def test_a_request_that_takes_too_long_is_hung_up_on(serve: Serve) -> None:
    with connected(serve(never, Hurried)) as slow:
        slow.sendall(REQUEST)
        assert is_hung_up_on(slow)


def test_half_a_request_after_a_whole_one_is_timed_too(serve: Serve) -> None:
    with connected(serve(hello, Hurried)) as slow:
        slow.sendall(REQUEST.replace(b"Connection: close\r\n", b"") + b"GET")
        answer = slow.makefile("rb")
        assert answer.read().endswith(b"hello")


def test_an_honest_visitor_gets_in_beside_many_silent_ones(serve: Serve) -> None:
    port = serve(hello, Patient)
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(port)) for _ in range(20)]
        with connected(port) as honest:
            honest.sendall(REQUEST)
            assert honest.makefile("rb").read().endswith(b"hello")
        assert is_hung_up_on(silent[0])  # the one that had waited longest


@pytest.mark.parametrize("sent", [b"", b"email=ada"])
def test_an_honest_visitor_gets_in_beside_many_slow_forms(serve: Serve, sent: bytes) -> None:
    port = serve(never, Patient)
    with ExitStack() as stack:
        slow = []
        for _ in range(5):
            slow.append(stack.enter_context(connected(port)))
            slow[-1].sendall(request_to("/subscribe", URLENCODED, PROMISED) + sent)
        whole = stack.enter_context(connected(port))
        whole.sendall(REQUEST)
        ready, _, _ = select.select(slow, [], [], 20)
        assert [is_hung_up_on(each) for each in ready] == [True]  # one of them makes room
        whole.settimeout(0.2)
        with pytest.raises(TimeoutError):
            whole.recv(1)  # it is being answered


def test_who_comes_when_all_are_being_answered_is_told_to_come_again(serve: Serve) -> None:
    port = serve(never, Patient)
    with ExitStack() as stack:
        for _ in range(5):
            whole = stack.enter_context(connected(port))
            whole.sendall(REQUEST)
        answer = connected(port).makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 2" in answer


def test_requests_that_wait_for_no_answer_get_one(serve: Serve) -> None:
    asked = REQUEST.replace(b"Connection: close\r\n", b"")
    with connected(serve(hello, Patient)) as hasty:
        hasty.sendall(asked * 60)
        try:
            answers = hasty.makefile("rb").read()
        except ConnectionResetError:
            return  # the rest of its requests was never read
        assert answers.count(b"hello") == 1


def test_a_second_request_after_the_answer_is_answered_too(serve: Serve) -> None:
    asked = REQUEST.replace(b"Connection: close\r\n", b"")
    with connected(serve(hello, Patient)) as patient:
        answer = patient.makefile("rb")
        for blank in (b"", b"\r\n"):  # which some send after a form, and RFC 9112, 2.2, allows
            patient.sendall(asked + blank)
            while answer.readline() != b"\r\n":
                pass
            assert answer.read(5) == b"hello"


def request_to(path: str, kind: bytes, ending: bytes) -> bytes:
    """Return the beginning of a form: its head, and less of its body than that promises."""
    head = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\n%s\r\n\r\n"
    return head % (path.encode(), kind, ending)


URLENCODED, MULTIPART = b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=b"
PROMISED, CHUNKED = b"Content-Length: 4000", b"Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("kind", "ending", "body"),
    [
        (URLENCODED, PROMISED, b""),
        (URLENCODED, PROMISED, b"email=ada@exa"),
        (URLENCODED, CHUNKED, b"20\r\nemail=ada"),
        (MULTIPART, PROMISED, b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nada'),
        (MULTIPART, CHUNKED, b"5\r\n--b\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
def test_a_form_that_breaks_off_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture, kind: bytes, ending: bytes, body: bytes, is_reset: bool
) -> None:
    site = open_site(hosts=frozenset({"127.0.0.1"}), base_url="")
    paths = ["/subscribe", "/start", "/link", "/preview", "/preview/fragment"]
    paths += [f"/m/{site.token(site.reader())}/{each}" for each in ("unsubscribe", "preferences")]
    with serving(site.app) as port:
        for path in paths:
            with connected(port) as leaving:
                leaving.sendall(request_to(path, kind, ending) + body)
                if is_reset:
                    leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with connected(port) as honest:
            honest.sendall(REQUEST.replace(b"Host: x", b"Host: 127.0.0.1"))
            assert b"200 OK" in honest.makefile("rb").readline()
    assert errors_in(caplog) == []
    assert (
        site.front.desk.by_email("ada@example.org").keywords == '"continual learning"^2, diffusion'
    )


@pytest.mark.parametrize("before", [b"", b"5\r\nemail\r\n"], ids=["first", "second"])
@pytest.mark.parametrize(
    "chunk",
    [b"ZZ\r\n\r\n", b"-1\r\n\r\n", b"5 \x00\r\nemail\r\n", b"5\r\nemailX\r\n0\r\n\r\n",
     b"f" * 30 + b"\r\n", b"0\r\nno field\r\n\r\n", b"\r\n\r\n"],
)  # fmt: skip
def test_a_body_that_turns_out_to_be_no_http_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture, chunk: bytes, before: bytes
) -> None:
    site = open_site(hosts=frozenset({"127.0.0.1"}), base_url="")
    with serving(site.app) as port:
        for path in ("/subscribe", "/preview/fragment", "/nothing"):
            for together in (True, False):
                with connected(port) as odd:
                    head = request_to(path, URLENCODED, CHUNKED)
                    if together:
                        odd.sendall(head + before + chunk)
                    else:
                        odd.sendall(head)
                        odd.sendall(before + chunk)
                    status = odd.makefile("rb").readline()
                    # A page that needs no body may have answered before it turned out bad.
                    assert b" 400 " in status or (path == "/nothing" and b" 404 " in status)
        with connected(port) as honest:
            honest.sendall(REQUEST.replace(b"Host: x", b"Host: 127.0.0.1"))
            assert b"200 OK" in honest.makefile("rb").readline()
    assert errors_in(caplog) == []


def test_what_is_no_http_leaves_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with serving(open_site(hosts=frozenset({"127.0.0.1"}), base_url="").app) as port:
        for junk in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"HELO there\r\n\r\n"):
            with connected(port) as odd:
                odd.sendall(junk)
                assert b" 400 " in odd.makefile("rb").readline()
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == []


@contextmanager
def serving(app: Guard) -> Iterator[int]:
    """Serve the pages as `digest serve` does; yields the port, and ends when all is answered."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=BoundedProtocol, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(20)  # all that was begun has ended


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelname in ("ERROR", "CRITICAL")]
