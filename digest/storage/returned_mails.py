"""Bounces and complaints: each handled once, with what it did in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, select

from digest.inbound.consequences import Action, SentMail
from digest.inbound.report import OURS, Kind
from digest.states import State
from digest.storage.database import Database, conflict_insert
from digest.storage.schema import (
    consents,
    deliveries,
    editions,
    lifted_suppressions,
    returned_mails,
    subscribers,
    suppressions,
)
from digest.storage.suppression import BOUNCE

_AT_ONCE = 500  # rows that one transaction removes


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """What one report said of one address, and what was done."""

    key: str
    at: datetime
    delivery: int | None
    subscriber: int | None
    address: str
    kind: str
    reason: str
    status: str
    said: str
    action: str
    why: str


class ReturnedMailStore:
    """All SQL about mail that came back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sent_mail(self, delivery: int) -> SentMail | None:
        """Return a delivery's mail and its reader; None when there is no such delivery any more."""
        moved = (
            select(func.max(consents.c.at))
            .where(consents.c.subscriber_id == subscribers.c.id, consents.c.action == "move")
            .scalar_subquery()
        )
        query = (
            select(
                deliveries.c.id,
                subscribers.c.id,
                subscribers.c.email,
                deliveries.c.changed_at,
                subscribers.c.confirmed_at,
                moved,
                lifted_suppressions.c.lifted_at,
                func.coalesce(lifted_suppressions.c.reason == BOUNCE, False),
            )
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .outerjoin(
                lifted_suppressions, lifted_suppressions.c.email_key == subscribers.c.email_key
            )
            .where(deliveries.c.id == delivery)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return SentMail(*row) if row else None

    def delivery_with(self, message_id: str, since: datetime) -> int | None:
        """Return the delivery with a Message-ID, among the editions opened since a time."""
        query = (
            select(deliveries.c.id)
            .join(editions, editions.c.number == deliveries.c.edition)
            .where(editions.c.opened_at >= since, deliveries.c.message_id == message_id)
        )
        with self._database.read() as connection:
            return connection.scalars(query).first()

    def soft_bounces(self, subscriber: int, since: datetime) -> list[datetime]:
        """Return when a reader's soft bounces came, since a time, that told of the address."""
        query = select(returned_mails.c.at).where(
            returned_mails.c.subscriber_id == subscriber,
            returned_mails.c.at >= since,
            returned_mails.c.kind == Kind.SOFT,
            returned_mails.c.action == Action.NOTE,
            returned_mails.c.reason.not_in(OURS),
        )
        with self._database.read() as connection:
            return list(connection.scalars(query.order_by(returned_mails.c.at)))

    def last_without_bounce(self, subscriber: int, before: datetime) -> datetime | None:
        """Return when a mail last went to a reader and did not come back within two days."""
        bounced = select(returned_mails.c.delivery_id).where(
            returned_mails.c.subscriber_id == subscriber,
            returned_mails.c.delivery_id.is_not(None),
        )
        query = select(func.max(deliveries.c.changed_at)).where(
            deliveries.c.subscriber_id == subscriber,
            deliveries.c.state == State.ACCEPTED,
            deliveries.c.changed_at < before,
            deliveries.c.id.not_in(bounced),
        )
        with self._database.read() as connection:
            last: datetime | None = connection.scalar(query)
        return last

    def is_known(self, key: str) -> bool:
        """Return whether this report was handled before."""
        with self._database.read() as connection:
            query = select(returned_mails.c.key).where(returned_mails.c.key == key)
            return connection.scalar(query) is not None

    def keep(self, mail: ReturnedMail, *, suppress_as: str = "") -> bool:
        """Keep a report and, with a reason, suppress its reader; False: it was kept before."""
        row = {field: getattr(mail, field) for field in _COLUMNS}
        row |= {"delivery_id": mail.delivery, "subscriber_id": mail.subscriber}
        with self._database.write() as connection:
            statement = conflict_insert(connection, returned_mails).values(**row)
            done = connection.execute(statement.on_conflict_do_nothing())
            if not done.rowcount:
                return False
            if suppress_as and mail.subscriber is not None:
                key = connection.scalar(
                    select(subscribers.c.email_key).where(subscribers.c.id == mail.subscriber)
                )
                stop = conflict_insert(connection, suppressions).values(
                    email_key=key, reason=suppress_as, detail=mail.said or mail.why, since=mail.at
                )
                connection.execute(stop.on_conflict_do_nothing())
        return True

    def prune(self, before: datetime) -> int:
        """Remove what came before a time and did nothing; return how many.

        What suppressed or unsubscribed a reader stays: read again, it must not do so again.
        """
        gone = 0
        old = select(returned_mails.c.key).where(
            returned_mails.c.at < before,
            returned_mails.c.action.in_([Action.NOTE, Action.IGNORE]),
        )
        while True:  # in pieces, so that no sender waits for long
            with self._database.write() as connection:
                keys = connection.scalars(old.limit(_AT_ONCE)).all()
                connection.execute(delete(returned_mails).where(returned_mails.c.key.in_(keys)))
            gone += len(keys)
            if len(keys) < _AT_ONCE:
                return gone

    def listed(self, limit: int) -> list[ReturnedMail]:
        """Return the newest reports, newest first."""
        query = select(returned_mails).order_by(returned_mails.c.at.desc(), returned_mails.c.key)
        with self._database.read() as connection:
            return [_mail(row) for row in connection.execute(query.limit(limit))]

    def told_of_us(self, since: datetime) -> list[ReturnedMail]:
        """Return the reports since a time that blame the sender, newest first."""
        query = select(returned_mails).where(
            returned_mails.c.at >= since,
            returned_mails.c.reason.in_(OURS),
            returned_mails.c.action == Action.NOTE,
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(returned_mails.c.at.desc()))
            return [_mail(row) for row in rows]


_COLUMNS = ("key", "at", "address", "kind", "reason", "status", "said", "action", "why")


def _mail(row: Row[tuple[object, ...]]) -> ReturnedMail:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return ReturnedMail(delivery=row.delivery_id, subscriber=row.subscriber_id, **values)
