"""A connection to a relay: opening it (TLS, login), reading answers, noticing its end."""

from __future__ import annotations

import asyncio
import re
import ssl
from abc import abstractmethod
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, TypeVar, cast

from digest.delivery.interface import ReadyMail
from digest.delivery.outcomes import Reply
from digest.errors import DeliveryError

_LONGEST_REPLY = 65_536  # octets without an end: whoever sends that is no SMTP server
_PATH = re.compile(r"[^\s<>\x00-\x1f\x7f]*")
_W = TypeVar("_W", bound="Wire")


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mails go, and how to get in."""

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)  # never shown
    hello: str = "localhost"  # what we call ourselves
    timeout: float = 60.0  # seconds for an answer
    dot_timeout: float = 600.0  # … to the final dot (RFC 5321, 4.5.3.2.6)
    retry_seconds: float = 0.5  # before a lane connects again, times its failures
    ca_file: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether a password would stay on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Wire(asyncio.Protocol):
    """Bytes out, answers in. A subclass says what the answers mean."""

    def __init__(self) -> None:
        self.ended = ""  # why, once it has
        self.extensions: dict[str, str] = {}
        self.pipelining = False
        self.arrived = 0.0  # when the server was last heard, loop time
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._lines: list[bytes] = []  # of an answer in several lines
        self._asked: asyncio.Future[Reply] | None = None  # by `ask`, outside the hot path
        self._closed = asyncio.Event()
        self._watch: asyncio.TimerHandle | None = None

    # --- what the hot part says ---

    @abstractmethod
    def answer(self, reply: Reply) -> None:
        """Handle an answer that `ask` did not ask for."""

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
        self._transport = cast(asyncio.Transport, transport)
        self.arrived = asyncio.get_running_loop().time()

    def data_received(self, data: bytes) -> None:
        """Cut answers out of the stream; tolerate bare LF, nothing else."""
        self.arrived = asyncio.get_running_loop().time()
        *lines, self._buffer = (self._buffer + data if self._buffer else data).split(b"\n")
        for line in lines:
            if self.ended:
                return
            self._line(line.rstrip(b"\r"))
        if len(self._buffer) > _LONGEST_REPLY or len(self._lines) > 200:
            self.fail("the server's answer has no end")

    def connection_lost(self, error: Exception | None) -> None:
        """End; what was under way is accounted for."""
        self.ended = self.ended or (f"connection lost ({error})" if error else "connection closed")
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

    def fail(self, why: str) -> None:
        """Give the connection up."""
        self.ended = self.ended or why
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, line: str, *, secret: bool = False) -> Reply:
        """Send one command and return its answer. Raises EOFError when the connection ends."""
        if self.ended:
            raise EOFError(self.ended)
        self._asked = asyncio.get_running_loop().create_future()
        if line:
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
        loop = asyncio.get_running_loop()
        allowed = relay.dot_timeout if self.waiting_for_dot else relay.timeout
        silent = loop.time() - self.arrived
        if not (self.waiting or self._asked):
            self.arrived = loop.time()
        elif silent >= allowed:
            self.fail(f"no answer for {allowed:g} s")
            return
        self._watch = loop.call_later(min(relay.timeout, allowed) / 4, self.watch, relay)

    def mail_command(self, mail: ReadyMail, size: int) -> bytes:
        """Return MAIL FROM. Raises ValueError for an envelope that this server cannot take."""
        if not (_PATH.fullmatch(mail.sender) and _PATH.fullmatch(mail.recipient)):
            raise ValueError("the address holds a space, a bracket or a control character")
        command = f"MAIL FROM:<{mail.sender}>"
        if "SIZE" in self.extensions:
            limit = self.extensions["SIZE"]
            if limit.isdigit() and 0 < int(limit) < size:
                raise ValueError(f"the server takes mails up to {limit} octets, this has {size}")
            command += f" SIZE={size}"
        if not (mail.recipient.isascii() and mail.sender.isascii()):
            if "SMTPUTF8" not in self.extensions:
                raise ValueError("the address is not ASCII and the server does not offer SMTPUTF8")
            command += " BODY=8BITMIME SMTPUTF8" if "8BITMIME" in self.extensions else " SMTPUTF8"
        return command.encode() + b"\r\n"

    def _line(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        if len(code) < 3 or not code.isdigit() or not b"200" <= code < b"600" or mark not in _MARKS:
            self.fail(f"the server does not speak SMTP: {line[:80]!r}")
            return
        self._lines.append(line[4:])
        if mark == b"-":
            return
        # A space, not a line end, joins the lines: the text goes into logs and tables.
        text = (
            b" ".join(self._lines).decode("utf-8", "replace")
            if self._asked is None
            else (b"\n".join(self._lines).decode("utf-8", "replace"))
        )
        self._lines = []
        reply = Reply(int(code), text)
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(reply)
        else:
            self.answer(reply)


_MARKS = (b" ", b"-", b"")


async def open_session(relay: Relay, wire: _W) -> _W:
    """Connect, greet, secure and log in.

    Raises OSError or EOFError when the server is not there or says to come back later;
    DeliveryError when our set-up is wrong. Neither ever shows the password.
    """
    if relay.username and relay.security == "none" and not relay.is_loopback:
        raise DeliveryError("a password would cross the network in clear: set smtp.security")
    try:
        async with asyncio.timeout(relay.timeout * 4):
            await _open(relay, wire)
    except TimeoutError:
        wire.fail("no answer")
        raise OSError(f"no answer within {relay.timeout * 4:g} s") from None
    except ssl.SSLCertVerificationError as error:
        wire.fail("bad certificate")
        raise DeliveryError(
            f"{relay.host} shows a certificate that does not hold ({error.verify_message}); "
            "set smtp.ca_file, or smtp.host to the name in the certificate"
        ) from None
    except BaseException:
        wire.fail("could not be opened")
        raise
    return wire


async def _open(relay: Relay, wire: Wire) -> None:
    loop = asyncio.get_running_loop()
    implicit = _context(relay) if relay.security == "tls" else None
    # The greeting may arrive at once, so it is asked for before the connection is made.
    greeting = asyncio.ensure_future(wire.ask(""))
    await asyncio.sleep(0)
    try:
        await loop.create_connection(
            lambda: wire,
            relay.host,
            relay.port,
            ssl=implicit,
            server_hostname=relay.host if implicit else None,
        )
    except BaseException:
        greeting.cancel()
        raise
    wire.watch(relay)
    _expect(await greeting, 220, "greeting")
    await _hello(relay, wire)
    if relay.security == "starttls":
        if "STARTTLS" not in wire.extensions:
            raise DeliveryError(
                f'{relay.host} offers no STARTTLS: set smtp.security to "tls", or to "none" '
                "for a relay on this machine"
            )
        await _start_tls(relay, wire)
        await _hello(relay, wire)
    if relay.username:
        await _log_in(relay, wire)


async def _hello(relay: Relay, wire: Wire) -> None:
    reply = await wire.ask(f"EHLO {relay.hello}")
    if reply.code in (500, 502, 504):
        _expect(await wire.ask(f"HELO {relay.hello}"), 250, "HELO")
        wire.extensions = {}
    else:
        _expect(reply, 250, "EHLO")
        lines = reply.text.split("\n")[1:]
        wire.extensions = {
            name.upper(): rest for name, _, rest in (line.strip().partition(" ") for line in lines)
        }
    wire.pipelining = "PIPELINING" in wire.extensions


async def _start_tls(relay: Relay, wire: Wire) -> None:
    _expect(await wire.ask("STARTTLS"), 220, "STARTTLS")
    # Answers injected before the handshake: `ended` by one that is whole, as nobody asked for it.
    if wire._buffer or wire._transport is None or wire.ended:
        raise DeliveryError(f"{relay.host} sent clear text into the TLS handshake: not trusted")
    loop = asyncio.get_running_loop()
    transport = await loop.start_tls(
        wire._transport, wire, _context(relay), server_hostname=relay.host
    )
    if transport is None:
        raise EOFError("the TLS handshake was cut")
    wire._transport = transport


async def _log_in(relay: Relay, wire: Wire) -> None:
    offered = wire.extensions.get("AUTH", "").upper().split()
    if "PLAIN" in offered:
        blob = b64encode(f"\0{relay.username}\0{relay.password}".encode()).decode()
        reply = await wire.ask(f"AUTH PLAIN {blob}")
    elif "LOGIN" in offered:
        reply = await wire.ask("AUTH LOGIN")
        for part in (relay.username, relay.password):
            if reply.code == 334:
                reply = await wire.ask(b64encode(part.encode()).decode())
    else:
        raise DeliveryError(f"{relay.host} offers no login by PLAIN or LOGIN")
    if reply.code // 100 == 5:
        # The server's words are not shown: some repeat what we sent.
        raise DeliveryError(f"{relay.host} refuses the login of {relay.username!r} ({reply.code})")
    if reply.code != 235:
        raise EOFError(f"the login was put off ({reply.code})")


def _expect(reply: Reply, code: int, what: str) -> None:
    if reply.code == code:
        return
    said = f"{what}: {reply.code} {reply.text[:120]}"
    if reply.code // 100 == 5 and what != "greeting":
        raise DeliveryError(f"the relay refuses us: {said}")
    raise EOFError(said)


def _context(relay: Relay) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(relay.ca_file) if relay.ca_file else None)
    except OSError as error:
        raise DeliveryError(f"cannot read smtp.ca_file {relay.ca_file}: {error}") from None
