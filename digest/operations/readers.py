"""Readers from files and back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path

from digest.app.application import App
from subscribers.import_export import Rejected, read_rows, write_csv, write_json_lines
from subscribers.importing import Imported, invite_rows
from subscribers.importing import import_rows as take_in
from subscribers.list_text import guess_told
from subscribers.service import FrontDesk
from subscribers.store import SubscriberStore


def read_file(file: Path) -> bytes:
    """Return a file's bytes; `-` is the standard input."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def import_readers(
    desk: FrontDesk,
    data: bytes,
    now: datetime,
    *,
    confirmed: bool,
    keywords: str = "",
    languages: Collection[str] = (),
    progress: Callable[[int], None] = lambda line: None,
) -> Imported:
    """Add or change readers from a file; a bad line is in the answer, the others count.

    `languages` are those that mails can be written in; `progress` gets the number of the line up
    to which all is kept.
    """
    rows = read_rows(data)
    return take_in(
        desk,
        rows,
        now,
        confirmed=confirmed,
        keywords=keywords,
        languages=languages,
        progress=progress,
    )


def remarks_on(app: App, data: bytes, keywords: str = "") -> dict[str, int]:
    """Return what is told of a file's encoding and misspelt keywords, each with its first line.

    Of `keywords`, which are for who has none, the line is 0.
    """
    from digest.operations.misspelt import Misspellings  # noqa: PLC0415 - ranking and rapidfuzz

    misspellings = Misspellings(app)
    texts = {keywords: 0}
    for row in read_rows(data):
        if not isinstance(row, Rejected):
            texts.setdefault(row.fields["keywords"], row.line)
    told = guess_told(data)
    for text, line in texts.items():
        for each in misspellings.of(text):
            told.setdefault(str(each), line)
    return told


def invite_readers(
    desk: FrontDesk,
    data: bytes,
    now: datetime,
    *,
    again: bool,
    progress: Callable[[int], None] = lambda line: None,
) -> Imported:
    """Invite the addresses of a file; see `import_readers`."""
    return invite_rows(desk, read_rows(data), now, again=again, progress=progress)


def export_readers(readers: SubscriberStore, format: str) -> Iterator[str]:
    """Yield all readers as lines of CSV or JSON, in a form that `import_readers` reads."""
    write = write_csv if format == "csv" else write_json_lines
    return write(readers.every())
