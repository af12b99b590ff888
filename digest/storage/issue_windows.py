"""Which editions a reader's next issue covers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select

from digest.states import State
from digest.storage.database import Database
from digest.storage.schema import deliveries, subscribers


class IssueWindows:
    """Reads for previews and rehearsals; a run's own planning does the same in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, reader: int, edition: int) -> State | None:
        """Return where an edition's delivery to a reader stands, None when none is planned."""
        query = select(deliveries.c.state).where(
            deliveries.c.subscriber_id == reader, deliveries.c.edition == edition
        )
        with self._database.read() as connection:
            found = connection.scalar(query)
        return None if found is None else State(found)

    def may_send(self, edition: int, now: datetime) -> bool:
        """Tell whether an edition has a delivery that may be claimed now."""
        d = deliveries.c
        due = or_(d.next_attempt_at.is_(None), d.next_attempt_at <= now)
        query = select(d.id).where(
            d.edition == edition,
            or_(
                d.state == State.PLANNED,
                and_(d.state == State.DEFERRED, due),
                and_(d.state == State.CLAIMED, d.lease_expires_at < now),
            ),
        )
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def since(self, reader: int, edition: int) -> int:
        """Return the edition after which the reader's issue of `edition` begins."""
        d, s = deliveries.c, subscribers.c
        query = select(func.max(d.edition)).where(
            d.subscriber_id == reader,
            d.edition < edition,
            d.state.in_((State.ACCEPTED, State.UNCERTAIN)),
        )
        with self._database.read() as connection:
            last = connection.scalar(query)
            if last is None:
                last = connection.scalar(select(s.last_edition).where(s.id == reader)) or None
        return min(last if last is not None else edition - 1, edition - 1)
