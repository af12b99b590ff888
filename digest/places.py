"""Going to a source's place: what lies there now, as values. No failure of a place is raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.dumps import folder, mailbox
from digest.dumps.http import Failed, Fetcher, Unchanged, redacted
from digest.errors import DumpError
from digest.ingest import read_bounded
from digest.readings import Reading
from digest.settings import Source


@dataclass(frozen=True, slots=True)
class Capture:
    """One dump that was found."""

    name: str  # for messages; holds no secret
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a place had."""

    captures: tuple[Capture, ...] = ()
    error: str | None = None  # why it could not be asked, or not wholly
    unchanged: bool = False  # the server said so (304)
    etag: str | None = None
    last_modified: str | None = None
    retry_at: datetime | None = None  # the server asked to be left alone until then
    put_away: Callable[[Sequence[Reading]], None] = lambda readings: None  # after they were read


def visit_url(
    source: Source, fetcher: Fetcher, *, etag: str | None, last_modified: str | None
) -> Visit:
    """Ask a URL, conditionally."""
    address = source.url.get_secret_value()
    found = fetcher.fetch(address, etag=etag, last_modified=last_modified)
    if isinstance(found, Unchanged):
        return Visit(unchanged=True, etag=etag, last_modified=last_modified)
    if isinstance(found, Failed):
        return Visit(error=found.reason, retry_at=found.retry_at)
    capture = Capture(redacted(found.address), found.body)
    return Visit((capture,), etag=found.etag, last_modified=found.last_modified)


def visit_folder(path: Path, *, now: datetime, settled: timedelta, max_bytes: int) -> Visit:
    """Take a folder's complete files; once read they are moved to `done/` or `rejected/`."""
    captures: list[Capture] = []
    files: list[Path] = []
    errors: list[str] = []
    try:
        for file in folder.ready(path, now=now, settled=settled):
            try:
                captures.append(Capture(str(file), read_bounded(file, max_bytes)))
                files.append(file)
            except DumpError as error:
                folder.file_away(file, accepted=False, report=error.reason)
                errors.append(f"{file.name}: {error.reason}")
    except DumpError as error:
        errors.append(error.reason)

    def put_away(readings: Sequence[Reading]) -> None:
        for file, reading in zip(files, readings, strict=True):
            accepted = reading.format is not None
            report = "" if accepted and not reading.problems else reading.summary()
            folder.file_away(file, accepted=accepted, report=report)

    return Visit(tuple(captures), "; ".join(errors) or None, put_away=put_away)


def visit_mailbox(path: Path) -> Visit:
    """Take the dumps of a mailbox's unread mails; once read, the mails are marked as read."""
    try:
        mails = list(mailbox.unread(path))
    except DumpError as error:
        return Visit(error=error.reason)
    captures = tuple(Capture(mail.name, mail.data) for mail in mails)
    keys = {mail.key for mail in mails}

    def put_away(readings: Sequence[Reading]) -> None:
        if keys:
            mailbox.mark_read(path, keys)

    return Visit(captures, put_away=put_away)


def without_validators(visit: Visit) -> Visit:
    """Return a visit whose next one is unconditional: what came could not be read whole."""
    return replace(visit, etag=None, last_modified=None)
