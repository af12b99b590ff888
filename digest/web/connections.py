"""Connections to the pages: bounded in number and in time, so that the sender keeps its files.

A browser sends a request within a second. Who opens connections and says nothing, or a byte now and
then (https://en.wikipedia.org/wiki/Slowloris_(cyber_attack)), is shown out; when there are too
many, the one goes first that has kept us waiting longest.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 200  # connections at once
HEAD_SECONDS = 10.0  # from the first byte, or the opening, to the end of the headers
REQUEST_SECONDS = 30.0  # from the headers until the answer is out

# What a visitor sends that is no HTTP is no event of ours: anybody could fill the log with it.
_VISITORS = logging.getLogger("digest.web.connections")
_VISITORS.setLevel(logging.ERROR)


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with deadlines; `serving` gives it to the server."""

    most = MOST
    head_seconds = HEAD_SECONDS
    request_seconds = REQUEST_SECONDS

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.logger = _VISITORS
        self._deadline: asyncio.TimerHandle | None = None
        self._since = 0.0  # in the loop's time: the opening, or the first byte of a later request
        self._timed: object = None  # the request that the deadline is for; None: the next

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def is_waiting(self) -> bool:
        """Whether the other end keeps us waiting: for a request, its body, or to read an answer."""
        return self.is_idle or self.cycle.more_body or self.flow.write_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, in the place of another when there are too many."""
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > self.most:
            self._make_room()
        self._time(None, self.head_seconds)

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        if self._deadline is None:
            self._since = self.loop.time()
        super().data_received(data)
        if not self.is_idle:
            if self._timed is not self.cycle:
                self._time(self.cycle, self.request_seconds)
        elif self._deadline is None:
            self._time(None, self.head_seconds)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; a request whose body turned out so has been answered by that."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:  # the page did not wait for the body: its answer is out, or on its way
            self.transport.close()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # its page would be sent into a closed connection
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """Stop the clock until more is sent; uvicorn closes what stays quiet.

        Who has sent more requests at once (pipelining, which no browser does) gets no more answers
        here: they could be asked for by the hundred, and none of them read (RFC 9112, 9.3.2).
        """
        self._stop_clock()
        if self.conn.trailing_data[0].strip():
            self.transport.close()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go."""
        self._stop_clock()
        super().connection_lost(exc)

    def _time(self, request: object, seconds: float) -> None:
        self._stop_clock()
        self._timed = request
        self._deadline = self.loop.call_later(seconds, self._hang_up)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self) -> None:
        self.transport.abort()

    def _make_room(self) -> None:
        """Hang up on who has kept us waiting longest; on the newest when all are being answered."""
        waiting = [
            each for each in self.connections if isinstance(each, BoundedProtocol)
            if each is not self and each.is_waiting and not each.transport.is_closing()
        ]  # fmt: skip
        oldest = min(waiting, key=lambda each: each._since, default=self)
        if oldest is self:
            self.transport.write(_FULL)
            self.transport.close()
        else:
            oldest.transport.abort()


_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)
