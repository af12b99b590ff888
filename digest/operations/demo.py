"""A day of the demo: a dump comes, an edition goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from digest.app.application import App
from digest.archive.dump_results import DumpResult
from digest.editions import Figures
from digest.errors import DigestError
from digest.operations import issues
from digest.operations.dumps import ingest_file


@dataclass(frozen=True, slots=True)
class DemoDay:
    """What came in and what went out."""

    dump: DumpResult
    figures: Figures
    issues: Mapping[str, issues.Preview | None]  # by address; None: nothing matched


def demo_day(app: App, file: Path, *, days_ago: int) -> DemoDay:
    """Read one dump and run one edition."""
    day = app.today() - timedelta(days=days_ago)
    dump = ingest_file(app, file)
    figures = issues.run(app, day)
    found: dict[str, issues.Preview | None] = {}
    if figures.number is not None:
        for reader in app.stores.readers.every("active"):
            found[reader.email] = _sent(app, reader.email, figures.number)
    return DemoDay(dump, figures, found)


def _sent(app: App, address: str, edition: int) -> issues.Preview | None:
    try:
        return issues.preview(app, address, edition)
    except DigestError:
        return None
