"""A whole digest on loopback: the store, the pages, an SMTP server that keeps what it gets."""

from __future__ import annotations

import email
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from aiosmtpd.controller import Controller

from digest.app.application import App, open_app
from digest.archive.dump_results import IncomingDump
from digest.operations import issues as issue_operations
from digest.operations.dumps import ingest_one
from digest.operations.readers_pages import readers_site
from digest.resources import shipped
from digest.settings import Settings
from tests.subscribers.web.browser import bound, served

START = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)


@dataclass
class Inbox:
    """What aiosmtpd received."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        del message["X-RcptTo"]
        message["X-RcptTo"] = envelope.rcpt_tos[0]
        self.mails.append(message)
        return "250 OK"

    def newest(self, address: str) -> EmailMessage:
        return [m for m in self.mails if m["X-RcptTo"] == address][-1]


def _elsewhere(work: Callable[[], object]) -> None:
    """Work in another thread: Playwright keeps an event loop in this one, and senders need none."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@dataclass
class Installation:
    """One digest, running."""

    app: App
    base: str
    inbox: Inbox
    time: list[datetime]

    def forward(self, **by: float) -> None:
        self.time[0] += timedelta(**by)

    def letter(self, address: str) -> EmailMessage:
        """Send what waits and return the newest mail to an address."""
        _elsewhere(lambda: self.app.letter_queue.flush(self.app.clock()))
        return self.inbox.newest(address)

    def links(self, mail: EmailMessage) -> list[str]:
        """All addresses of ours in a mail: in its HTML, its text, its headers."""
        text = mail.get_body(("plain",))
        source = unescape(html_of(mail)) + (str(text.get_content()) if text else "")
        source += " ".join(str(value) for name, value in mail.items() if "List" in name)
        pattern = re.escape(self.base) + r"[^\s\"'<>)\]]*"
        return list(dict.fromkeys(re.findall(pattern, source)))

    def link(self, mail: EmailMessage, part: str) -> str:
        return next(link for link in self.links(mail) if part in link)

    def run(self, sample: str, label: date) -> None:
        file = shipped(f"digest/samples/{sample}")
        ingest_one(self.app, IncomingDump(sample, file, captured_on=label))
        _elsewhere(lambda: issue_operations.run(self.app, label))

    def reader(self, address: str) -> Any:
        return self.app.desk.by_email(address)

    def state(self) -> Any:
        """All that a link could change."""
        readers = list(self.app.stores.readers.every())
        each = [
            (
                r,
                list(self.app.stores.readers.consents(r.id)),
                list(self.app.stores.readers.feedback(r.id)),
            )
            for r in readers
        ]
        return each, len(self.inbox.mails), self.app.letter_queue.outbox.count()

    def scan(self, mail: EmailMessage) -> int:
        """Follow every link of a mail by GET, as mail scanners do; return how many there were."""
        before = self.state()
        links = self.links(mail)
        for link in links:
            with urlopen(Request(link, headers={"User-Agent": "scanner"})) as answer:
                assert answer.status == 200, link
        assert self.state() == before
        return len(links)


@contextmanager
def open_installation(folder: Path, **newsletter: str) -> Iterator[Installation]:
    inbox, time = Inbox(), [START]
    with bound() as free:
        smtp_port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=smtp_port)
    controller.start()
    listening: socket.socket = bound()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = open_app(_settings(base, smtp_port, newsletter), folder, clock=_clock(time))
    try:
        with served(readers_site(app), listening) as address:
            assert address == base
            yield Installation(app, base, inbox, time)
    finally:
        app.close()
        controller.stop()


def _clock(time: list[datetime]) -> Callable[[], datetime]:
    return lambda: time[0]


def _settings(base: str, smtp_port: int, newsletter: dict[str, str]) -> Settings:
    smtp = {"host": "127.0.0.1", "port": smtp_port, "security": "none"}
    return Settings.model_validate(
        {
            "newsletter": {"base_url": base, "sender": "digest@lab.example"} | newsletter,
            "delivery": {"transport": "smtp", "smtp": smtp, "processes": 1},
        }
    )
