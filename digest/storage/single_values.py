"""Single values that outlive a process: statistics, pauses between fetches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from digest.storage.database import Database, conflict_insert
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

    def change(self, name: str, new: Callable[[bytes], bytes], now: datetime) -> bytes:
        """Set a value made of the one before (b"" if it was never set), and return it.

        Between processes too, each sees the value of the one before.
        """
        with self._database.write() as connection:
            # Also where the row is there already this takes its lock, which a SELECT would not.
            row = conflict_insert(connection, facts).values(name=name, value=b"", at=now)
            before = connection.execute(
                row.on_conflict_do_update(
                    index_elements=[facts.c.name], set_={"name": name}
                ).returning(facts.c.value)
            ).scalar_one()
            value = new(before)
            connection.execute(
                update(facts).where(facts.c.name == name).values(value=value, at=now)
            )
            return value

    def forget(self, prefix: str, before: datetime) -> int:
        """Remove the values whose names begin so and that were set before then; return how many."""
        old = facts.c.name.startswith(prefix, autoescape=True) & (facts.c.at < before)
        with self._database.write() as connection:
            return connection.execute(delete(facts).where(old)).rowcount
