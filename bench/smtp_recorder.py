"""A real SMTP server that remembers what it accepted, and can kill a client at any byte."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from bench.loopback_server import LoopbackServer


@dataclass
class Mail:
    """One mail, accepted: its final dot was here before we said 250."""

    sender: str
    recipient: str
    message_id: str
    digest: str  # SHA-256 of its bytes
    content: bytes | None


@dataclass
class Recorder(LoopbackServer):
    """Speaks ESMTP with PIPELINING in its own thread; everything is kept in order."""

    keep_content: bool = False
    accepted: list[Mail] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    # Called when this many more bytes have come in, wherever that is in a mail.
    kill_after: int | None = None
    kill: Callable[[], None] = lambda: None
    answer_dot: Callable[[Mail], str] = lambda mail: "250 2.0.0 Ok: queued"

    def settle(self) -> None:
        """Wait until every connection has been read to its end, as after a kill."""
        with self._quiet:
            if not self._quiet.wait_for(lambda: self._open == 0, timeout=30):
                raise TimeoutError(f"{self._open} connections are still open")

    def __enter__(self) -> Self:
        self._open = 0
        self._quiet = threading.Condition()
        return super().__enter__()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._count_open(1)
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._count_open(-1)

    def _count_open(self, change: int) -> None:
        with self._quiet:
            self._open += change
            self._quiet.notify_all()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = recipient = ""
        writer.write(b"220 recorder ESMTP\r\n")
        while line := await reader.readline():
            self._count(len(line))
            command = line.upper()
            if command.startswith(b"EHLO"):
                writer.write(b"250-recorder\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n")
            elif command.startswith(b"MAIL"):
                sender = line[11 : line.index(b">")].decode()
                writer.write(b"250 2.1.0 Ok\r\n")
            elif command.startswith(b"RCPT"):
                recipient = line[9 : line.index(b">")].decode()
                writer.write(b"250 2.1.5 Ok\r\n")
            elif command.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                mail = await self._data(reader, sender, recipient)
                if mail is None:
                    return
                self.accepted.append(mail)
                writer.write(self.answer_dot(mail).encode() + b"\r\n")
            elif command.startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 2.0.0 Ok\r\n")

    async def _data(self, reader: asyncio.StreamReader, sender: str, recipient: str) -> Mail | None:
        lines: list[bytes] = []
        while line := await reader.readline():
            self._count(len(line))
            if line == b".\r\n":
                content = b"".join(lines)
                start = content.find(b"\r\nMessage-ID: ") + 14
                return Mail(
                    sender,
                    recipient,
                    content[start : content.find(b"\r\n", start)].decode(),
                    hashlib.sha256(content).hexdigest(),
                    content if self.keep_content else None,
                )
            lines.append(line[1:] if line.startswith(b"..") else line)
        return None  # the connection ended before the final dot: nothing was accepted

    def _count(self, octets: int) -> None:
        if self.kill_after is not None:
            self.kill_after -= octets
            if self.kill_after <= 0:
                self.kill_after = None
                self.kill()
