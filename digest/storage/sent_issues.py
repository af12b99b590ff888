"""Which issues a reader has been sent, with which papers."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from digest.papers import Paper
from digest.states import State
from digest.storage.database import Database
from digest.storage.paper_rows import all_papers, chunks, paper_of
from digest.storage.schema import deliveries, editions, papers

# What arrived, or may have.
_SENT = (State.ACCEPTED, State.UNCERTAIN, State.SENDING)


class SentIssue(NamedTuple):
    """One issue of a reader."""

    edition: int
    label: date
    at: datetime | None  # when it was sent
    papers: tuple[int, ...]  # in the mail's order


class SentIssueStore:
    """Reads for a reader's own desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, subscriber: int) -> int:
        """Return how many issues a reader has been sent."""
        query = select(func.count()).select_from(deliveries).where(*_sent_to(subscriber))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def page(self, subscriber: int, *, skip: int = 0, count: int | None = None) -> list[SentIssue]:
        """Return a reader's issues, the newest first."""
        query = _issues(subscriber).order_by(deliveries.c.edition.desc())
        query = query.offset(skip).limit(count) if count is not None else query
        with self._database.read() as connection:
            return [_issue(row) for row in connection.execute(query)]

    def of_edition(self, subscriber: int, edition: int) -> SentIssue | None:
        """Return what a reader was sent of an edition."""
        query = _issues(subscriber).where(deliveries.c.edition == edition)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return _issue(row) if row else None

    def papers(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return papers by number; a merged one answers with its survivor, under its own number.

        It asks once for a chunk of them, as a reader has had thousands.
        """
        wanted = {number: number for number in numbers}
        with self._database.read() as connection:
            while merged := _merged(connection, sorted(set(wanted.values()))):
                wanted = {asked: merged.get(now, now) for asked, now in wanted.items()}
            found: dict[int, Paper] = {}
            for some in chunks(sorted(set(wanted.values()))):
                for row in connection.execute(all_papers().where(papers.c.id.in_(some))):
                    found[row.id] = paper_of(row)
        return {asked: found[now] for asked, now in wanted.items() if now in found}

    def texts(self, numbers: Sequence[int]) -> Iterator[tuple[int, str, str]]:
        """Yield number, title and abstract of papers, chunk by chunk in the order asked."""
        columns = select(papers.c.id, papers.c.title, papers.c.abstract)
        for some in chunks(numbers):
            with self._database.read() as connection:
                rows = connection.execute(columns.where(papers.c.id.in_(some))).all()
            told = {row.id: row for row in rows}
            yield from ((n, told[n].title, told[n].abstract) for n in some if n in told)


def _merged(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in chunks(numbers):
        query = select(papers.c.id, papers.c.merged_into).where(
            papers.c.id.in_(some), papers.c.merged_into.is_not(None)
        )
        found |= {row.id: row.merged_into for row in connection.execute(query)}
    return found


def _sent_to(subscriber: int) -> tuple[ColumnElement[bool], ...]:
    d = deliveries.c
    return (d.subscriber_id == subscriber, d.state.in_(_SENT), d.papers.is_not(None))


def _issues(subscriber: int) -> Select[Any]:
    d = deliveries.c
    return (
        select(d.edition, editions.c.label, d.changed_at, d.papers)
        .join(editions, editions.c.number == d.edition)
        .where(*_sent_to(subscriber))
    )


def _issue(row: Row[Any]) -> SentIssue:
    return SentIssue(row.edition, row.label, row.changed_at, tuple(array("I", row.papers)))
