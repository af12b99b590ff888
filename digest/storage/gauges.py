"""What the metrics ask of the store: a few counts, each answered by an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select

from digest.storage.database import Database
from digest.storage.editions import UNOFFERED
from digest.storage.schema import fetches, subscribers


@dataclass(frozen=True, slots=True)
class SourceTimes:
    """When a source was asked, answered, and brought something new; None: never."""

    fetched: datetime
    succeeded: datetime | None
    brought: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Readers whose time has come and who have not been planned for."""

    readers: int
    oldest: datetime | None  # the longest due of them; None: nobody, or they are all new


class GaugeStore:
    """All SQL for metrics alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def source_times(self) -> dict[str, SourceTimes]:
        """Return when each source was last asked, and with what success."""
        f = fetches.c
        query = select(
            f.source,
            func.max(f.at).label("fetched"),
            func.max(case((f.health != "failed", f.at))).label("succeeded"),
            func.max(case((f.new > 0, f.at))).label("brought"),
        ).group_by(f.source)
        with self._database.read() as connection:
            return {
                row.source: SourceTimes(row.fetched, row.succeeded, row.brought)
                for row in connection.execute(query)
            }

    def readers_by_state(self) -> dict[str, int]:
        """Count the readers by state."""
        query = select(subscribers.c.state, func.count()).group_by(subscribers.c.state)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def backlog(self, now: datetime, newest: int) -> Backlog:
        """Count the readers who should have been planned for by now.

        newest: the newest edition; who has it waits for nothing.
        """
        s = subscribers.c
        late = or_(s.next_due_at.is_(None), s.next_due_at <= now)
        query = select(func.count(), func.min(s.next_due_at)).where(
            s.state == "active", late, s.last_edition < newest
        )
        with self._database.read() as connection:
            count, oldest = connection.execute(query).one()
        return Backlog(count, oldest)

    def unoffered(self) -> int:
        """Count the papers that no edition has offered."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).where(UNOFFERED)) or 0
