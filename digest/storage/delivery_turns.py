"""What a sender does to deliveries: one turn.

A turn is one transaction, so one sync to the disk: the outcomes of the last window, their
ledger entries, and the `sending` marks of the next window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from digest.states import Outcome, Result, State, Turn
from digest.storage.database import Database
from digest.storage.delivery_rows import is_suppressed
from digest.storage.epoch import raise_epoch
from digest.storage.prepared import PreparedStatement, stamps
from digest.storage.schema import deliveries, editions, subscribers
from digest.storage.suppression import note_unknown

_MAY_HAVE_ARRIVED = (State.ACCEPTED, State.UNCERTAIN)


class TurnSql:
    """The sender's side of the delivery store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        """Record outcomes and mark the next deliveries `sending`, in one durable transaction.

        starts: (delivery, generation) pairs. One starts only if the claim still holds, the
        edition is open and the reader still wants it; this is the last look before the wire.
        """
        with self._database.write() as connection:
            epoch = raise_epoch(connection)
            settle(connection, owner, results, now)
            started = _start(connection, owner, starts, now)
            missed = [number for number, _ in starts if number not in started]
            stopped = _set_aside(connection, owner, missed, now) if missed else {}
        return Turn(frozenset(started), stopped, epoch=epoch)


_TAKEN = PreparedStatement(
    """SELECT id FROM deliveries WHERE id IN (:ids)
        AND NOT (state = 'claimed' AND owner = :owner AND generation = :generation)"""
)
_START = PreparedStatement(
    """UPDATE deliveries SET state = 'sending', changed_at = :now
    WHERE id IN (:ids) AND owner = :owner AND generation = :generation AND state = 'claimed'
        AND EXISTS (
            SELECT 1 FROM subscribers
            WHERE subscribers.id = deliveries.subscriber_id AND subscribers.state = 'active'
                AND NOT EXISTS (
                    SELECT 1 FROM suppressions
                    WHERE suppressions.email_key = subscribers.email_key))
        AND EXISTS (
            SELECT 1 FROM editions
            WHERE editions.number = deliveries.edition AND editions.state = 'open'
                AND editions.expires_at > :moment)"""
)
_STARTED = PreparedStatement("SELECT id FROM deliveries WHERE id IN (:ids) AND state = 'sending'")


def _start(
    connection: Connection, owner: str, starts: Sequence[tuple[int, int]], now: datetime
) -> set[int]:
    """Compare and set: claimed by (owner, generation) → sending."""
    by_generation: dict[int, list[int]] = defaultdict(list)
    for number, generation in starts:
        by_generation[generation].append(number)
    started: set[int] = set()
    moment = stamps(connection)(now)
    for generation, numbers in by_generation.items():
        ours = {"owner": owner, "generation": generation}
        taken = _TAKEN.among(connection, numbers, **ours).scalars().all()
        moved = _START.among(connection, numbers, **ours, now=moment, moment=moment).rowcount
        if moved < len(numbers):  # seldom: then, which of them
            found = set(_STARTED.among(connection, numbers).scalars())
            started |= found.difference(taken)
        else:
            started.update(numbers)
    return started


_Row = tuple[int, int, str | None]  # delivery, generation, the server's words
_SETTLE = PreparedStatement(
    """UPDATE deliveries
    SET state = :state, attempts = attempts + :one_more, next_attempt_at = :next,
        reply_code = :code, reply = told.reply, changed_at = :now, doubts = doubts + :doubt,
        in_ledger = in_ledger OR (:arrived AND papers IS NOT NULL AND state <> 'claimed')
    FROM (
        SELECT column1 AS id, column2 AS generation, column3 AS reply
        FROM (VALUES :rows) AS given) AS told
    WHERE deliveries.id = told.id AND deliveries.generation = told.generation
        AND owner = :owner AND state IN ('sending', 'claimed', 'uncertain')"""
)


def settle(connection: Connection, owner: str, results: Sequence[Result], now: datetime) -> None:
    """Write outcomes where the claim still stands.

    `uncertain` may still become what its own sender knows better: somebody may have given
    that sender up too early.
    """
    arrived = [r.delivery for r in results if r.outcome.state in _MAY_HAVE_ARRIVED]
    _append(connection, owner, arrived)
    stamp = stamps(connection)
    settled = 0
    for outcome, rows in _alike(results):
        settled += _SETTLE.joined(
            connection,
            rows,
            state=outcome.state.value,
            one_more=1 if outcome.counts and outcome.state is State.DEFERRED else 0,
            next=stamp(outcome.next_attempt_at),
            code=outcome.code,
            doubt=int(outcome.state is State.UNCERTAIN),
            arrived=outcome.state in _MAY_HAVE_ARRIVED,
            now=stamp(now),
            owner=owner,
        ).rowcount
    if settled < len(results):  # a claim is gone, yet its mail may have arrived
        _note(connection, owner, arrived)
    gone = [r for r in results if r.outcome.suppress]
    if gone:
        note_unknown(connection, gone, now)


def _alike(results: Sequence[Result]) -> Iterable[tuple[Outcome, list[_Row]]]:
    """Yield an outcome with all rows that differ in its text alone: mostly one with all."""
    found: dict[tuple[Any, ...], tuple[Outcome, list[_Row]]] = {}
    for delivery, generation, outcome in results:
        state, code, text, counts, _, later, _ = outcome
        row = delivery, generation, text or None
        try:
            found[state, code, counts, later][1].append(row)
        except KeyError:
            found[state, code, counts, later] = outcome, [row]
    return found.values()


# A row that is not in the ledger yet and may have arrived; each enters once.
_FRESH = """id IN (:ids) AND NOT in_ledger AND papers IS NOT NULL
        AND state IN ('sending', 'uncertain') AND (owner = :owner OR :anybody)"""
_APPEND = PreparedStatement(
    f"""INSERT INTO ledger (subscriber_id, papers)
    SELECT subscriber_id, papers FROM deliveries WHERE {_FRESH}
    ON CONFLICT (subscriber_id) DO UPDATE
    SET papers = CAST(ledger.papers || excluded.papers AS BYTES)"""  # noqa: S608 - ours
)
_NOTE = PreparedStatement(f"UPDATE deliveries SET in_ledger = true WHERE {_FRESH}")  # noqa: S608 - ours


def to_ledger(connection: Connection, owner: str | None, numbers: Sequence[int]) -> None:
    """Append the papers of deliveries that arrived, or may have, each delivery once.

    owner: only what this sender holds; None: whoever holds it.
    """
    _append(connection, owner, numbers)
    _note(connection, owner, numbers)


def _append(connection: Connection, owner: str | None, numbers: Sequence[int]) -> None:
    if numbers:
        _APPEND.among(connection, numbers, owner=owner or "", anybody=owner is None)


def _note(connection: Connection, owner: str | None, numbers: Sequence[int]) -> None:
    if numbers:
        _NOTE.among(connection, numbers, owner=owner or "", anybody=owner is None)


def _set_aside(
    connection: Connection, owner: str, numbers: Iterable[int], now: datetime
) -> dict[int, str]:
    """Say why deliveries could not start, and put each where it belongs."""
    statement = (
        select(
            deliveries.c.id,
            deliveries.c.owner,
            deliveries.c.state,
            subscribers.c.state.label("reader"),
            editions.c.state.label("edition"),
            editions.c.expires_at,
            is_suppressed().label("suppressed"),
        )
        .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .outerjoin(editions, editions.c.number == deliveries.c.edition)
        .where(deliveries.c.id.in_(list(numbers)))
    )
    stopped: dict[int, str] = {}
    for row in connection.execute(statement).all():
        if row.owner != owner or row.state != State.CLAIMED:
            stopped[row.id] = f"not ours any more: {row.state}"
            continue
        state, why = _where_it_belongs(row, now)
        stopped[row.id] = why
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id, deliveries.c.owner == owner)
            .values(state=state, reply=why, owner=None, changed_at=now)
        )
    return stopped


def _where_it_belongs(row: Any, now: datetime) -> tuple[State, str]:
    if row.suppressed:
        return State.SUPPRESSED, "the address is suppressed"
    if row.reader != "active":
        return State.CANCELLED, f"the reader is {row.reader or 'erased'}"
    if row.edition == "cancelled":
        return State.CANCELLED, "the edition was cancelled"
    if row.expires_at is not None and row.expires_at <= now:
        return State.EXPIRED, "the edition's time is over"
    return State.PLANNED, f"the edition is {row.edition}"
