"""The suppression list: who is never written to, why, and how that ends.

That an address does not exist is believed when a server said so on two days, with no mail accepted
in between: a server with a broken table says it of everybody, for an hour. Once is enough of an
address that bounced before and was lifted since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, exists, select

from digest.inbound.consequences import REMEMBERED
from digest.states import Result, State
from digest.storage.database import Database, conflict_insert
from digest.storage.delivery_rows import one_of
from digest.storage.schema import (
    deliveries,
    lifted_suppressions,
    subscribers,
    suppressions,
    unknown_addresses,
)
from subscribers.store import StopReason

APART = timedelta(hours=12)  # two days' refusals, at the least
BOUNCE: StopReason = "bounce"
COMPLAINT: StopReason = "complaint"
OPERATOR: StopReason = "operator"
# What weighs more takes the place of what weighs less: a reader cannot lift the operator's.
_WEIGHTS: tuple[StopReason, ...] = ("bounce", "unsubscribed", "complaint", "operator")

Added = Literal["added", "stronger", "known", "lifted since"]


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that is not written to."""

    email: str  # as it is compared
    reason: str
    detail: str  # the evidence: the server's words, the operator's, or another list's
    since: datetime


@dataclass(frozen=True, slots=True)
class LiftedSuppression:
    """What stood on the list before an address was written to again: the last time."""

    email: str
    reason: str
    detail: str
    since: datetime
    lifted_at: datetime
    lifted_by: str  # operator, reader


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

    def add(self, found: Sequence[Suppression]) -> list[Added]:
        """Put addresses on the list, in one transaction; return what became of each.

        What is there stays, unless the new reason weighs more. What was lifted after the moment
        that an entry tells of stays lifted; the operator's own word counts whenever it was.
        """
        with self._database.write() as connection:
            return [_added(connection, one) for one in found]

    def lift(self, email_key: str, now: datetime) -> bool:
        """Take an address off the list; return whether it was on it."""
        with self._database.write() as connection:
            return _lift(connection, email_key, now, OPERATOR, _WEIGHTS)

    def lifted(self, email_key: str) -> LiftedSuppression | None:
        """Return what was lifted last for an address."""
        query = select(lifted_suppressions).where(lifted_suppressions.c.email_key == email_key)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return LiftedSuppression(*row) if row else None

    def prune(self, before: datetime) -> int:
        """Forget what was lifted before a time; return how many."""
        old = delete(lifted_suppressions).where(lifted_suppressions.c.lifted_at < before)
        with self._database.write() as connection:
            return connection.execute(old).rowcount


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
        if _bounced_before(connection, key, now) or _was_said_before(connection, key, now):
            row = conflict_insert(connection, suppressions).values(
                email_key=key, reason=BOUNCE, detail=result.outcome.text, since=now
            )
            connection.execute(row.on_conflict_do_nothing())


def _bounced_before(connection: Connection, key: str, now: datetime) -> bool:
    c = lifted_suppressions.c
    lifted = select(c.email_key).where(
        c.email_key == key, c.reason == BOUNCE, c.lifted_at >= now - REMEMBERED
    )
    return connection.scalar(lifted) is not None


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


def lift_for_reader(connection: Connection, email_key: str, now: datetime) -> None:
    """Write again to an address whose reader asks for it by a letter's link, that has arrived.

    What the operator put on the list stays.
    """
    _lift(connection, email_key, now, "reader", _WEIGHTS[: _WEIGHTS.index(OPERATOR)])


def _lift(
    connection: Connection, key: str, now: datetime, who: str, reasons: Sequence[StopReason]
) -> bool:
    s = suppressions.c
    here = (s.email_key == key) & s.reason.in_(reasons)
    row = connection.execute(select(suppressions).where(here)).one_or_none()
    if row is not None:
        connection.execute(delete(suppressions).where(here))
        kept = row._asdict() | {"lifted_at": now, "lifted_by": who}
        statement = conflict_insert(connection, lifted_suppressions).values(kept)
        last = statement.on_conflict_do_update(index_elements=["email_key"], set_=kept)
        connection.execute(last)
    _forget(connection, key)
    return row is not None


def _added(connection: Connection, new: Suppression) -> Added:
    key, lifted = new.email, lifted_suppressions.c
    since = select(lifted.email_key).where(lifted.email_key == key, lifted.lifted_at > new.since)
    if new.reason != OPERATOR and connection.scalar(since) is not None:
        return "lifted since"
    there = select(suppressions).where(suppressions.c.email_key == key)
    old = connection.execute(there).one_or_none()
    detail = new.detail
    outcome: Added = "added"
    if old is not None:
        if _weight(new.reason) <= _weight(old.reason):
            return "known"
        detail = "; ".join(filter(None, [detail, f"before: {old.reason}", old.detail]))
        outcome = "stronger"
    row = {"email_key": key, "reason": new.reason, "detail": detail, "since": new.since}
    statement = conflict_insert(connection, suppressions).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["email_key"], set_=row))
    return outcome


def _weight(reason: str) -> int:
    known: Sequence[str] = _WEIGHTS
    return known.index(reason) if reason in known else known.index(OPERATOR)


def _forget(connection: Connection, email_key: str) -> None:
    connection.execute(delete(unknown_addresses).where(unknown_addresses.c.email_key == email_key))
