"""The archive: papers, and the keys they are known by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from digest.papers import Paper
from digest.storage.archive_change import ArchiveChange
from digest.storage.database import Database
from digest.storage.paper_rows import all_papers, chunks, paper_of, survivor, updated_paper_of
from digest.storage.schema import paper_keys, papers, revisions

_CHUNK = 500  # papers read at once


class ArchiveStore:
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
                    all_papers().where(papers.c.id > last).order_by(papers.c.id).limit(_CHUNK)
                ).all()
            yield from map(paper_of, rows)
            if len(rows) < _CHUNK:
                return
            last = rows[-1].id

    def get(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return papers by number; an alias answers with its survivor, under the number asked."""
        found: dict[int, Paper] = {}
        with self._database.read() as connection:
            asked = {number: survivor(connection, number) for number in set(numbers)}
            for chunk in chunks(sorted(set(asked.values()))):
                for row in connection.execute(all_papers().where(papers.c.id.in_(chunk))):
                    found[row.id] = paper_of(row)
        return {number: found[target] for number, target in asked.items() if target in found}

    def offered(self, *, after: int, upto: int) -> list[Paper]:
        """Return the papers of the editions (after, upto], the page's own order within each."""
        with self._database.read() as connection:
            rows = connection.execute(
                all_papers()
                .where(papers.c.edition > after, papers.c.edition <= upto)
                .order_by(papers.c.edition.desc(), papers.c.position, papers.c.id)
            )
            return [paper_of(row) for row in rows]

    def unoffered(self) -> list[Paper]:
        """Return the papers that the next edition will offer."""
        with self._database.read() as connection:
            rows = connection.execute(
                all_papers()
                .where(papers.c.edition.is_(None))
                .order_by(papers.c.position, papers.c.id)
            )
            return [paper_of(row) for row in rows]

    def revised(self, *, after: int, upto: int | None) -> list[Paper]:
        """Return older papers of which the editions (after, upto] offer a newer version.

        upto None: those that the next edition will offer are among them.
        """
        offers, first = revisions.c.edition, papers.c.edition
        wanted = (offers > after) if upto is None else (offers > after) & (offers <= upto)
        query = (
            select(
                papers,
                revisions.c.version.label("told"),
                revisions.c.revised_on,
                offers.label("offered_by"),
            )
            .join(revisions, revisions.c.paper_id == papers.c.id)
            .where(wanted | offers.is_(None) if upto is None else wanted)
            .where(papers.c.merged_into.is_(None), first <= after)  # else it is new
            .order_by(papers.c.id, revisions.c.version)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        newest = {row.id: updated_paper_of(row) for row in rows}  # of two versions the newer stays
        return list(newest.values())

    def newest(self, count: int) -> list[Paper]:
        """Return the papers with the highest numbers, the oldest of them first."""
        with self._database.read() as connection:
            rows = connection.execute(all_papers().order_by(papers.c.id.desc()).limit(count)).all()
            return [paper_of(row) for row in reversed(rows)]

    def seen_since(self, moment: datetime) -> list[Paper]:
        """Return the papers first seen at or after a moment."""
        with self._database.read() as connection:
            rows = connection.execute(
                all_papers().where(papers.c.first_seen >= moment).order_by(papers.c.id)
            )
            return [paper_of(row) for row in rows]

    def aliases(self) -> dict[int, int]:
        """Return each merged paper's number with its survivor's."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(papers.c.id, papers.c.merged_into).where(papers.c.merged_into.is_not(None))
            ).all()
            return {row.id: survivor(connection, row.id) for row in rows}

    def by_keys(self, keys: Sequence[str]) -> list[Paper]:
        """Return the papers that own any of some keys."""
        owners = select(paper_keys.c.paper_id).where(paper_keys.c.key.in_(keys))
        return self._matching(papers.c.id.in_(owners))

    def titled(self, part: str, count: int | None = None) -> list[Paper]:
        """Return papers in whose title a text stands, the newest first, at most so many."""
        wanted = papers.c.title.icontains(part, autoescape=True)
        query = all_papers().where(wanted).order_by(papers.c.id.desc()).limit(count)
        with self._database.read() as connection:
            return [paper_of(row) for row in connection.execute(query)]

    def find(self, text: str) -> list[Paper]:
        """Return the papers of which a key, the number or a source tells a text.

        That is a part of the title, an author, an organisation, a venue, a keyword, a comment or
        a summary.
        """
        told = [column.icontains(text, autoescape=True) for column in _TOLD_TEXTS]
        in_json = json.dumps(text)[1:-1]  # as it stands in a JSON column: ü is \\u00fc
        told += [cast(column, Text).icontains(in_json, autoescape=True) for column in _TOLD_LISTS]
        return self._matching(or_(_names(text), *told))

    def _matching(self, wanted: ColumnElement[bool]) -> list[Paper]:
        with self._database.read() as connection:
            rows = connection.execute(all_papers().where(wanted).order_by(papers.c.id)).all()
            return [paper_of(row) for row in rows]


_TOLD_TEXTS = [papers.c[name] for name in ("ai_summary", "venue", "comment", "submitter")]
_TOLD_LISTS = [papers.c[name] for name in ("authors", "keywords", "organisations")]


def _names(text: str) -> ColumnElement[bool]:
    """Return whether a text is a paper's key or number, or a part of its title."""
    by_key = select(paper_keys.c.paper_id).where(
        paper_keys.c.key.in_([text, f"arxiv:{text}", f"doi:{text.lower()}"])
    )
    named = papers.c.title.icontains(text, autoescape=True)
    number = papers.c.id == (int(text) if text.isdecimal() and len(text) < 18 else -1)
    return or_(number, papers.c.id.in_(by_key), named)
