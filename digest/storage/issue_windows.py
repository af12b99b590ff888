"""Which editions a reader's next issue covers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select

from digest.states import State
from digest.storage.database import Database
from digest.storage.delivery_plan import horizon, windows
from digest.storage.schema import deliveries, subscribers


class IssueWindowStore:
    """Reads for previews and rehearsals; what a run plans is in `delivery_plan`."""

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
        """Return the edition after which the reader's issue of `edition` begins, or would begin."""
        d = deliveries.c
        planned = select(d.since).where(d.subscriber_id == reader, d.edition == edition)
        with self._database.read() as connection:
            since = connection.scalar(planned)
            if since is None:
                reach = horizon(connection)
                would = windows(edition, reach, [subscribers.c.id == reader])
                found = connection.execute(would).one_or_none()
                since = found.since if found else edition - 1
        return min(since, edition - 1)
