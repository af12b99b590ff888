"""All that the store holds of one reader, for their download (GDPR art. 15 and 20)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, Table, select

from digest.storage.database import Database
from digest.storage.schema import (
    deliveries,
    editions,
    feed_keys,
    ledger,
    letters,
    lifted_suppressions,
    muted_items,
    requests,
    returned_mails,
    subscribers,
    suppressions,
    unknown_addresses,
)
from subscribers.store import Subscriber

# What is how it is sent, and tells nothing of the reader.
_INTERNAL = frozenset({"subscriber_id", "owner", "generation", "lease_expires_at", "in_ledger"})


class OwnRecordStore:
    """Reads, ready for JSON: times as ISO 8601."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issues(self, subscriber: int) -> list[dict[str, Any]]:
        """Return every delivery with its papers' numbers, sent or not, the newest first."""
        query = (
            select(deliveries, editions.c.label)
            .join(editions, editions.c.number == deliveries.c.edition)
            .where(deliveries.c.subscriber_id == subscriber)
            .order_by(deliveries.c.edition.desc())
        )
        rows = self._rows(query)
        return [_plain(row) | {"papers": _numbers(row.papers)} for row in rows]

    def ledger(self, subscriber: int) -> list[int]:
        """Return the numbers of all papers that a reader was sent, in the order of sending."""
        rows = self._rows(select(ledger.c.papers).where(ledger.c.subscriber_id == subscriber))
        return [number for row in rows for number in _numbers(row.papers)]

    def rest(self, subscriber: Subscriber) -> dict[str, Any]:
        """Return what stands in other tables."""
        number, key = subscriber.id, subscriber.email_key
        letter = letters.c.fields["to_address"].as_string() == subscriber.email
        s = subscribers.c
        schedule = select(s.next_due_at, s.last_period, s.last_edition).where(s.id == number)
        return {
            "muted_keywords": self._of(muted_items, number),
            "feed": self._of(feed_keys, number),
            "requests": self._of(requests, number),
            "returned_mails": self._of(returned_mails, number),
            "schedule": [_plain(row) for row in self._rows(schedule)],
            "letters": [_plain(row) for row in self._rows(select(letters).where(letter))],
            "suppression": self._with_key(suppressions, key),
            "lifted_suppression": self._with_key(lifted_suppressions, key),
            "unknown_address": self._with_key(unknown_addresses, key),
        }

    def _of(self, table: Table, subscriber: int) -> list[dict[str, Any]]:
        rows = self._rows(select(table).where(table.c.subscriber_id == subscriber))
        return [_plain(row) for row in rows]

    def _with_key(self, table: Table, email_key: str) -> list[dict[str, Any]]:
        rows = self._rows(select(table).where(table.c.email_key == email_key))
        return [_plain(row) for row in rows]

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._database.read() as connection:
            return connection.execute(query).all()


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row._mapping.items()
        if name not in _INTERNAL and not isinstance(value, bytes)
    }


def _numbers(packed: bytes | None) -> list[int]:
    return list(array("I", packed or b""))
