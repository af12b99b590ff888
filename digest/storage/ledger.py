"""The ledger: which papers each reader has been sent. Written by `delivery_turns`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, select

from digest.states import UNSENT, State
from digest.storage.database import Database
from digest.storage.delivery_rows import one_of
from digest.storage.schema import deliveries, editions, ledger, subscribers

_AT_ONCE = 8  # an older edition's issue may come after a newer one's, but not after so many
_WIRE_TIME = timedelta(days=1)  # no mail is on the wire for longer


class LedgerStore:
    """Reads of the ledger, a shard at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sent_to(self, readers: Sequence[int], now: datetime) -> dict[int, bytes]:
        """Return each reader's papers, packed little-endian uint32; who had none is absent.

        The papers of issues that are frozen but not sent yet count as sent, or two editions
        under way at once would both bring them.
        """
        packed: dict[int, bytes] = {}
        under_way = _under_way(now)
        with self._database.read() as connection:
            for chunk in one_of(ledger.c.subscriber_id, readers):
                statement = select(ledger.c.subscriber_id, ledger.c.papers).where(chunk)
                packed.update(
                    {row.subscriber_id: row.papers for row in connection.execute(statement)}
                )
            for chunk in one_of(deliveries.c.subscriber_id, readers):
                waiting = select(deliveries.c.subscriber_id, deliveries.c.papers).where(
                    chunk,
                    under_way,
                    deliveries.c.papers.is_not(None),
                    deliveries.c.in_ledger == false(),
                )
                for row in connection.execute(waiting):
                    packed[row.subscriber_id] = packed.get(row.subscriber_id, b"") + row.papers
        return packed

    def last_sent(
        self, readers: Sequence[int], since: int, now: datetime
    ) -> dict[int, list[tuple[int, bytes]]]:
        """Return what each reader got by issues of the editions from `since` on, the older first.

        (edition, papers) each; what is frozen and not sent yet counts here, too.
        """
        found: dict[int, list[tuple[int, bytes]]] = {}
        under_way = _under_way(now)
        with self._database.read() as connection:
            for chunk in one_of(deliveries.c.subscriber_id, readers):
                query = (
                    select(deliveries.c.subscriber_id, deliveries.c.edition, deliveries.c.papers)
                    .where(chunk, deliveries.c.edition >= since, deliveries.c.papers.is_not(None))
                    .where(deliveries.c.in_ledger | under_way)
                    .order_by(deliveries.c.edition)
                )
                for row in connection.execute(query):
                    found.setdefault(row.subscriber_id, []).append((row.edition, row.papers))
        return found

    def last_turns(self, readers: Sequence[int], now: datetime) -> dict[int, int]:
        """Return the turn of each reader's last issue that arrived, or may yet.

        Who had none is absent, and whose last one was composed before turns were kept.
        """
        d, s = deliveries.c, subscribers.c
        newest = (
            select(d.turn, d.edition, d.changed_at)
            .where(d.subscriber_id == s.id, d.papers != b"")  # a quiet day's note is no issue
            .where(d.in_ledger | _under_way(now))
            .order_by(d.edition.desc())
            .limit(_AT_ONCE)
            .correlate(subscribers)
            .subquery()
        )
        of = newest.c
        last = select(of.turn).order_by(of.changed_at.desc(), of.edition.desc()).limit(1)
        found: dict[int, int] = {}
        with self._database.read() as connection:
            for chunk in one_of(s.id, readers):
                rows = connection.execute(
                    select(s.id, last.scalar_subquery().label("turn")).where(chunk)
                )
                found.update({row.id: row.turn for row in rows if row.turn is not None})
        return found

    def turn_of(self, reader: int, edition: int) -> int | None:
        """Return the turn of a reader's issue of an edition; None where it is not known."""
        d = deliveries.c
        query = select(d.turn).where(d.subscriber_id == reader, d.edition == edition)
        with self._database.read() as connection:
            return connection.scalar(query)


def _under_way(now: datetime) -> ColumnElement[bool]:
    """Tell what may still arrive: what can be sent, and what left just before its time was over."""
    number, ends = editions.c.number, editions.c.expires_at
    alive = deliveries.c.edition.in_(select(number).where(ends > now))
    late = deliveries.c.edition.in_(select(number).where(ends > now - _WIRE_TIME))
    to_be_sent = alive & deliveries.c.state.in_(UNSENT)
    return late & (to_be_sent | (deliveries.c.state == State.SENDING))
