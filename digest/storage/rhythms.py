"""Which readers are due, and the planning of their issues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update

from digest.states import State
from digest.storage.database import Database
from digest.storage.schema import deliveries, subscribers


@dataclass(frozen=True, slots=True)
class RhythmRow:
    """What the scheduler has to know of one reader."""

    id: int
    timezone: str | None
    hour: int | None
    cadence: str
    weekdays: tuple[int, ...]
    paused_until: date | None
    since: datetime  # when they confirmed
    last_period: str | None
    last_edition: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One issue to plan: for whom, for which period, and when to look again."""

    subscriber: int
    period: str
    since: int  # editions after this one are offered
    next_due_at: datetime


class RhythmStore:
    """All SQL about when readers are due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def to_look_at(self, now: datetime, newest: int, limit: int) -> list[RhythmRow]:
        """Return readers whose time has come and who lack the newest edition, or who are new.

        A reader without `next_due_at` was just added or changed their rhythm.
        """
        s = subscribers.c
        has_something = s.last_edition < newest
        query = (
            select(subscribers)
            .where(s.state == "active")
            .where(or_(s.next_due_at.is_(None), (s.next_due_at <= now) & has_something))
            .order_by(s.next_due_at, s.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_rhythm(row) for row in connection.execute(query)]

    def look_again(self, moments: Sequence[tuple[int, datetime]]) -> None:
        """Write down when to look at readers next: (reader, moment)."""
        if not moments:
            return
        statement = (
            update(subscribers)
            .where(subscribers.c.id == bindparam("reader"))
            .values(next_due_at=bindparam("moment"))
        )
        rows = [{"reader": reader, "moment": moment} for reader, moment in moments]
        with self._database.write() as connection:
            connection.execute(statement, rows)

    def plan(self, edition: int, planned: Sequence[Planned], now: datetime) -> int:
        """Plan issues and move their readers on, together; return how many were new.

        UNIQUE (reader, edition) and UNIQUE (reader, period) refuse what another scheduler, or a
        clock set back, would plan a second time.
        """
        count = 0
        with self._database.write() as connection:
            for each in planned:
                taken = select(deliveries.c.id).where(
                    deliveries.c.subscriber_id == each.subscriber,
                    or_(deliveries.c.edition >= edition, deliveries.c.period == each.period),
                )
                if connection.execute(taken.limit(1)).first() is None:
                    connection.execute(
                        insert(deliveries).values(
                            edition=edition,
                            subscriber_id=each.subscriber,
                            period=each.period,
                            state=State.PLANNED,
                            since=each.since,
                            changed_at=now,
                        )
                    )
                    count += 1
                connection.execute(
                    update(subscribers)
                    .where(subscribers.c.id == each.subscriber)
                    .values(
                        last_period=each.period,
                        next_due_at=each.next_due_at,
                        last_edition=edition,
                    )
                )
        return count


def _rhythm(row: Row[Any]) -> RhythmRow:
    return RhythmRow(
        id=row.id,
        timezone=row.timezone,
        hour=row.hour,
        cadence=row.cadence,
        weekdays=tuple(row.weekdays),
        paused_until=row.paused_until,
        since=row.confirmed_at or row.created_at,
        last_period=row.last_period,
        last_edition=row.last_edition,
    )
