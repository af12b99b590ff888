"""What is kept of an issue: fragments and letterheads once each, and a recipe per delivery."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import orjson
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
    reports: int = 0  # of mail that came back


class RecipeStore:
    """All SQL about recipes and what they are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_fragments(self, wanted: Sequence[Fragment], edition: int) -> list[int]:
        """Store fragments; return every one's number, in order.

        What is stored together is kept in bundles, fragments that begin alike beside each other:
        so they take a tenth of the room, and hardly any statements. A fragment that is stored
        again gets another number; who composes keeps those that many mails share.
        """
        order = sorted(range(len(wanted)), key=lambda at: wanted[at].html)
        bundles = [order[at : at + _BUNDLE] for at in range(0, len(order), _BUNDLE)]
        bodies = [_packed([wanted[at] for at in bundle]) for bundle in bundles]
        numbers = [0] * len(wanted)
        for row, bundle in zip(self._keep_bundles(bodies, edition), bundles, strict=True):
            for place, at in enumerate(bundle):
                numbers[at] = _number(row, place)
        return numbers

    def _keep_bundles(self, bodies: Sequence[bytes], edition: int) -> list[int]:
        """Store bundles that are not there yet; return their rows, in order."""
        found = {hashlib.sha256(body).hexdigest(): body for body in bodies}
        rows: dict[str, int] = {}
        with self._database.write() as connection:
            insert = conflict_insert(connection, fragments)
            keep = insert.on_conflict_do_update(
                index_elements=[fragments.c.digest],
                set_={"edition": insert.excluded.edition},
                where=fragments.c.edition < insert.excluded.edition,
            )
            given = [{"digest": d, "body": b, "edition": edition} for d, b in found.items()]
            if given:
                connection.execute(keep, given)
            for chunk in one_of(fragments.c.digest, list(found)):
                statement = select(fragments.c.digest, fragments.c.id).where(chunk)
                rows.update({row.digest: row.id for row in connection.execute(statement)})
        by_body = {body: rows[digest] for digest, body in found.items()}
        return [by_body[body] for body in bodies]

    def fragments(self, numbers: Sequence[int]) -> Mapping[int, Fragment]:
        """Return fragments by number; raises NotFound when one is gone."""
        places = {number: _place(number) for number in numbers}
        bundles: dict[int, list[str]] = {}
        with self._database.read() as connection:
            for chunk in one_of(fragments.c.id, list({row for row, _ in places.values()})):
                for row in connection.execute(
                    select(fragments.c.id, fragments.c.body).where(chunk)
                ):
                    bundles[row.id] = _unpacked(row.body)
        missing = [number for number, (row, _) in places.items() if row not in bundles]
        if missing:
            raise NotFound(f"a part of this issue is gone (number {missing[0]}): {_PRUNED}")
        return {number: _nth(bundles[row], place) for number, (row, place) in places.items()}

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

    def replace(self, delivery: int, recipe: bytes) -> None:
        """Keep another recipe in the place of a delivery's."""
        with self._database.write() as connection:
            row = recipes.c.delivery_id == delivery
            connection.execute(update(recipes).where(row).values(recipe=recipe))

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
_BUNDLE = 32  # fragments in a row: more takes little less room, and longer to get one out of it


def _number(row: int, place: int) -> int:
    """Name a fragment of a bundle; below zero, as those above are rows of a single one."""
    return -(row * _BUNDLE + place)


def _place(number: int) -> tuple[int, int]:
    return divmod(-number, _BUNDLE) if number < 0 else (number, 0)


def _packed(bundle: Sequence[Fragment]) -> bytes:
    texts = [text for fragment in bundle for text in (fragment.html, fragment.text)]
    try:
        raw = orjson.dumps(texts)
    except TypeError:  # half of a surrogate pair, of an odd template: slower, and right
        raw = json.dumps(texts).encode()
    return zlib.compress(raw, 1)


@lru_cache(maxsize=512)  # by its bytes, about 25 MB: mails that are sent again share bundles
def _unpacked(body: bytes) -> list[str]:
    """Return a bundle's texts, two for each fragment."""
    raw = body if body[:1] == b"[" else zlib.decompress(body)
    try:
        texts: list[str] = orjson.loads(raw)
    except ValueError:  # as above
        texts = json.loads(raw.decode("utf-8", "surrogatepass"))
    return texts


def _nth(texts: Sequence[str], place: int) -> Fragment:
    return Fragment(html=texts[2 * place], text=texts[2 * place + 1])
