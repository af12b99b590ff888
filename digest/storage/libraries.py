"""Papers that readers uploaded as their own: what they know, and what they like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, insert, select

from digest.papers import Paper, PaperRecord, arxiv_id_of, contradiction, doi_of, keys_of
from digest.storage.database import Database
from digest.storage.delivery_rows import one_of
from digest.storage.paper_rows import chunks
from digest.storage.schema import library_keys, library_papers, paper_keys, papers

MOST_PAPERS = 5_000  # of one reader
_LONGEST_KEY = 600
_LONGEST_ABSTRACT = 5_000  # characters


class Added(NamedTuple):
    """What became of records."""

    new: int
    known: int  # the library had them
    no_room: int


class LibraryStore:
    """All SQL about them. They are no papers of the archive: nobody else is offered one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, subscriber: int, records: Sequence[PaperRecord], at: datetime) -> Added:
        """Keep what is not there yet, as far as there is room."""
        p = library_papers.c
        with self._database.write() as connection:
            keys = library_keys.c.key
            known = set(connection.scalars(select(keys).where(_of(subscriber))))
            there = select(func.count()).where(p.subscriber_id == subscriber)
            room = MOST_PAPERS - (connection.scalar(there) or 0)
            rows, keys_of_rows, twice = list[dict[str, Any]](), list[list[str]](), 0
            for record in records:
                own = list(dict.fromkeys(key[:_LONGEST_KEY] for key in keys_of(record)))
                if known.intersection(own):
                    twice += 1
                    continue
                if len(rows) >= room:
                    continue
                rows.append(_row(subscriber, record, at))
                keys_of_rows.append(own)
                known.update(own)
            if rows:
                made = insert(library_papers).returning(p.id, sort_by_parameter_order=True)
                numbers = connection.scalars(made, rows).all()
                keyed = [
                    {"subscriber_id": subscriber, "key": key, "library_paper_id": number}
                    for number, own in zip(numbers, keys_of_rows, strict=True)
                    for key in own
                ]
                connection.execute(insert(library_keys), keyed)
        return Added(len(rows), twice, len(records) - len(rows) - twice)

    def papers(self, readers: Sequence[int]) -> dict[int, list[tuple[Paper, datetime]]]:
        """Return readers' papers with when they came, the newest first; who has none is absent.

        Their numbers are below zero: they are none of the archive's.
        """
        p = library_papers.c
        found: dict[int, list[tuple[Paper, datetime]]] = {}
        with self._database.read() as connection:
            for chunk in one_of(p.subscriber_id, list(readers)):
                query = select(library_papers).where(chunk).order_by(p.id.desc())
                for row in connection.execute(query):
                    paper = Paper(
                        -row.id, row.title, row.abstract, arxiv_id=row.arxiv_id, doi=row.doi
                    )
                    found.setdefault(row.subscriber_id, []).append((paper, row.at))
        return found

    def known(self, readers: Sequence[int]) -> dict[int, set[int]]:
        """Return the archive's papers that are in readers' libraries, by any key of theirs.

        Not those whose identifiers contradict: many a paper is called "Editorial".
        """
        k, p = library_keys.c, library_papers.c
        query = (
            select(
                k.subscriber_id,
                paper_keys.c.paper_id,
                *(p.arxiv_id.label("our_arxiv"), p.doi.label("our_doi")),
                *(papers.c.arxiv_id, papers.c.doi),
            )
            .join(library_papers, p.id == k.library_paper_id)
            .join(paper_keys, paper_keys.c.key == k.key)
            .join(papers, papers.c.id == paper_keys.c.paper_id)
        )
        found: dict[int, set[int]] = {}
        with self._database.read() as connection:
            for chunk in one_of(k.subscriber_id, list(readers)):
                for row in connection.execute(query.where(chunk)):
                    ours = Paper(0, "", "", arxiv_id=row.our_arxiv, doi=row.our_doi)
                    theirs = Paper(0, "", "", arxiv_id=row.arxiv_id, doi=row.doi)
                    if contradiction(ours, theirs) is None:
                        found.setdefault(row.subscriber_id, set()).add(row.paper_id)
        return found

    def remove(self, subscriber: int, numbers: Sequence[int] | None = None) -> int:
        """Forget a reader's papers, or those of these numbers (below zero); return how many."""
        mine = library_papers.c.subscriber_id == subscriber
        with self._database.write() as connection:
            if numbers is None:
                connection.execute(delete(library_keys).where(_of(subscriber)))
                return connection.execute(delete(library_papers).where(mine)).rowcount
            gone = 0
            for some in chunks([-number for number in numbers]):
                those = library_keys.c.library_paper_id.in_(some)
                connection.execute(delete(library_keys).where(_of(subscriber), those))
                gone += connection.execute(
                    delete(library_papers).where(mine, library_papers.c.id.in_(some))
                ).rowcount
            return gone


def _row(subscriber: int, record: PaperRecord, at: datetime) -> dict[str, Any]:
    return {
        "subscriber_id": subscriber,
        "title": record.title,
        "abstract": record.abstract[:_LONGEST_ABSTRACT],
        "arxiv_id": arxiv_id_of(record),
        "doi": doi_of(record),
        "at": at,
    }


def _of(subscriber: int) -> ColumnElement[bool]:
    return library_keys.c.subscriber_id == subscriber
