"""A real server on the loopback address, and a fetcher whose clock moves only when it sleeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from digest.sources.http import Fetcher, FetchLimits, HostPace, next_turn
from digest.sources.http_guard import is_public

NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class World:
    """A clock that only moves when somebody sleeps, and a memory of fetches."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)
    turns: dict[str, datetime] = field(default_factory=dict)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def take_turn(self, host: str, interval: timedelta, now: datetime) -> datetime:
        self.turns[host] = next_turn(self.turns.get(host), interval, now)
        return self.turns[host]

    def fetcher(
        self,
        public: Callable[[str], bool] = is_public,
        *,
        pace: HostPace | None = None,
        **limits: float,
    ) -> Fetcher:
        quick = {"attempts": 3, "first_wait": 0.0, "longest_wait": 5.0, "idle_seconds": 60.0}
        return Fetcher(
            pace=pace or self,
            clock=lambda: self.now,
            sleep=self.sleep,
            monotonic=time.monotonic,
            user_agent="digest/test",
            limits=FetchLimits(**{**quick, **limits}),  # type: ignore[arg-type]
            public=public,
        )


@dataclass
class Site:
    """A real server; each path has its answer."""

    url: str
    asked: list[tuple[str, dict[str, str]]]


@contextmanager
def serving(answers: dict[str, Answer], host: str = "127.0.0.1") -> Iterator[Site]:
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers.items())))
            self.close_connection = True
            with suppress(OSError):  # the client hangs up, as it should
                answers[self.path](self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Site(f"http://{host}:{server.server_port}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def in_turn(*answers: Answer) -> Answer:
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        left.pop(0)(handler)

    return answer
