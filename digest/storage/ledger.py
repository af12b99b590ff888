"""The ledger: which papers each reader has been sent. Written by `delivery_turns`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false, select

from digest.states import State
from digest.storage.database import Database
from digest.storage.delivery_rows import one_of
from digest.storage.schema import deliveries, editions, ledger

_UNDER_WAY = (State.PLANNED, State.CLAIMED, State.SENDING, State.DEFERRED)


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
        alive = select(editions.c.number).where(editions.c.expires_at > now)
        with self._database.read() as connection:
            for chunk in one_of(ledger.c.subscriber_id, readers):
                statement = select(ledger.c.subscriber_id, ledger.c.papers).where(chunk)
                packed.update(
                    {row.subscriber_id: row.papers for row in connection.execute(statement)}
                )
            for chunk in one_of(deliveries.c.subscriber_id, readers):
                waiting = select(deliveries.c.subscriber_id, deliveries.c.papers).where(
                    chunk,
                    deliveries.c.edition.in_(alive),
                    deliveries.c.papers.is_not(None),
                    deliveries.c.in_ledger == false(),
                    deliveries.c.state.in_(_UNDER_WAY),
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
        alive = select(editions.c.number).where(editions.c.expires_at > now)
        under_way = deliveries.c.edition.in_(alive) & deliveries.c.state.in_(_UNDER_WAY)
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
