"""A connection to a relay: bytes out, answers in, noticing its end; opened by `smtp_opening`."""

from __future__ import annotations

import asyncio
import re
import socket
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from digest.delivery.interface import ReadyMail
from digest.delivery.outcomes import Reply
from digest.delivery.relay_sizes import TooLargeError

if TYPE_CHECKING:
    from digest.delivery.access_tokens import AccessTokens

_LONGEST_REPLY = 65_536  # octets: whoever sends more before an end is no SMTP server
_NO_PATH = re.compile(r"[\s<>\x00-\x1f\x7f]")


class UnfitAddressError(ValueError):
    """An address that cannot be written in an envelope that this server takes."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mails go, and how to get in."""

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)  # never shown
    hello: str = "localhost"  # what we call ourselves
    timeout: float = 60.0  # seconds for a whole answer
    dot_timeout: float = 600.0  # … for a mail to leave, and for the answer (RFC 5321, 4.5.3.2.6)
    retry_seconds: float = 0.5  # before a lane connects again, times its failures
    ca_file: Path | None = None
    tokens: AccessTokens | None = field(default=None, repr=False)  # instead of the password


class Wire(asyncio.BufferedProtocol):
    """Bytes out, answers in. A subclass says what the answers mean.

    Buffered: asyncio's plain protocol allocates 256 KB for each read of some 60 octets.
    """

    def __init__(self) -> None:
        self.ended = ""  # why, once it has
        self.extensions: dict[str, str] = {}
        self.pipelining = False
        self._patient_since = 0.0  # loop time: what the server owes now, it owes since then
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None  # the transport's own, when it is not TLS
        self._space = memoryview(bytearray(16_384))
        self._buffer = b""
        self._lines: list[bytes] = []  # of an answer in several lines
        self._long = 0  # octets of these
        self._ending: bytes | None = None  # a final dot and what follows, held back
        self._asked: asyncio.Future[Reply] | None = None  # by `ask`, outside the hot path
        self._closed = asyncio.Event()
        self._watch: asyncio.TimerHandle | None = None

    # --- what the hot part says ---

    @abstractmethod
    def usual(self, first: bytes, rest: bytes) -> bool:
        """Handle what a server mostly says in one go; False: it did not say that.

        first: a line with its end; rest: what came with it.
        """

    @abstractmethod
    def routine(self, code: int) -> bool:
        """Handle an answer of one line of which only the code matters; False: not such a one."""

    @abstractmethod
    def answer(self, reply: Reply) -> None:
        """Handle an answer that `ask` did not ask for."""

    @abstractmethod
    def leaving(self, *, now: bool) -> None:
        """Note that a mail's final dot goes to the kernel now; or that it did not go after all."""

    @abstractmethod
    def dropped(self, why: str) -> None:
        """Handle the end of the connection."""

    @property
    @abstractmethod
    def waiting(self) -> bool:
        """Whether the server owes an answer."""

    @property
    @abstractmethod
    def waiting_for_dot(self) -> bool:
        """Whether that answer is to a final dot."""

    # --- what asyncio says ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._take(cast(asyncio.Transport, transport))
        if transport.get_extra_info("sslcontext") is None:
            self._socket = transport.get_extra_info("socket").dup()

    def secured(self, transport: asyncio.Transport) -> None:
        """Go on inside TLS."""
        self._take(transport)

    def give_up_clear(self) -> asyncio.Transport | None:
        """Return the transport for a TLS handshake; None when an answer is left from before."""
        self._close_socket()
        return None if self._buffer else self._transport

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give room for what arrives."""
        return self._space

    def buffer_updated(self, nbytes: int) -> None:
        """Cut answers out of the stream; tolerate bare LF, nothing else."""
        data = self._space[:nbytes].tobytes()
        if not (self._buffer or self._lines):
            end = data.find(b"\n") + 1
            if self.usual(data[:end], data[end:]):
                self._patient_since = self._loop.time()
                return
        *lines, self._buffer = (self._buffer + data if self._buffer else data).split(b"\n")
        for line in lines:
            if self.ended:
                return
            self._line(line.removesuffix(b"\r"))
        if len(self._buffer) + self._long > _LONGEST_REPLY:
            self.fail("the server's answer has no end")

    def resume_writing(self) -> None:
        """Let a final dot go, now that the kernel has all that is before it."""
        self._end_mail()

    def connection_lost(self, error: Exception | None) -> None:
        """End; what was under way is accounted for."""
        self.ended = self.ended or (f"connection lost ({error})" if error else "connection closed")
        self._ending = None
        self._close_socket()
        if self._watch is not None:
            self._watch.cancel()
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(EOFError(self.ended))
        self._closed.set()
        self.dropped(self.ended)

    # --- what we say ---

    def write(self, data: bytes) -> None:
        """Send."""
        if self._transport is not None:
            self._transport.write(data)

    def write_mail(self, content: Sequence[bytes], size: int, ending: bytes) -> None:
        """Send a mail, and its ending (the final dot and what follows) once the rest has left.

        A server cannot have a mail whose final dot the kernel does not have, so `leaving` is
        told right before that, and a mail that is stuck before it is never in doubt. With room
        in the kernel, and there mostly is, all of it goes in one call without another copy.
        """
        self._ending = ending
        sent = 0
        if self._socket is not None and not self._unsent:
            sent = self._at_once(self._socket, content, size, ending)
        if sent < size:
            self.write(b"".join(content)[sent:])
        if self._ending is not None and not self._unsent:
            self._end_mail()

    @property
    def unfinished(self) -> bool:
        """Whether a mail's final dot has not left yet."""
        return self._ending is not None

    def _at_once(
        self, kernel: socket.socket, content: Sequence[bytes], size: int, ending: bytes
    ) -> int:
        """Try to send all in one call; return how much of the content needs no other way."""
        self.leaving(now=True)
        try:
            sent = kernel.sendmsg((*content, ending))
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.leaving(now=False)
            self.fail(f"connection lost ({error.strerror})")
            return size
        if sent <= size:
            self.leaving(now=False)
            return sent
        self._ending = None
        if sent - size < len(ending):
            self.write(ending[sent - size :])
        return size

    def _end_mail(self) -> None:
        ending, self._ending = self._ending, None
        closing = self._transport is None or self._transport.is_closing()
        if ending is not None and not closing:
            self.leaving(now=True)
            self.write(ending)
            self._patient_since = self._loop.time()  # the answer has its whole time

    @property
    def _unsent(self) -> bool:
        """Whether something waits for the kernel to take it."""
        return self._transport is None or self._transport.get_write_buffer_size() > 0

    def _take(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=0)  # `resume_writing`: the kernel has everything
        self._patient_since = self._loop.time()

    def _close_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def fail(self, why: str) -> None:
        """Give the connection up."""
        self.ended = self.ended or why
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, line: str | None) -> Reply:
        """Send one command and return its answer; None: only wait for one.

        Raises EOFError when the connection ends.
        """
        if self.ended:
            raise EOFError(self.ended)
        self._asked = self._loop.create_future()
        if line is not None:
            self.write(line.encode("ascii") + b"\r\n")
        try:
            return await self._asked
        finally:
            self._asked = None

    async def quit(self) -> None:
        """Say goodbye, without insisting."""
        if not self.ended:
            try:
                async with asyncio.timeout(2):
                    await self.ask("QUIT")
            except (EOFError, TimeoutError):
                pass
            self.ended = self.ended or "we closed it"
        if self._transport is not None:
            self._transport.close()
        try:
            async with asyncio.timeout(2):
                await self._closed.wait()
        except TimeoutError:
            self.fail("closing took too long")

    def watch(self, relay: Relay) -> None:
        """End the connection when the server owes an answer for too long."""
        if why := self.overdue(relay, self._loop.time()):
            self.fail(why)
            return
        again = min(relay.timeout, relay.dot_timeout) / 4
        self._watch = self._loop.call_later(again, self.watch, relay)

    def overdue(self, relay: Relay, now: float) -> str:
        """Return what the server has owed for too long; empty when it may go on. now: loop time.

        Only a whole answer begins the time anew, not each octet of one (Postfix:
        smtp_per_request_deadline); so does the final dot, once all that is before it has left. So
        a mail takes a connection three answers and twice `dot_timeout` at most.
        """
        if not (self.waiting or self._asked):
            self._patient_since = now
            return ""
        allowed = relay.dot_timeout if self.waiting_for_dot else relay.timeout
        if now - self._patient_since < allowed:
            return ""
        what = "the server took no whole mail" if self.unfinished else "no whole answer"
        return f"{what} within {allowed:g} s"

    def mail_command(self, mail: ReadyMail, size: int) -> str:
        """Return MAIL FROM. Raises ValueError when this server cannot take the mail."""
        addresses = mail.sender + mail.recipient
        if _NO_PATH.search(addresses):
            raise UnfitAddressError("the address holds a space, a bracket or a control character")
        limit = self.extensions.get("SIZE")
        announced = "" if limit is None else f" SIZE={size}"
        if limit and limit.isdigit() and 0 < int(limit) < size:
            raise TooLargeError(int(limit), size)
        if addresses.isascii():
            return f"MAIL FROM:<{mail.sender}>{announced}\r\n"
        if "SMTPUTF8" not in self.extensions:
            raise UnfitAddressError(
                "the address is not ASCII and the server does not offer SMTPUTF8"
            )
        body = " BODY=8BITMIME" if "8BITMIME" in self.extensions else ""
        return f"MAIL FROM:<{mail.sender}>{announced}{body} SMTPUTF8\r\n"

    def _line(self, line: bytes) -> None:
        code, mark = _CODES.get(line[:3]), line[3:4]
        if code is None or mark not in _MARKS:
            self.fail(f"the server does not speak SMTP: {line[:80]!r}")
            return
        alone = mark != b"-" and not self._lines and self._asked is None
        if alone and self.routine(code):
            self._patient_since = self._loop.time()
            return
        self._lines.append(line[4:])
        self._long += len(line)
        if mark == b"-":
            return
        self._patient_since = self._loop.time()
        # A space, not a line end, joins the lines: the text goes into logs and tables.
        text = (b" " if self._asked is None else b"\n").join(self._lines).decode("utf-8", "replace")
        self._lines, self._long = [], 0
        reply = Reply(code, printable(text))
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(reply)
        else:
            self.answer(reply)


def printable(text: str) -> str:
    """Return a server's words fit for a log: what is no character to look at becomes a mark."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


_CODES = {str(code).encode(): code for code in range(200, 600)}
_MARKS = (b" ", b"-", b"")
