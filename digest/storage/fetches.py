"""What each fetch of a source brought: the history that its health is told from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select

from digest.storage.database import Database
from digest.storage.schema import fetches

KEEP = timedelta(days=90)
_MANY = 5000  # records; of a source that is asked every minute the last days have to do


@dataclass(frozen=True, slots=True)
class Fetch:
    """One fetch of a source, and how the source was after it."""

    source: str
    at: datetime
    health: str  # a word of dumps.health.State
    reason: str
    bytes: int = 0
    papers: int = 0
    new: int = 0
    sha256: str | None = None  # of what came; None: nothing came
    etag: str | None = None  # what makes the next fetch conditional
    last_modified: str | None = None


class FetchStore:
    """All SQL about fetches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, fetch: Fetch) -> None:
        """Write a fetch down, and forget what is older than KEEP."""
        values = {name: getattr(fetch, name) for name in Fetch.__slots__}
        f = fetches.c
        with self._database.write() as connection:
            connection.execute(
                delete(fetches).where(f.source == fetch.source, f.at < fetch.at - KEEP)
            )
            connection.execute(insert(fetches).values(values))

    def last(self, source: str) -> Fetch | None:
        """Return a source's last fetch, None before the first."""
        found = self.history(source, limit=1)
        return found[0] if found else None

    def history(self, source: str, *, limit: int = _MANY) -> list[Fetch]:
        """Return a source's fetches, the newest first."""
        query = (
            select(fetches)
            .where(fetches.c.source == source)
            .order_by(fetches.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_fetch(row) for row in connection.execute(query)]


def _fetch(row: Row[Any]) -> Fetch:
    return Fetch(**{name: getattr(row, name) for name in Fetch.__slots__})
