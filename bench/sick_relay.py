"""A relay that falls sick in a dozen ways, then gets well, and remembers whose mail it took."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.loopback_server import LoopbackServer

AILMENTS = (
    "takes and drops",  # the mail is taken, the answer never comes
    "drops after the dot",  # the mail is not taken either
    "drops before the dot",
    "drops at the greeting",
    "closes after MAIL",
    "421 at the greeting",
    "421 at MAIL",
    "421 at DATA",
    "421 after the dot",
    "450 at MAIL",
    "451 greylisted",
    "452 quota",
    "452 quota after the dot",
    "550 no such user, to all",
    "550 no such user, half of all",
    "554 relay denied",
    "554 after the dot",
    "554 at the greeting",
    "5xx without sense",
    "speaks no SMTP",
)
WELL = "well"
SPLIT = "every octet by itself"  # slow, and yet well
WAYS = (*AILMENTS, SPLIT)


@dataclass
class Taken:
    """A mail that the relay took: its readers will see it."""

    recipient: str
    sender: str
    content: bytes


@dataclass
class SickRelay(LoopbackServer):
    """Speaks ESMTP with PIPELINING in its own thread, as well as it can just now."""

    ailment: str = WELL
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    size: int = 0  # announced; 0: none
    kill_after: int | None = None  # … so many mails more
    kill: Callable[[], None] = lambda: None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await _Session(self, reader, writer).talk()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass
        finally:
            writer.close()


class _Dropped(ConnectionError):
    """The relay ends the connection without a word."""


# What it says instead of yes, by ailment and command; "" drops the connection.
_INSTEAD = {
    ("drops at the greeting", "HELLO"): "",
    ("421 at the greeting", "HELLO"): "421 4.3.2 come back later",
    ("554 at the greeting", "HELLO"): "554 5.3.2 no service here",
    ("speaks no SMTP", "HELLO"): "HTTP/1.1 400 Bad Request",
    ("closes after MAIL", "MAIL"): "",
    ("421 at MAIL", "MAIL"): "421 4.7.0 too many connections",
    ("450 at MAIL", "MAIL"): "450 4.7.1 try again later",
    ("452 quota", "MAIL"): "452 4.3.1 insufficient system storage",
    ("451 greylisted", "RCPT"): "451 4.7.1 greylisted, please come back",
    ("550 no such user, to all", "RCPT"): "550 5.1.1 user unknown",
    ("554 relay denied", "RCPT"): "554 5.7.1 relay access denied",
    ("5xx without sense", "RCPT"): "571 go away",
    ("421 at DATA", "DATA"): "421 4.4.2 closing",
    ("drops before the dot", "DATA"): "",
    ("takes and drops", "TAKEN"): "",
    ("drops after the dot", "DOT"): "",
    ("421 after the dot", "DOT"): "421 4.3.0 shutting down",
    ("452 quota after the dot", "DOT"): "452 4.2.2 over quota",
    ("554 after the dot", "DOT"): "554 5.6.0 message refused",
}
_HALF = "550 no such user, half of all"


@dataclass
class _Session:
    relay: SickRelay
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sender: str = ""
    recipient: str = ""
    begun: bool = False  # a MAIL was taken

    async def talk(self) -> None:
        """Answer until the client leaves."""
        await self._say(self._instead("HELLO") or "220 relay ESMTP")
        commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "EHLO": self._hello, "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data,
        }  # fmt: skip
        while line := (await self.reader.readline()).decode():
            command = line[:4].upper()
            if command == "QUIT":
                await self._say("221 bye")
                return
            await commands.get(command, self._else)(line)

    def _instead(self, at: str) -> str | None:
        said = _INSTEAD.get((self.relay.ailment, at))
        if said == "":
            self.writer.transport.abort()
            raise _Dropped
        return said

    async def _say(self, text: str) -> None:
        data = text.encode() + b"\r\n"
        step = 1 if self.relay.ailment == SPLIT else len(data)
        for at in range(0, len(data), step):
            self.writer.write(data[at : at + step])
            await self.writer.drain()
            await asyncio.sleep(0)
        if text.startswith("421"):
            self.writer.close()
            raise _Dropped

    async def _hello(self, _line: str) -> None:
        size = f"250-SIZE {self.relay.size}\r\n" if self.relay.size else ""
        await self._say(f"250-relay\r\n{size}250 PIPELINING")

    async def _else(self, _line: str) -> None:
        await self._say("250 2.0.0 ok")

    async def _mail(self, line: str) -> None:
        self.sender, self.recipient = line[11 : line.index(">")], ""
        said = self._instead("MAIL")
        self.begun = said is None
        await self._say(said or "250 2.1.0 ok")

    async def _rcpt(self, line: str) -> None:
        if not self.begun:
            await self._say("503 5.5.1 need MAIL first")
            return
        who = line[9 : line.index(">")]
        said = self._instead("RCPT")
        if self.relay.ailment == _HALF and sum(who.encode()) % 2:
            said = "550 5.1.1 user unknown"
        if said is None:
            self.recipient = who
        await self._say(said or "250 2.1.5 ok")

    async def _data(self, _line: str) -> None:
        if not self.recipient:
            await self._say("503 5.5.1 no valid recipients")
            return
        await self._say(self._instead("DATA") or "354 go on")
        lines: list[bytes] = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Dropped
            lines.append(line[1:] if line.startswith(b"..") else line)
        said = self._instead("DOT")
        if said is None:
            self.relay.taken.append(Taken(self.recipient, self.sender, b"".join(lines)))
            self._burn()
        self._instead("TAKEN")
        await self._say(said or "250 2.0.0 queued")

    def _burn(self) -> None:
        relay = self.relay
        if relay.kill_after is not None:
            relay.kill_after -= 1
            if relay.kill_after <= 0:
                relay.kill_after = None
                relay.kill()
