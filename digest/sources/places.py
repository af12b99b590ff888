"""Going to a source's place: what lies there now, as values. No failure of a place is raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.archive.dump_results import DumpResult, path_name
from digest.dumps import formats, text
from digest.dumps.biorxiv import next_address
from digest.errors import DumpError, SourceRefused
from digest.settings import SourceSettings
from digest.sources import folder, mailbox
from digest.sources.http import Failed, Fetched, Fetcher, Unchanged, redacted


@dataclass(frozen=True, slots=True)
class Capture:
    """One dump that was found."""

    name: str  # for messages; holds no secret
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SourceVisit:
    """What a place had."""

    captures: tuple[Capture, ...] = ()
    error: str | None = None  # why it could not be asked, or not wholly
    unchanged: bool = False  # the server said so (304), or nothing new lies there
    etag: str | None = None
    last_modified: str | None = None
    retry_at: datetime | None = None  # the server asked to be left alone until then
    put_away: Callable[[Sequence[DumpResult]], None] = lambda readings: None  # after they were read


def visit_url(
    source: SourceSettings,
    fetcher: Fetcher,
    *,
    etag: str | None,
    last_modified: str | None,
    now: datetime,
) -> SourceVisit:
    """Ask a URL, conditionally, and for the pages that follow where the service gives pages."""
    address = source.url.get_secret_value()
    found = fetcher.fetch(address, etag=etag, last_modified=last_modified)
    if isinstance(found, Unchanged):
        return SourceVisit(unchanged=True, etag=etag, last_modified=last_modified)
    if isinstance(found, Failed):
        return SourceVisit(error=_with_words(found, now), retry_at=found.retry_at)
    captures = [Capture(redacted(found.address), found.body)]
    first = found
    left = fetcher.limits.max_bytes - len(found.body)
    while following := next_address(address, captures[-1].data):
        address = following
        found = fetcher.fetch(address)
        if isinstance(found, Fetched) and len(found.body) <= left:
            captures.append(Capture(redacted(address), found.body))
            left -= len(found.body)
            continue
        # The pages so far are kept. Without validators the next visit asks for all of them.
        reason = _with_words(found, now) if isinstance(found, Failed) else "all pages are too much"
        retry_at = found.retry_at if isinstance(found, Failed) else None
        error = f"page {len(captures) + 1}: {reason}"
        return SourceVisit(tuple(captures), error, retry_at=retry_at)
    return SourceVisit(tuple(captures), etag=first.etag, last_modified=first.last_modified)


def _with_words(failed: Failed, now: datetime) -> str:
    """Return why a fetch failed, with the service's own words where it gave any."""
    try:
        formats.read(failed.body, now=now)
    except SourceRefused as refusal:
        return f"{failed.reason}: {refusal.reason}"
    except DumpError:
        pass
    return failed.reason


def visit_folder(path: Path, *, now: datetime, settled: timedelta, max_bytes: int) -> SourceVisit:
    """Take a folder's complete files; once read they are moved to `done/` or `rejected/`.

    Another process may do the same: who moves a file first has filed it.
    """
    captures: list[Capture] = []
    files: list[Path] = []
    errors: list[str] = []
    try:
        ready = folder.ready(path, now=now, settled=settled)
    except DumpError as error:
        return SourceVisit(error=error.reason)
    for file in ready:
        try:
            data = _read_settled(file, max_bytes)
        except DumpError as error:
            errors += _filed(file, accepted=False, report=error.reason)
            errors.append(f"{path_name(file.name)}: {error.reason}")
        else:
            if data is not None:
                captures.append(Capture(path_name(file), data))
                files.append(file)

    def put_away(readings: Sequence[DumpResult]) -> None:
        failures = []
        for file, reading in zip(files, readings, strict=True):
            accepted = reading.format is not None
            report = "" if accepted and not reading.problems else reading.summary()
            failures += _filed(file, accepted=accepted, report=report)
        if failures:
            raise DumpError("; ".join(failures))

    nothing = not captures and not errors
    return SourceVisit(tuple(captures), "; ".join(errors) or None, nothing, put_away=put_away)


def _read_settled(file: Path, max_bytes: int) -> bytes | None:
    """Return a file's bytes; None when it grew meanwhile or somebody took it away.

    Raises DumpError.
    """
    try:
        before = file.stat()
        data = text.read_bytes(file, max_bytes=max_bytes)
        after = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DumpError(f"cannot be read: {error.strerror or error}") from None
    grew = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    return None if grew or len(data) != after.st_size else data


def _filed(file: Path, *, accepted: bool, report: str) -> list[str]:
    """Move a file to where it belongs; return what kept it from being moved."""
    try:
        folder.file_away(file, accepted=accepted, report=report)
    except FileNotFoundError:
        return []  # another process has filed it
    except OSError as error:
        return [f"{path_name(file.name)} cannot be moved: {error.strerror or error}"]
    return []


def visit_mailbox(path: Path) -> SourceVisit:
    """Take the dumps of a mailbox's unread mails; once read, the mails are marked as read."""
    try:
        mails = list(mailbox.unread(path))
    except DumpError as error:
        return SourceVisit(error=error.reason)
    captures = tuple(Capture(mail.name, mail.data) for mail in mails)
    keys = {mail.key for mail in mails}

    def put_away(readings: Sequence[DumpResult]) -> None:
        if keys:
            mailbox.mark_read(path, keys)

    return SourceVisit(captures, unchanged=not captures, put_away=put_away)


def without_validators(visit: SourceVisit) -> SourceVisit:
    """Return a visit whose next one is unconditional: what came could not be read whole."""
    return replace(visit, etag=None, last_modified=None)
