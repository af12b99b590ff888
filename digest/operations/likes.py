"""Papers that readers like, told by the operator: by title, or in a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from digest.app.application import App
from digest.archive.ingest import read_whole
from digest.dumps import formats
from digest.dumps.text import read_bytes
from digest.errors import DumpError, NotFound
from digest.papers import Paper, keys_of, title_key
from subscribers.store import Feedback, Subscriber


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
