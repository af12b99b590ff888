"""Readers from files and back, and the papers that they like: what an operator asks for."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from digest.app import App
from digest.dumps import formats
from digest.dumps.text import read_bytes
from digest.errors import DumpError, NotFound
from digest.ingest import read_whole
from digest.papers import Paper, keys_of, title_key
from subscribers.import_export import read_rows, write_csv, write_json_lines
from subscribers.importing import Imported
from subscribers.importing import import_readers as take_in
from subscribers.store import Feedback, Subscriber


def import_readers(app: App, file: Path, *, confirmed: bool) -> Imported:
    """Add or change readers from a file; a bad line is in the answer, the others count."""
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return take_in(app.desk, read_rows(data), app.clock(), confirmed=confirmed)


def export_readers(app: App, format: str) -> str:
    """Return all readers as CSV or JSON lines, in a form that `import_readers` reads."""
    write = write_csv if format == "csv" else write_json_lines
    return "".join(write(app.readers.every()))


def like(app: App, reader: Subscriber, text: str) -> Paper:
    """Note that a reader likes a paper of the archive, named by title or arXiv id."""
    found = app.archive.search(text)
    exact = [p for p in found if title_key(p.title) == title_key(text)] or found
    if len(exact) != 1:
        count = "no" if not exact else f"{len(exact)}"
        raise NotFound(f"{count} papers of the archive match {text!r}; name exactly one")
    app.readers.set_feedback(reader.id, Feedback(exact[0].id, "more", app.clock()))
    return exact[0]


def like_file(app: App, reader: Subscriber, file: Path) -> list[Paper]:
    """Note that a reader likes every paper of a file (BibTeX, RIS, …); return them.

    Papers that the archive lacks are added, and never offered. Raises DumpError.
    """
    data = read_whole(file, partial(read_bytes, max_bytes=app.settings.dumps.max_bytes))
    dump = formats.read(data, now=app.clock())
    reading = app.ingest_bytes(data, str(file), None, archive_only=True)
    if reading.format is None:
        raise DumpError(reading.problems[0].reason, path=file)
    keys = [key for record in dump.records for key in keys_of(record)]
    with app.archive.changing() as known:
        liked = {paper.id: paper for paper in known.by_keys(keys).values()}
    for number in liked:
        app.readers.set_feedback(reader.id, Feedback(number, "more", app.clock()))
    return list(liked.values())
