"""A raw SMTP server that misbehaves as it is told."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Script = Callable[["Talk"], Awaitable[None]]


@dataclass
class Talk:
    """One connection, with the usual answers at hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: Scripted

    async def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def line(self) -> str:
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError("the client left")
        return line.decode().rstrip("\r\n")

    async def hello(self, *extensions: str) -> None:
        await self.say("220 scripted ESMTP")
        await self.line()
        names = ("scripted", *extensions)
        await self.say("\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"]))

    async def data(self) -> bytes:
        lines = []
        while True:
            line = await self.reader.readline()
            if not line:
                raise ConnectionResetError("the client left")
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)

    async def serve(
        self,
        *,
        mail: str | Callable[[str], str] = "250 ok",
        rcpt: Callable[[str], str] = lambda who: "250 ok",
        data: str = "354 go on",
        dot: Callable[[str], str] = lambda who: "250 2.0.0 queued",
    ) -> None:
        """Answer commands until the client leaves."""
        who, good, taken = "", False, False
        while True:
            line = await self.line()
            self.server.lines.append(line)
            command = line[:4].upper()
            if command == "MAIL":
                answer = mail if isinstance(mail, str) else mail(line)
                taken = answer.startswith("2")
                await self.say(answer)
            elif command == "RCPT":
                who = line[9 : line.index(">")]
                answer = rcpt(who)
                good = answer.startswith("2") and taken
                await self.say(answer)
            elif command == "DATA":
                if not good:
                    await self.say("503 5.5.1 no valid recipients")
                    continue
                await self.say(data)
                if data.startswith("354"):
                    content = await self.data()
                    answer = dot(who)
                    if answer.startswith("2"):
                        self.server.accepted.append((who, content))
                    await self.say(answer)
            elif command == "QUIT":
                await self.say("221 bye")
                return
            else:
                await self.say("250 ok")


@dataclass
class Scripted:
    """Runs a script for every connection, in its own thread."""

    script: Script
    tls: ssl.SSLContext | None = None
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Scripted:
        started = threading.Event()

        def run() -> None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            self._server = self._loop.run_until_complete(
                asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self.tls)
            )
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()
            self._loop.run_forever()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert started.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self.script(Talk(reader, writer, self))
        except (ConnectionError, asyncio.IncompleteReadError, ValueError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
