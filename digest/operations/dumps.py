"""Dumps into the archive: from files, from bytes, from the watched folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import structlog

from digest.app.application import App
from digest.archive.dump_results import DumpResult, IncomingDump, path_name
from digest.run import take_in
from digest.sources.places import visit_folder

log = structlog.get_logger("digest")


def read_dumps(app: App, dumps: Iterable[IncomingDump]) -> Iterator[DumpResult]:
    """Read dumps into the archive, one when the last one's result is taken."""
    return take_in(dumps, app.ingest, app.knowledge, app.clock())


def ingest_one(app: App, dump: IncomingDump) -> DumpResult:
    """Read a dump into the archive."""
    (result,) = read_dumps(app, [dump])
    return result


def ingest_file(app: App, path: Path) -> DumpResult:
    """Read a dump from a file into the archive."""
    return ingest_one(app, IncomingDump(path_name(path), path))


def read_inbox(app: App) -> None:
    """Read the dumps that lie in the watched folder, and put them away."""
    if not app.inbox.is_dir():
        return
    of = app.settings.dumps
    settled = timedelta(seconds=of.settle_seconds)
    visit = visit_folder(app.inbox, now=app.clock(), settled=settled, max_bytes=of.max_bytes)
    if visit.error:
        log.warning("inbox", reason=visit.error)
    results = list(read_dumps(app, (IncomingDump(each.name, each.data) for each in visit.captures)))
    for result in results:
        log.info(
            "dump read",
            file=result.name,
            papers=result.papers,
            new=result.new,
            rejected=result.rejected,
        )
    visit.put_away(results)
