"""What is kept of an issue: fragments and letterheads once each, and a recipe per delivery."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from digest.errors import NotFound
from digest.mail import Fragment
from digest.states import State
from digest.storage.database import Database, conflict_insert
from digest.storage.delivery_rows import one_of
from digest.storage.schema import deliveries, editions, fragments, letterheads, recipes

_PRUNED = "it was pruned (edition.keep_issues_days); only the ledger remains"


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a pruning removed."""

    recipes: int
    fragments: int


class RecipeStore:
    """All SQL about recipes and what they are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_fragments(self, wanted: Sequence[Fragment], edition: int) -> list[int]:
        """Store fragments that are not there yet; return every one's number, in order."""
        rows = {f.digest: f for f in wanted}
        digests = list(rows)
        numbers: dict[str, int] = {}
        with self._database.write() as connection:
            for chunk in one_of(fragments.c.digest, digests):
                connection.execute(
                    update(fragments)
                    .where(chunk, fragments.c.edition < edition)
                    .values(edition=edition)
                )
                statement = select(fragments.c.digest, fragments.c.id).where(chunk)
                numbers.update({row.digest: row.id for row in connection.execute(statement)})
            new = [digest for digest in digests if digest not in numbers]
            if new:
                connection.execute(
                    conflict_insert(connection, fragments).on_conflict_do_nothing(),
                    [
                        {"digest": digest, "body": _packed(rows[digest]), "edition": edition}
                        for digest in new
                    ],
                )
            for chunk in one_of(fragments.c.digest, new):
                statement = select(fragments.c.digest, fragments.c.id).where(chunk)
                numbers.update({row.digest: row.id for row in connection.execute(statement)})
        by_fragment = {fragment: numbers[digest] for digest, fragment in rows.items()}
        return [by_fragment[fragment] for fragment in wanted]

    def fragments(self, numbers: Sequence[int]) -> Mapping[int, Fragment]:
        """Return fragments by number; raises NotFound when one is gone."""
        found: dict[int, Fragment] = {}
        with self._database.read() as connection:
            for chunk in one_of(fragments.c.id, list(numbers)):
                for row in connection.execute(
                    select(fragments.c.id, fragments.c.body).where(chunk)
                ):
                    found[row.id] = _unpacked(row.body)
        missing = set(numbers) - set(found)
        if missing:
            raise NotFound(f"a part of this issue is gone (number {min(missing)}): {_PRUNED}")
        return found

    def keep_letterhead(self, body: str) -> int:
        """Store a letterhead's text if it is new; return its number."""
        digest = hashlib.sha256(body.encode()).hexdigest()
        with self._database.write() as connection:
            connection.execute(
                conflict_insert(connection, letterheads)
                .values(digest=digest, body=body)
                .on_conflict_do_nothing()
            )
            statement = select(letterheads.c.id).where(letterheads.c.digest == digest)
            return int(connection.execute(statement).scalar_one())

    def letterhead(self, number: int) -> str:
        """Return a letterhead's text; raises NotFound."""
        with self._database.read() as connection:
            body = connection.scalar(select(letterheads.c.body).where(letterheads.c.id == number))
        if body is None:
            raise NotFound(f"there is no letterhead {number}")
        return str(body)

    def read(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """Return the recipes of deliveries; what was pruned is absent."""
        found: dict[int, bytes] = {}
        with self._database.read() as connection:
            for chunk in one_of(recipes.c.delivery_id, list(numbers)):
                found.update(
                    {
                        row.delivery_id: row.recipe
                        for row in connection.execute(
                            select(recipes.c.delivery_id, recipes.c.recipe).where(chunk)
                        )
                    }
                )
        return found

    def of_reader(self, subscriber: int, edition: int) -> bytes:
        """Return the recipe of what a reader got of an edition; raises NotFound."""
        statement = (
            select(recipes.c.recipe, deliveries.c.state, deliveries.c.papers)
            .select_from(deliveries)
            .outerjoin(recipes, recipes.c.delivery_id == deliveries.c.id)
            .where(deliveries.c.subscriber_id == subscriber, deliveries.c.edition == edition)
        )
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound(f"edition {edition} has no issue for this reader")
        if row.recipe is None:
            why = _PRUNED if row.papers is not None else f"it was never composed ({row.state})"
            raise NotFound(f"the issue of edition {edition} for this reader is not there: {why}")
        return bytes(row.recipe)

    def prune(self, before: datetime) -> Pruned:
        """Remove the recipes of editions opened before a time, and fragments nobody needs.

        What may still be sent keeps its recipe. The ledger and the deliveries stay.
        """
        gone, last = 0, 0
        while (piece := self._oldest(last, before)).old:
            last = piece.last
            with self._database.write() as connection:
                for chunk in one_of(recipes.c.delivery_id, piece.closed):
                    gone += connection.execute(delete(recipes).where(chunk)).rowcount
        needed = select(func.min(deliveries.c.edition)).join(
            recipes, recipes.c.delivery_id == deliveries.c.id
        )
        past = select(func.max(editions.c.number)).where(editions.c.opened_at < before)
        with self._database.read() as connection:
            oldest, newest = connection.scalar(needed), connection.scalar(past)
        limit = min(x for x in (oldest, (newest or 0) + 1) if x is not None)
        with self._database.write() as connection:
            parts = connection.execute(delete(fragments).where(fragments.c.edition < limit))
            return Pruned(recipes=gone, fragments=parts.rowcount)

    def _oldest(self, last: int, before: datetime) -> _Piece:
        """Look at the next recipes after one: in pieces, so that no sender waits for long."""
        statement = (
            select(recipes.c.delivery_id, deliveries.c.state, editions.c.opened_at < before)
            .join(deliveries, deliveries.c.id == recipes.c.delivery_id)
            .join(editions, editions.c.number == deliveries.c.edition)
            .where(recipes.c.delivery_id > last)
            .order_by(recipes.c.delivery_id)
            .limit(_AT_ONCE)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return _Piece(
            last=rows[-1][0] if rows else last,
            old=any(past for _, _, past in rows),
            closed=[number for number, state, past in rows if past and state not in _OPEN],
        )


class _Piece(NamedTuple):
    last: int
    old: bool  # whether any of it is of a past edition
    closed: list[int]


_OPEN = (State.PLANNED, State.CLAIMED, State.SENDING, State.DEFERRED, State.UNCERTAIN)
_AT_ONCE = 5_000
_WORTH_IT = 400  # bytes; compressing less costs more time than it saves room


def _packed(fragment: Fragment) -> bytes:
    text = json.dumps([fragment.html, fragment.text], ensure_ascii=False)
    raw = text.encode("utf-8", "surrogatepass")
    return raw if len(raw) < _WORTH_IT else zlib.compress(raw, 1)


def _unpacked(body: bytes) -> Fragment:
    raw = body if body[:1] == b"[" else zlib.decompress(body)
    html, text = json.loads(raw.decode("utf-8", "surrogatepass"))
    return Fragment(html=html, text=text)
