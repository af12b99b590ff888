"""Maildirs as a page: what a mail program would show, in files that any browser opens."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import default
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import escape


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a mail."""

    name: str  # HTML, Text, Raw
    file: str  # in the page's folder; fit for a link as it is


@dataclass(frozen=True, slots=True)
class Mail:
    """One delivered mail."""

    subject: str
    date: str
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One reader's mailbox."""

    address: str
    keywords: str  # what they asked for, if known
    mails: tuple[Mail, ...]


def write_page(
    maildirs: Path, folder: Path, templates: Path, *, keywords: Mapping[str, str] | None = None
) -> Path:
    """Write `folder/index.html` over every Maildir below `maildirs`; return its path.

    `keywords` is shown beside each address. Beside the page lie the mails themselves, each as
    HTML, text and raw bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(path for path in maildirs.glob("*") if (path / "new").is_dir())
    boxes = [
        Box(
            _writable(box.name),
            _writable((keywords or {}).get(box.name, "")),
            tuple(_mails(box, folder, number)),
        )
        for number, box in enumerate(found, start=1)
    ]
    views = [view for box in boxes for mail in box.mails for view in mail.views]
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True)
    page = environment.get_template("mailboxes.html").render(
        boxes=boxes, first=views[0].file if views else "about:blank"
    )
    target = folder / "index.html"
    target.write_text(page, encoding="utf-8")
    return target


def _mails(box: Path, folder: Path, box_number: int) -> Iterable[Mail]:
    found = mailbox.Maildir(box, create=False)
    names = found.keys()  # iterating the Maildir itself gives parsed messages
    mails = [_Arrived.of(found.get_bytes(name)) for name in names]
    mails.sort(key=lambda mail: mail.moment, reverse=True)
    for number, mail in enumerate(mails, start=1):
        # Numbers, because an address may be too long for a file name, or no part of a link.
        stem = f"{box_number}-{number}"
        views = []
        for kind, page in mail.pages():
            file = f"{stem}-{kind.lower()}.html"
            # With a byte order mark, which counts for more than the charset that a mail claims.
            (folder / file).write_text(_writable(page), encoding="utf-8-sig")
            views.append(View(kind, file))
        yield Mail(mail.header("Subject") or "(no subject)", mail.header("Date"), tuple(views))


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A mail as it lies in a Maildir: whatever bytes somebody delivered."""

    raw: bytes
    message: EmailMessage

    @classmethod
    def of(cls, raw: bytes) -> _Arrived:
        message = email.message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101  (the default policy makes these)
        return cls(raw, message)

    @property
    def moment(self) -> float:
        """When it was sent, in seconds; one that does not say so is the oldest."""
        try:
            return float(self.message["Date"].datetime.timestamp())
        except _GARBLED:
            return 0.0

    def header(self, name: str) -> str:
        """Return a header as people read it, empty when there is none."""
        try:
            return _writable(str(self.message[name] or ""))
        except _GARBLED:
            return ""

    def pages(self) -> Iterable[tuple[str, str]]:
        """Yield each way to look at it: what it is called, and a page of HTML."""
        for name, kind in (("HTML", "html"), ("Text", "plain")):
            body = self.message.get_body(preferencelist=(kind,))
            if body is not None:
                yield name, _text_of(body) if kind == "html" else _as_page(_text_of(body))
        yield "Raw", _as_page(self.raw.decode("latin-1"))


# What the email package raises for headers and bodies that break its rules.
_GARBLED = (ValueError, LookupError, AttributeError, TypeError, OverflowError)


def _text_of(body: Message) -> str:
    """Return a part's text; in a charset that nobody knows, what UTF-8 makes of it."""
    data = body.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(body.get_content_charset("utf-8"), errors="replace")
    except _GARBLED:
        return data.decode("utf-8", errors="replace")


def _writable(text: str) -> str:
    """Return text that UTF-8 can hold: file names and headers may be any bytes."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _as_page(text: str) -> str:
    """Return text as a page: a bare file would be shown in whatever charset a browser guesses."""
    return f'<!doctype html><meta charset="utf-8"><pre style="font-size:14px">{escape(text)}</pre>'


def serve_page(folder: Path, *, on_ready: Callable[[str], None]) -> None:
    """Serve a folder on this machine until Ctrl-C; `on_ready` is told its address."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        on_ready(f"http://127.0.0.1:{server.server_port}/")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Leave the terminal to the person."""
