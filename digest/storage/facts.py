"""Single values that outlive a process: statistics, pauses between fetches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from digest.storage.database import Database
from digest.storage.schema import facts


class FactStore:
    """All SQL about facts. A value is bytes; who wrote it knows what they mean."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> bytes | None:
        """Return a value, None when it was never set."""
        with self._database.read() as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == name))

    def set(self, name: str, value: bytes, now: datetime) -> None:
        """Set a value, in the place of an earlier one."""
        with self._database.write() as connection:
            connection.execute(delete(facts).where(facts.c.name == name))
            connection.execute(insert(facts).values(name=name, value=value, at=now))
