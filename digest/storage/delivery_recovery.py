"""What a dead sender left behind, and where it belongs."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, and_, case, func, select, update

from digest.states import UNSENT, Outcome, Remains, Result, State
from digest.storage.delivery_rows import is_over
from digest.storage.delivery_turns import TurnSql, settle, to_ledger
from digest.storage.schema import deliveries, editions

_CHUNK = 500


class Examiner(Protocol):
    """Knows which owners are dead."""

    def examine(self, name: str) -> Remains | None:
        """Return what a dead owner left; None when it lives, or nobody here can know."""

    def bury(self, name: str) -> None:
        """Forget a dead owner; the store has taken over."""


class RecoverySql(TurnSql):
    """Takes over what nobody holds any more."""

    def reap(self, examiner: Examiner, now: datetime) -> int:
        """Take over what dead owners left; return how many deliveries that was.

        What was `claimed` is planned again. What was in `sending` has the outcome that the
        owner's board tells; what the board proves was never begun is planned again; the
        rest is `uncertain`. Leases that ran out are taken by `claim`, never here: a clock
        may be wrong, a lock is not.
        """
        taken = 0
        for name in self._owners():
            remains = examiner.examine(name)
            if remains is None:
                continue
            with self._database.write() as connection:
                taken += _inherit(connection, name, remains, now)
            examiner.bury(name)
        return taken

    def abandon(self, now: datetime) -> int:
        """Make `uncertain` what other hosts' owners had in `sending` when their lease ran out.

        Only for a store that several hosts share; give a lease time for clocks to differ.
        """
        with self._database.write() as connection:
            rows = connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.state == State.SENDING, is_over(deliveries.c.lease_expires_at, now)
                )
                .values(reply="its sender was not heard of again", changed_at=now)
                .values(state=State.UNCERTAIN, doubts=deliveries.c.doubts + 1)
                .returning(deliveries.c.id)
            ).all()
            to_ledger(connection, None, [row.id for row in rows])
            return len(rows)

    def hold_unsent(self, why: str, now: datetime) -> int:
        """Put in doubt all that was to be sent, as an older store does not know whether it was.

        Nothing of it is sent again by itself, claims of an earlier life are void. Returns how many.
        """
        twice = case((deliveries.c.doubts < 2, 2), else_=deliveries.c.doubts)
        open_ended = deliveries.c.state.in_((*UNSENT, State.SENDING))
        with self._database.write() as connection:
            connection.execute(
                update(deliveries).where(deliveries.c.state == State.UNCERTAIN).values(doubts=twice)
            )
            rows = connection.execute(
                update(deliveries)
                .where(open_ended)
                .values(state=State.UNCERTAIN, doubts=twice, reply=why, changed_at=now)
                .values(owner=None, lease_expires_at=None, next_attempt_at=None)
                .values(generation=deliveries.c.generation + 1)
                .returning(deliveries.c.id)
            ).all()
            numbers = [row.id for row in rows]
            for at in range(0, len(numbers), _CHUNK):
                to_ledger(connection, None, numbers[at : at + _CHUNK])
            return len(numbers)

    def goes_to_all(self) -> bool:
        """Return whether editions are sent to everybody at once, and not at each reader's hour.

        Told by the newest one that has deliveries; so it seems where there is none.
        """
        with self._database.read() as connection:
            newest = connection.scalar(select(func.max(deliveries.c.edition)))
            at_once = select(deliveries.c.id).where(
                deliveries.c.edition == newest, deliveries.c.period.is_(None)
            )
            return newest is None or connection.execute(at_once.limit(1)).first() is not None

    def _owners(self) -> list[str]:
        """Return who holds deliveries; by edition, so that the index answers."""
        statement = select(deliveries.c.owner).distinct()
        held = deliveries.c.state.in_((State.CLAIMED, State.SENDING))
        current = deliveries.c.edition.in_(select(editions.c.number))
        with self._database.read() as connection:
            found = connection.scalars(statement.where(current, held))
            return [name for name in found if name is not None]


def _inherit(connection: Connection, name: str, remains: Remains, now: datetime) -> int:
    """Move everything a dead owner held to where its board says it belongs."""
    held = and_(deliveries.c.owner == name, deliveries.c.edition.in_(select(editions.c.number)))
    rows = connection.execute(
        select(deliveries.c.id, deliveries.c.generation, deliveries.c.state).where(
            held, deliveries.c.state.in_((State.CLAIMED, State.SENDING))
        )
    ).all()
    results = []
    for row in rows:
        outcome = _left_behind(row.id, State(row.state), remains, now)
        results.append(Result(row.id, row.generation, outcome))
    settle(connection, name, results, now)
    return len(results)


def _left_behind(number: int, state: State, remains: Remains, now: datetime) -> Outcome:
    again = Outcome(State.PLANNED, None, "its sender died before DATA")
    if state is State.CLAIMED:
        return again
    if number in remains.answered:
        told = remains.answered[number]
        if told.state is State.DEFERRED:
            return Outcome(told.state, told.code, told.text, next_attempt_at=now)
        return told
    if number in remains.started or not remains.complete:
        return Outcome(State.UNCERTAIN, None, "its sender died before the answer was known")
    return again
