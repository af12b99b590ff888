"""Which dumps were read, by the hash of their bytes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, insert, select

from digest.archive.dump_results import DumpResult, Rejection
from digest.storage.database import Database
from digest.storage.schema import dumps


class DumpStore:
    """All SQL about dumps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, sha256: str) -> DumpResult | None:
        """Return the last reading of these bytes, None when they were never read."""
        with self._database.read() as connection:
            row = connection.execute(select(dumps).where(dumps.c.sha256 == sha256)).one_or_none()
        return _reading(row) if row else None

    def save(self, reading: DumpResult) -> None:
        """Write a reading down, in the place of an earlier one of the same bytes."""
        values = asdict(reading)
        for told_once in ("already_ingested", "same_as", "without_abstract", "notes"):
            del values[told_once]
        with self._database.write() as connection:
            connection.execute(delete(dumps).where(dumps.c.sha256 == reading.sha256))
            connection.execute(insert(dumps).values(values))

    def all(self) -> list[DumpResult]:
        """Return every reading, the first one first."""
        with self._database.read() as connection:
            return [_reading(row) for row in connection.execute(select(dumps).order_by(dumps.c.id))]


def _reading(row: Row[Any]) -> DumpResult:
    values = dict(row._mapping)
    del values["id"]
    values["problems"] = tuple(Rejection(**problem) for problem in row.problems)
    return DumpResult(**values)
