"""Deliveries: claim, freeze.

They are planned in `delivery_plan`. Then come a sender's turns (`delivery_turns`). What a dead
sender left is taken over in `delivery_recovery`; what an operator does is in `delivery_control`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, and_, select, update

from digest.states import Claim, State
from digest.storage.database import Database
from digest.storage.delivery_control import ControlSql
from digest.storage.delivery_plan import PlanSql
from digest.storage.delivery_recovery import RecoverySql
from digest.storage.delivery_rows import (
    claimable,
    goes_to,
    held_by,
    its_edition_may_be_sent,
    one_of,
)
from digest.storage.prepared import PreparedStatement
from digest.storage.schema import deliveries


class FrozenRow(Protocol):
    """An issue that will not change any more; what the store sees of it."""

    @property
    def message_id(self) -> str:
        """With its angle brackets."""

    @property
    def recipe(self) -> bytes:
        """How to make its bytes."""

    @property
    def papers(self) -> bytes:
        """Packed uint32, in the mail's order."""

    @property
    def turn(self) -> int | None:
        """0 or 1: which form its subject has; None: it has only one."""


class DeliveryStore(PlanSql, RecoverySql, ControlSql):
    """All SQL about deliveries."""

    def __init__(self, database: Database, *, lease: timedelta = timedelta(minutes=10)) -> None:
        super().__init__(database)
        self._lease = lease

    def claim(
        self,
        edition: int,
        owner: str,
        limit: int,
        now: datetime,
        *,
        email_keys: Sequence[str] = (),
    ) -> list[Claim]:
        """Take up to `limit` deliveries for `owner`: planned, deferred and due, or left by a lease.

        Each claim raises the generation, which makes every earlier claim of it void.
        email_keys: a trial, only to these addresses; what was planned for others before it stays.
        """
        claims: list[Claim] = []
        with self._database.write() as connection:
            for ready in claimable(now):
                room = limit - len(claims)
                if room <= 0:
                    break
                chosen = (
                    select(deliveries.c.id)
                    .where(deliveries.c.edition == edition, ready, goes_to(email_keys))
                    .order_by(deliveries.c.id)
                    .limit(room)
                    .with_for_update(skip_locked=True)
                )
                statement = (
                    update(deliveries)
                    .where(deliveries.c.id.in_(chosen), its_edition_may_be_sent(now))
                    .values(
                        state=State.CLAIMED,
                        owner=owner,
                        generation=deliveries.c.generation + 1,
                        lease_expires_at=now + self._lease,
                        changed_at=now,
                    )
                    .returning(*_CLAIM)
                )
                claims += map(_claim, connection.execute(statement).all())
        return sorted(claims, key=lambda claim: claim.delivery)

    def together(self) -> AbstractContextManager[None]:
        """Make one transaction of what this thread does inside; see `Database.together`."""
        return self._database.together()

    def renew(self, owner: str, now: datetime) -> None:
        """Extend the leases of a sender that is slow but alive."""
        with self._database.write() as connection:
            connection.execute(
                update(deliveries)
                .where(held_by(owner), deliveries.c.state.in_((State.CLAIMED, State.SENDING)))
                .values(lease_expires_at=now + self._lease)
            )

    def freeze(self, owner: str, issues: Sequence[tuple[Claim, FrozenRow]]) -> set[int]:
        """Keep composed issues; return the deliveries whose claim still held."""
        if not issues:
            return set()
        with self._database.write() as connection:
            ours = _still_held(connection, owner, [claim for claim, _ in issues])
            kept = [(claim.delivery, issue) for claim, issue in issues if claim.delivery in ours]
            if not kept:
                return set()
            _FREEZE.each(connection, [(i.message_id, i.papers, i.turn, d) for d, i in kept])
            _KEEP.each(connection, [(d, i.recipe) for d, i in kept])
        return {delivery for delivery, _ in kept}

    def nothing_to_send(self, owner: str, claims: Sequence[Claim], now: datetime) -> None:
        """Close the deliveries of readers for whom there is no paper."""
        with self._database.write() as connection:
            for chunk in one_of(deliveries.c.id, [claim.delivery for claim in claims]):
                connection.execute(
                    update(deliveries)
                    .where(chunk, deliveries.c.owner == owner)
                    .where(deliveries.c.state == State.CLAIMED)
                    .values(state=State.NOTHING_TO_SEND, owner=None, changed_at=now)
                )

    def release(self, owner: str, now: datetime) -> int:
        """Give back what an owner claimed and did not start; return how many."""
        return self.move(
            and_(held_by(owner), deliveries.c.state == State.CLAIMED), State.PLANNED, None, now
        )


_HELD = PreparedStatement(
    """SELECT id, generation FROM deliveries
    WHERE id IN (:ids) AND owner = :owner AND state = 'claimed' AND papers IS NULL"""
)
_FREEZE = PreparedStatement(
    """UPDATE deliveries SET message_id = :message_id, papers = :papers, turn = :turn
    WHERE id = :id"""
)
_KEEP = PreparedStatement("INSERT INTO recipes (delivery_id, recipe) VALUES (:id, :recipe)")

_CLAIM = (
    deliveries.c.id,
    deliveries.c.subscriber_id,
    deliveries.c.edition,
    deliveries.c.generation,
    deliveries.c.attempts,
    deliveries.c.since,
    deliveries.c.message_id,  # the column itself: SQLite 3.40 misjudges IS NOT NULL in RETURNING
    deliveries.c.period,
    deliveries.c.refusals,
)


def _claim(row: Any) -> Claim:
    number, subscriber, edition, generation, attempts, since, message_id, period, refusals = row
    return Claim(
        delivery=number,
        subscriber=subscriber,
        edition=edition,
        generation=generation,
        attempts=attempts,
        since=since,
        frozen=message_id is not None,
        period=period,
        refusals=refusals,
    )


def _still_held(connection: Connection, owner: str, claims: Sequence[Claim]) -> set[int]:
    wanted = {claim.delivery: claim.generation for claim in claims}
    rows = _HELD.among(connection, list(wanted), owner=owner).all()
    return {row.id for row in rows if wanted[row.id] == row.generation}
