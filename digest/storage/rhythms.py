"""Which readers are due, and the planning of their issues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

from digest.schedule.rhythms import RhythmRow, Served
from digest.states import WELCOME
from digest.storage.database import Database
from digest.storage.deliveries import DeliveryStore
from digest.storage.delivery_rows import is_to_be_welcomed, may_have_mail
from digest.storage.schema import deliveries, editions, subscribers

_WELCOMES = 500  # readers at once: as many parameters as SQLite's oldest limit allows

_CHUNK = 5000

_s = subscribers.c
_RHYTHM = (  # the fields of a RhythmRow
    _s.id,
    _s.timezone,
    _s.hour,
    _s.cadence,
    _s.weekdays,
    _s.paused_until,
    func.coalesce(_s.confirmed_at, _s.created_at),
    _s.last_period,
    _s.last_edition,
)


class RhythmStore:
    """All SQL about when readers are due."""

    def __init__(self, database: Database, deliveries: DeliveryStore) -> None:
        self._database = database
        self._deliveries = deliveries

    def to_look_at(self, now: datetime, newest: int, limit: int) -> list[RhythmRow]:
        """Return readers whose time has come and who lack the newest edition, or who are new.

        A reader without `next_due_at` was just added or changed their rhythm.
        """
        s = subscribers.c
        has_something = s.last_edition < newest
        query = (
            select(*_RHYTHM)
            .where(s.state == "active")
            .where(or_(s.next_due_at.is_(None), (s.next_due_at <= now) & has_something))
            .order_by(s.next_due_at, s.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_rhythm(row) for row in connection.execute(query)]

    def welcome(
        self, edition: int, since: int, now: datetime, *, email_keys: Sequence[str] = ()
    ) -> int:
        """Plan the first issue of readers who have just confirmed by themselves; return how many.

        It brings the editions after `since`, so that nobody waits for a day. Whom the operator
        vouched for did not ask for it and gets none.
        """
        s = subscribers.c
        opened_at = select(editions.c.opened_at).where(editions.c.number == edition)
        query = select(s.id).where(is_to_be_welcomed(opened_at.scalar_subquery(), now))
        query = query.where(may_have_mail(email_keys))
        with self._database.read() as connection:
            readers = list(connection.scalars(query.limit(_WELCOMES)))
        if not readers:
            return 0
        planned = self._deliveries.plan(edition, now, period=WELCOME, readers=readers)
        with self._database.write() as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.edition == edition, deliveries.c.period == WELCOME)
                .where(deliveries.c.subscriber_id.in_(readers), deliveries.c.papers.is_(None))
                .values(since=since)
            )
            connection.execute(
                update(subscribers).where(s.id.in_(readers)).values(last_edition=edition)
            )
        return planned

    def periods_of(self, reader: int) -> frozenset[str]:
        """Return every period for which a reader has an issue."""
        d = deliveries.c
        query = select(d.period).where(d.subscriber_id == reader, d.period != WELCOME)
        with self._database.read() as connection:
            return frozenset(connection.scalars(query.where(d.period.is_not(None))))

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

    def forget_moments(self, *, after: datetime | None = None) -> int:
        """Empty `next_due_at`, so that the next tick works it out; return for how many.

        after: only moments later than this.
        """
        s = subscribers.c
        where: ColumnElement[bool] = s.next_due_at.is_not(None)
        if after is not None:
            where = (s.state == "active") & (s.next_due_at > after)
            with self._database.read() as connection:  # mostly there is none, and no write
                if connection.execute(select(s.id).where(where).limit(1)).first() is None:
                    return 0
        with self._database.write() as connection:
            statement = update(subscribers).where(where).values(next_due_at=None)
            return connection.execute(statement).rowcount

    def rhythms(self) -> Iterator[RhythmRow]:
        """Yield the rhythm of every active reader, by number, in bounded memory."""
        s, last = subscribers.c, 0
        while True:
            # Without the state in the query: its index would sort every reader for each chunk.
            query = select(*_RHYTHM, s.state).where(s.id > last).order_by(s.id).limit(_CHUNK)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            yield from (_rhythm(row[:-1]) for row in rows if row[-1] == "active")
            if len(rows) < _CHUNK:
                return
            last = rows[-1][0]

    def serve(
        self,
        edition: int,
        served: Sequence[Served],
        now: datetime,
        *,
        email_keys: Sequence[str] = (),
    ) -> int:
        """Plan issues, then move their readers on; return how many were planned.

        email_keys: a trial, only these have issues. The others are looked at again when they would
        have been; what the trial offers is still open to them when it is over.

        Two transactions: after a crash between them the readers are looked at again, and
        UNIQUE (reader, edition) and (reader, period) refuse to plan their issues a second time.
        """
        if email_keys:
            chosen = self._among(email_keys)
            others = [each for each in served if each.reader not in chosen]
            self.look_again([(each.reader, each.next_due_at) for each in others])
            served = [each for each in served if each.reader in chosen]
        by_period: dict[str, list[int]] = {}
        for each in served:
            by_period.setdefault(each.period, []).append(each.reader)
        planned = 0
        for period, readers in by_period.items():
            planned += self._deliveries.plan(edition, now, period=period, readers=readers)
        statement = (
            update(subscribers)
            .where(subscribers.c.id == bindparam("reader"))
            .values(
                last_period=bindparam("period"),
                next_due_at=bindparam("moment"),
                last_edition=edition,
            )
        )
        rows = [
            {"reader": each.reader, "period": each.period, "moment": each.next_due_at}
            for each in served
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(statement, rows)
        return planned

    def _among(self, email_keys: Sequence[str]) -> set[int]:
        with self._database.read() as connection:
            return set(
                connection.scalars(select(subscribers.c.id).where(may_have_mail(email_keys)))
            )


def _rhythm(row: Sequence[Any]) -> RhythmRow:
    number, zone, hour, cadence, weekdays, *rest = row
    return RhythmRow(number, zone, hour, cadence, tuple(weekdays), *rest)
