"""The store's epoch: how many turns senders have made. A store put back has a lower one."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from digest.storage.database import Database
from digest.storage.schema import editions, epoch


class StoreEpoch(NamedTuple):
    """What a store says of itself."""

    store: str  # its name; a copy has the same
    number: int
    editions: int  # that it knows: none in a new one


class EpochStore:
    """All SQL about the epoch, but for what raises it with each turn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self) -> StoreEpoch:
        """Return the store's epoch."""
        count = select(func.count()).select_from(editions).scalar_subquery()
        with self._database.read() as connection:
            row = connection.execute(select(epoch.c.store, epoch.c.number, count)).one()
        return StoreEpoch(*row)

    def pass_over(self, number: int) -> int:
        """Let the epoch be higher than a number and than it was; return it."""
        with self._database.write() as connection:
            connection.execute(update(epoch).where(epoch.c.number < number).values(number=number))
            return raise_epoch(connection)


def raise_epoch(connection: Connection) -> int:
    """Count one more turn, in the turn's own transaction; return the epoch."""
    raised = connection.exec_driver_sql("UPDATE epoch SET number = number + 1 RETURNING number")
    return int(raised.scalar_one())
