"""Maildirs as a page: what a mail program would show, in files that any browser opens."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
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
    file: str  # below the page's folder


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
    boxes = [
        Box(box.name, (keywords or {}).get(box.name, ""), tuple(_mails(box, folder)))
        for box in sorted(path for path in maildirs.glob("*") if (path / "new").is_dir())
    ]
    views = [view for box in boxes for mail in box.mails for view in mail.views]
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True)
    page = environment.get_template("mailboxes.html").render(
        boxes=boxes, first=views[0].file if views else "about:blank"
    )
    target = folder / "index.html"
    target.write_text(page, encoding="utf-8")
    return target


def _mails(box: Path, folder: Path) -> Iterable[Mail]:
    found = mailbox.Maildir(box, create=False)
    names = found.keys()  # iterating the Maildir itself gives parsed messages
    raws = sorted((found.get_bytes(name) for name in names), key=_moment, reverse=True)
    for number, raw in enumerate(raws, start=1):
        message = email.message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101  (the default policy makes these)
        stem = f"{box.name.replace('/', '_')}-{number}"
        views = []
        for name, kind in (("HTML", "html"), ("Text", "plain")):
            body = message.get_body(preferencelist=(kind,))
            if body is not None:
                shown = body.get_content() if kind == "html" else _as_page(body.get_content())
                (folder / f"{stem}-{kind}.html").write_text(shown, encoding="utf-8")
                views.append(View(name, f"{stem}-{kind}.html"))
        (folder / f"{stem}-raw.html").write_text(_as_page(raw.decode("latin-1")), "utf-8")
        views.append(View("Raw", f"{stem}-raw.html"))
        yield Mail(str(message["Subject"]), str(message["Date"]), tuple(views))


def _as_page(text: str) -> str:
    """Return text as a page: a bare file would be shown in whatever charset a browser guesses."""
    return f'<!doctype html><meta charset="utf-8"><pre style="font-size:14px">{escape(text)}</pre>'


def _moment(raw: bytes) -> float:
    message = email.message_from_bytes(raw, policy=default)
    date = message["Date"]
    return date.datetime.timestamp() if date is not None and date.datetime else 0.0


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
