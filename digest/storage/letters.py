"""Letters of the front desk, from the moment they are asked for until a server has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from digest.states import Result, State, Turn
from digest.storage.database import Database
from digest.storage.delivery_rows import has_come
from digest.storage.epoch import raise_epoch
from digest.storage.schema import letters

# A letter in `sending` for longer was left by a process that died. It goes again, under the same
# Message-ID: a confirmation that never comes is worse than one that comes twice.
_LEFT_BEHIND = timedelta(minutes=15)
_AGAIN, _LONGEST = timedelta(minutes=5), timedelta(hours=4)  # after a doubt: 5, 10, 20 … minutes
_KEEP_REFUSED = timedelta(days=7)
_ADD = insert(letters)  # made once: an import adds a letter for every row


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that may be sent."""

    id: int
    fields: Mapping[str, Any]
    message_id: str
    attempts: int
    created_at: datetime


class LetterStore:
    """All SQL about letters; a Journal for the sender.

    What is to happen to a letter next, and when, stands in its state and `next_attempt_at`: a
    deferred one is tried again, one in `sending` counts as left behind, a refused one goes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # The `next_attempt_at` that an owner's start wrote. Whoever takes over a letter that was
        # left behind writes a later one, so a result that comes after that is known as stale.
        self._marks: dict[tuple[str, int], datetime] = {}

    def add(self, fields: Mapping[str, Any], message_id: str, now: datetime) -> None:
        """Take a letter in."""
        with self._database.write() as connection:
            connection.execute(
                _ADD,
                {
                    "fields": dict(fields),
                    "message_id": message_id,
                    "state": State.PLANNED,
                    "attempts": 0,
                    "created_at": now,
                },
            )

    def waiting(self, now: datetime, limit: int = 100) -> list[Waiting]:
        """Return letters that may be sent now, the oldest first."""
        query = select(letters).where(_may_go(now)).order_by(letters.c.id).limit(limit)
        with self._database.read() as connection:
            return [
                Waiting(row.id, row.fields, row.message_id, row.attempts, row.created_at)
                for row in connection.execute(query)
            ]

    def count(self) -> int:
        """Return how many letters have not been sent."""
        with self._database.read() as connection:
            query = select(func.count()).where(letters.c.state != State.REFUSED)
            return connection.scalar(query) or 0

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        """Record outcomes and mark the next letters, durably, in one transaction."""
        mark = now + _LEFT_BEHIND
        with self._database.write() as connection:
            epoch = raise_epoch(connection)
            for result in results:
                self._end(connection, owner, result, now)
            started = frozenset(
                number for number, _ in starts if _start(connection, number, mark, now)
            )
            connection.execute(
                delete(letters).where(
                    letters.c.state == State.REFUSED, letters.c.next_attempt_at <= now
                )
            )
        self._marks |= {(owner, number): mark for number in started}
        stopped = {
            number: "somebody else sends it" for number, _ in starts if number not in started
        }
        return Turn(started, stopped, epoch=epoch)

    def give_up(self, numbers: Collection[int], why: str, now: datetime) -> None:
        """Send these no more; what is on its way ends as it ends."""
        with self._database.write() as connection:
            connection.execute(
                update(letters)
                .where(letters.c.id.in_(numbers), _may_go(now))
                .values(state=State.REFUSED, reply=why, next_attempt_at=now + _KEEP_REFUSED)
            )

    def drop(self, why: str, now: datetime) -> int:
        """Send none of those that wait; return how many these were."""
        open_ended = letters.c.state != State.REFUSED
        with self._database.write() as connection:
            dropped = connection.execute(
                update(letters)
                .where(open_ended)
                .values(state=State.REFUSED, reply=why, next_attempt_at=now + _KEEP_REFUSED)
            )
            return dropped.rowcount

    def _end(self, connection: Connection, owner: str, result: Result, now: datetime) -> None:
        outcome, row = result.outcome, letters.c.id == result.delivery
        mark = self._marks.pop((owner, result.delivery), None)
        ours = row & (letters.c.state == State.SENDING) & (letters.c.next_attempt_at == mark)
        if outcome.state is State.ACCEPTED:  # even if somebody sends it again by now
            connection.execute(delete(letters).where(row))
        elif outcome.state is State.UNCERTAIN:  # it may have arrived, and goes again all the same
            attempts = connection.scalar(select(letters.c.attempts).where(ours)) or 0
            wait = min(_AGAIN * (1 << min(attempts, 6)), _LONGEST)
            connection.execute(
                update(letters)
                .where(ours)
                .values(state=State.DEFERRED, reply=outcome.text)
                .values(attempts=attempts + 1, next_attempt_at=now + wait)
            )
        else:
            refused = outcome.state is State.REFUSED
            connection.execute(
                update(letters)
                .where(ours)
                .values(
                    state=outcome.state,
                    reply=outcome.text,
                    attempts=letters.c.attempts + int(outcome.counts),
                    next_attempt_at=now + _KEEP_REFUSED if refused else outcome.next_attempt_at,
                )
            )


def _start(connection: Connection, number: int, mark: datetime, now: datetime) -> bool:
    marked = connection.execute(
        update(letters)
        .where(letters.c.id == number, _may_go(now))
        .values(state=State.SENDING, next_attempt_at=mark)
    )
    return marked.rowcount > 0


def _may_go(now: datetime) -> Any:
    return or_(
        letters.c.state == State.PLANNED,
        and_(letters.c.state.in_((State.DEFERRED, State.SENDING)), _due(now)),
    )


def _due(now: datetime) -> Any:
    return has_come(letters.c.next_attempt_at, now)
