"""Letters of the front desk, from the moment they are asked for until a server has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from digest.states import Result, State, Turn
from digest.storage.database import Database
from digest.storage.schema import letters

# A letter in `sending` for longer was left by a process that died. It goes again, under the same
# Message-ID: a confirmation that never comes is worse than one that comes twice.
_LEFT_BEHIND = timedelta(minutes=15)
_KEEP_REFUSED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that may be sent."""

    id: int
    fields: Mapping[str, Any]
    message_id: str
    attempts: int
    created_at: datetime


class LetterStore:
    """All SQL about letters; a Journal for the sender."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, fields: Mapping[str, Any], message_id: str, now: datetime) -> None:
        """Take a letter in."""
        with self._database.write() as connection:
            connection.execute(
                insert(letters).values(
                    fields=dict(fields),
                    message_id=message_id,
                    state=State.PLANNED,
                    attempts=0,
                    created_at=now,
                )
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
        started = set()
        with self._database.write() as connection:
            for result in results:
                outcome = result.outcome
                row = letters.c.id == result.delivery
                if outcome.state in (State.ACCEPTED, State.UNCERTAIN):
                    connection.execute(delete(letters).where(row))
                    continue
                connection.execute(
                    update(letters)
                    .where(row)
                    .values(
                        state=outcome.state,
                        reply=outcome.text,
                        attempts=letters.c.attempts + int(outcome.counts),
                        next_attempt_at=outcome.next_attempt_at,
                    )
                )
            for number, _ in starts:
                marked = connection.execute(
                    update(letters)
                    .where(letters.c.id == number, _may_go(now))
                    .values(state=State.SENDING, next_attempt_at=now + _LEFT_BEHIND)
                )
                if marked.rowcount:
                    started.add(number)
            connection.execute(
                delete(letters).where(
                    letters.c.state == State.REFUSED, letters.c.created_at < now - _KEEP_REFUSED
                )
            )
        stopped = {
            number: "somebody else sends it" for number, _ in starts if number not in started
        }
        return Turn(frozenset(started), stopped)


def _may_go(now: datetime) -> Any:
    due = or_(letters.c.next_attempt_at.is_(None), letters.c.next_attempt_at <= now)
    return or_(
        letters.c.state == State.PLANNED,
        and_(letters.c.state.in_((State.DEFERRED, State.SENDING)), due),
    )
