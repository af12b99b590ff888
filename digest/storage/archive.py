"""The archive: papers, and the keys they are known by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from digest.diff import Intents, MergePapers, NewPaper, UpdatePaper
from digest.merging import FIELDS, provenance_of
from digest.papers import Link, Paper
from digest.storage.database import Database, conflict_insert
from digest.storage.schema import feedback, paper_keys, papers, title_blocks

ARCHIVE_ONLY = 0  # the edition of papers that were seeded and are never offered
_CHUNK = 500  # parameters in one statement: SQLite's oldest limit is 999


class Archive:
    """All SQL about papers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def changing(self) -> Iterator[ArchiveChange]:
        """Give the archive as it is, to decide on and to change in the same transaction."""
        with self._database.write() as connection:
            yield ArchiveChange(connection)

    def count(self) -> int:
        """Return how many papers the archive has; aliases do not count."""
        with self._database.read() as connection:
            return (
                connection.scalar(select(func.count()).where(papers.c.merged_into.is_(None))) or 0
            )

    def last(self) -> int:
        """Return the highest number of a paper, 0 without any."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(papers.c.id))) or 0

    def all(self, *, after: int = 0) -> Iterator[Paper]:
        """Yield every paper whose number is above `after`, in order, in bounded memory."""
        last = after
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    _papers().where(papers.c.id > last).order_by(papers.c.id).limit(_CHUNK)
                ).all()
            yield from map(_paper, rows)
            if len(rows) < _CHUNK:
                return
            last = rows[-1].id

    def get(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return papers by number; an alias answers with its survivor, under the number asked."""
        found: dict[int, Paper] = {}
        with self._database.read() as connection:
            asked = {number: _survivor(connection, number) for number in set(numbers)}
            for chunk in _chunks(sorted(set(asked.values()))):
                for row in connection.execute(_papers().where(papers.c.id.in_(chunk))):
                    found[row.id] = _paper(row)
        return {number: found[target] for number, target in asked.items() if target in found}

    def offered(self, *, after: int, upto: int) -> list[Paper]:
        """Return the papers of the editions (after, upto], the page's own order within each."""
        with self._database.read() as connection:
            rows = connection.execute(
                _papers()
                .where(papers.c.edition > after, papers.c.edition <= upto)
                .order_by(papers.c.edition.desc(), papers.c.position, papers.c.id)
            )
            return [_paper(row) for row in rows]

    def unoffered(self) -> list[Paper]:
        """Return the papers that the next edition will offer."""
        with self._database.read() as connection:
            rows = connection.execute(
                _papers().where(papers.c.edition.is_(None)).order_by(papers.c.position, papers.c.id)
            )
            return [_paper(row) for row in rows]

    def newest(self, count: int) -> list[Paper]:
        """Return the papers with the highest numbers, the oldest of them first."""
        with self._database.read() as connection:
            rows = connection.execute(_papers().order_by(papers.c.id.desc()).limit(count)).all()
            return [_paper(row) for row in reversed(rows)]

    def seen_since(self, moment: datetime) -> list[Paper]:
        """Return the papers first seen at or after a moment."""
        with self._database.read() as connection:
            rows = connection.execute(
                _papers().where(papers.c.first_seen >= moment).order_by(papers.c.id)
            )
            return [_paper(row) for row in rows]

    def aliases(self) -> dict[int, int]:
        """Return each merged paper's number with its survivor's."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(papers.c.id, papers.c.merged_into).where(papers.c.merged_into.is_not(None))
            ).all()
            return {row.id: _survivor(connection, row.id) for row in rows}

    def search(self, text: str) -> list[Paper]:
        """Return the papers that a key, a number or a part of the title names."""
        with self._database.read() as connection:
            by_key = select(paper_keys.c.paper_id).where(
                paper_keys.c.key.in_([text, f"arxiv:{text}", f"doi:{text.lower()}"])
            )
            named = papers.c.title.icontains(text, autoescape=True)
            number = papers.c.id == (int(text) if text.isdecimal() and len(text) < 18 else -1)
            wanted = or_(number, papers.c.id.in_(by_key), named)
            rows = connection.execute(_papers().where(wanted).order_by(papers.c.id)).all()
            return [_paper(row) for row in rows]


class ArchiveChange:
    """One transaction on the archive: what it knows, and the intents that change it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        """Return the paper that owns each key (see diff.Known)."""
        owned: dict[str, int] = {}
        for chunk in _chunks(list(keys)):
            rows = self._connection.execute(
                select(paper_keys.c.key, paper_keys.c.paper_id).where(paper_keys.c.key.in_(chunk))
            )
            owned.update((row.key, row.paper_id) for row in rows)
        found = self._read(sorted(set(owned.values())))
        return {key: found[number] for key, number in owned.items()}

    def by_blocks(self, hashes: Sequence[int]) -> Mapping[int, Sequence[Paper]]:
        """Return the papers whose titles share a block (see diff.Lookalikes)."""
        owners: dict[int, list[int]] = {}
        for chunk in _chunks(list(dict.fromkeys(hashes))):
            rows = self._connection.execute(
                select(title_blocks.c.hash, title_blocks.c.paper_id).where(
                    title_blocks.c.hash.in_(chunk)
                )
            )
            for row in rows:
                owners.setdefault(row.hash, []).append(row.paper_id)
        numbers = {number for owned in owners.values() for number in owned}
        found = self._read(sorted(numbers))
        return {
            block: [found[number] for number in sorted(owned)] for block, owned in owners.items()
        }

    def carry_out(
        self, intents: Intents, *, source: str, now: datetime, archive_only: bool = False
    ) -> None:
        """Write what was decided; `source` is the format's name, kept as provenance."""
        for merge in intents.merges:
            self._merge(merge)
        for change in intents.updates:
            self._update(change, source)
        for new in intents.new:
            self._add(new, source, now, ARCHIVE_ONLY if archive_only else None)

    def _read(self, numbers: Sequence[int]) -> dict[int, Paper]:
        found: dict[int, Paper] = {}
        for chunk in _chunks(numbers):
            for row in self._connection.execute(select(papers).where(papers.c.id.in_(chunk))):
                found[row.id] = _paper(row)
        return found

    def _block(self, number: int, blocks: Sequence[int]) -> None:
        if blocks:
            self._connection.execute(
                conflict_insert(self._connection, title_blocks).on_conflict_do_nothing(),
                [{"hash": block, "paper_id": number} for block in dict.fromkeys(blocks)],
            )

    def _add(self, new: NewPaper, source: str, now: datetime, edition: int | None) -> None:
        values = _values(new.record, [*FIELDS, "position"])
        values |= {
            "first_seen": now,
            "edition": edition,
            "provenance": provenance_of(new.record, source),
        }
        number = self._connection.execute(
            insert(papers).values(values).returning(papers.c.id)
        ).scalar_one()
        self._own(number, new.keys)
        self._block(number, new.blocks)

    def _update(self, change: UpdatePaper, source: str) -> None:
        if change.changes:
            self._set(change.id, change.changes, dict.fromkeys(change.changes, source))
        self._own(change.id, change.new_keys)
        self._block(change.id, change.new_blocks)

    def _merge(self, merge: MergePapers) -> None:
        rows = {
            row.id: row
            for row in self._connection.execute(
                select(
                    papers.c.id, papers.c.edition, papers.c.first_seen, papers.c.provenance
                ).where(papers.c.id.in_([merge.survivor, merge.loser]))
            )
        }
        survivor, loser = rows[merge.survivor], rows[merge.loser]
        told_by = {name: loser.provenance.get(name, "") for name in merge.changes}
        self._set(merge.survivor, merge.changes, told_by)
        offered = [row.edition for row in rows.values() if row.edition is not None]
        self._connection.execute(
            update(papers)
            .where(papers.c.id == merge.survivor)
            .values(
                edition=min(offered, default=None),  # the earlier, or it would be offered again
                first_seen=min(survivor.first_seen, loser.first_seen),
            )
        )
        self._connection.execute(
            update(papers)
            .where(papers.c.id == merge.loser)
            .values(merged_into=merge.survivor, edition=None)
        )
        for owned in (paper_keys, title_blocks):
            self._hand_over(owned, merge)
        self._hand_over_feedback(merge)

    def _hand_over(self, owned: Any, merge: MergePapers) -> None:
        if owned is title_blocks:  # both may have the same block: the survivor's stays
            ours = select(owned.c.hash).where(owned.c.paper_id == merge.survivor)
            self._connection.execute(
                owned.delete().where(owned.c.paper_id == merge.loser, owned.c.hash.in_(ours))
            )
        self._connection.execute(
            update(owned).where(owned.c.paper_id == merge.loser).values(paper_id=merge.survivor)
        )

    def _hand_over_feedback(self, merge: MergePapers) -> None:
        ours = select(feedback.c.subscriber_id).where(feedback.c.paper_id == merge.survivor)
        self._connection.execute(
            update(feedback)
            .where(feedback.c.paper_id == merge.loser, feedback.c.subscriber_id.not_in(ours))
            .values(paper_id=merge.survivor)
        )

    def _set(self, number: int, changes: Mapping[str, Any], told_by: Mapping[str, str]) -> None:
        known = self._connection.scalar(select(papers.c.provenance).where(papers.c.id == number))
        values = {name: _plain(name, value) for name, value in changes.items()}
        self._connection.execute(
            update(papers)
            .where(papers.c.id == number)
            .values(**values, provenance={**(known or {}), **told_by})
        )

    def _own(self, number: int, keys: Sequence[str]) -> None:
        if keys:
            rows = [{"key": key, "paper_id": number} for key in keys]
            self._connection.execute(insert(paper_keys), rows)


def _papers() -> Select[Any]:
    return select(papers).where(papers.c.merged_into.is_(None))


def _paper(row: Row[Any]) -> Paper:
    values = {name: getattr(row, name) for name in FIELDS}
    values["authors"] = tuple(row.authors)
    values["keywords"] = tuple(row.keywords)
    values["links"] = tuple(Link(kind, url) for kind, url in row.links)
    return Paper(
        id=row.id,
        position=row.position,
        first_seen=row.first_seen,
        edition=row.edition,
        **values,
    )


def _values(record: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(name, getattr(record, name)) for name in names}


def _plain(name: str, value: Any) -> Any:
    """Return a field as its JSON column holds it."""
    if name == "links":
        return [[link.kind, link.url] for link in value]
    return list(value) if isinstance(value, tuple) else value


def _survivor(connection: Connection, number: int) -> int:
    while True:
        target = connection.scalar(select(papers.c.merged_into).where(papers.c.id == number))
        if target is None:
            return number
        number = target


def _chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
