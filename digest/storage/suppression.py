"""The suppression list: who is never written to, why, and how that ends.

That an address does not exist is believed when a server said so on two days, with no mail accepted
in between: a server with a broken table says it of everybody, for an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, select

from digest.states import Result, State
from digest.storage.database import Database, conflict_insert
from digest.storage.delivery_rows import one_of
from digest.storage.schema import deliveries, subscribers, suppressions, unknown_addresses

APART = timedelta(hours=12)  # two days' refusals, at the least
BOUNCE = "bounce"
COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that is not written to."""

    email: str  # as it is compared
    reason: str
    detail: str  # the server's words
    since: datetime


class SuppressionStore:
    """What an operator sees of the list, and takes from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Suppression]:
        """Return the whole list, the newest first."""
        query = select(suppressions).order_by(suppressions.c.since.desc())
        with self._database.read() as connection:
            return [Suppression(*row) for row in connection.execute(query)]

    def get(self, email_key: str) -> Suppression | None:
        """Return what is said of an address; None: it is not on the list."""
        query = select(suppressions).where(suppressions.c.email_key == email_key)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return Suppression(*row) if row else None

    def lift(self, email_key: str) -> bool:
        """Take an address off the list; return whether it was on it."""
        with self._database.write() as connection:
            gone = connection.execute(
                delete(suppressions).where(suppressions.c.email_key == email_key)
            )
            _forget(connection, email_key)
            return gone.rowcount > 0


def note_unknown(connection: Connection, gone: Sequence[Result], now: datetime) -> None:
    """Keep that servers said of addresses that they do not exist; suppress who was twice."""
    for result in gone:
        key = connection.scalar(
            select(subscribers.c.email_key)
            .join(deliveries, deliveries.c.subscriber_id == subscribers.c.id)
            .where(deliveries.c.id == result.delivery, deliveries.c.state == State.REFUSED)
        )
        if key is None:
            continue
        said = conflict_insert(connection, unknown_addresses).values(
            delivery_id=result.delivery, email_key=key, at=now
        )
        connection.execute(said.on_conflict_do_nothing())
        if _was_said_before(connection, key, now):
            row = conflict_insert(connection, suppressions).values(
                email_key=key, reason=BOUNCE, detail=result.outcome.text, since=now
            )
            connection.execute(row.on_conflict_do_nothing())


def _was_said_before(connection: Connection, key: str, now: datetime) -> bool:
    u, d, s = unknown_addresses.c, deliveries.c, subscribers.c
    took_mail = exists().where(
        s.email_key == u.email_key,
        d.subscriber_id == s.id,
        d.state == State.ACCEPTED,
        d.changed_at > u.at,
    )
    days = connection.scalars(
        select(u.at).where(u.email_key == key, u.at <= now - APART, ~took_mail)
    )
    return any(day.date() != now.date() for day in days)


def unsay(connection: Connection, numbers: Sequence[int], since: datetime) -> None:
    """Forget what these deliveries' refusals said, and lift what was suppressed for it since."""
    for chunk in one_of(unknown_addresses.c.delivery_id, numbers):
        keys = connection.scalars(select(unknown_addresses.c.email_key).where(chunk)).all()
        connection.execute(delete(unknown_addresses).where(chunk))
        for some in one_of(suppressions.c.email_key, keys):
            by_refusal = suppressions.c.reason == BOUNCE
            connection.execute(
                delete(suppressions).where(some, by_refusal, suppressions.c.since >= since)
            )


def lift_for_reader(connection: Connection, email_key: str) -> None:
    """Write again to an address whose reader asks for it by a letter's link, that has arrived.

    What the operator put on the list stays.
    """
    connection.execute(
        delete(suppressions).where(
            suppressions.c.email_key == email_key, suppressions.c.reason.in_((BOUNCE, COMPLAINT))
        )
    )
    _forget(connection, email_key)


def _forget(connection: Connection, email_key: str) -> None:
    connection.execute(delete(unknown_addresses).where(unknown_addresses.c.email_key == email_key))
