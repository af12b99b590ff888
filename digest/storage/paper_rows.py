"""Papers as rows, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from digest.archive.merging import FIELDS
from digest.papers import Link, Paper, Revision
from digest.storage.schema import papers

_CHUNK = 500  # parameters in one statement: SQLite's oldest limit is 999


def all_papers() -> Select[Any]:
    """Select every paper that is no alias."""
    return select(papers).where(papers.c.merged_into.is_(None))


def paper_of(row: Row[Any]) -> Paper:
    """Return the paper of a row."""
    values = {name: getattr(row, name) for name in FIELDS}
    for name in ("authors", "keywords", "ai_keywords", "organisations"):
        values[name] = tuple(values[name])
    values["links"] = tuple(Link(kind, url) for kind, url in row.links)
    return Paper(
        id=row.id,
        position=row.position,
        first_seen=row.first_seen,
        edition=row.edition,
        version=row.version,
        **values,
    )


def updated_paper_of(row: Row[Any]) -> Paper:
    """Return the paper of a row of `Archive.revised`."""
    return replace(paper_of(row), updated=Revision(row.told, row.revised_on, row.offered_by))


def values_of(record: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return some of a record's fields as their columns hold them."""
    return {name: plain_row(name, getattr(record, name)) for name in names}


def plain_row(name: str, value: Any) -> Any:
    """Return a field as its JSON column holds it."""
    if name == "links":
        return [[link.kind, link.url] for link in value]
    return list(value) if isinstance(value, tuple) else value


def survivor(connection: Connection, number: int) -> int:
    """Return the paper that a number means, itself unless it is an alias."""
    while True:
        target = connection.scalar(select(papers.c.merged_into).where(papers.c.id == number))
        if target is None:
            return number
        number = target


def chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield values in lists that one statement takes."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
