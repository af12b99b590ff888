"""What a reader keeps at their own desk: muted keywords, and the key of their feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from digest.storage.database import Database
from digest.storage.schema import feed_keys, muted_items
from subscribers.own_desk import FeedKey, MutedItem


class SqlOwnDeskStore:
    """All SQL about it; implements subscribers.own_desk.OwnDeskStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_muted(self, subscriber: int, keywords: str, at: datetime) -> None:
        """Keep what a reader muted."""
        values = {"subscriber_id": subscriber, "keywords": keywords, "at": at}
        with self._database.write() as connection:
            connection.execute(insert(muted_items).values(values))

    def muted(self, subscriber: int) -> Sequence[MutedItem]:
        """Return what a reader muted, the newest first."""
        m = muted_items.c
        query = select(m.id, m.keywords, m.at).where(m.subscriber_id == subscriber)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(m.id.desc()))
            return [MutedItem(*row) for row in rows]

    def forget_muted(self, subscriber: int, number: int) -> bool:
        """Forget one of them; False: it is not there."""
        row = (muted_items.c.subscriber_id == subscriber) & (muted_items.c.id == number)
        with self._database.write() as connection:
            return connection.execute(delete(muted_items).where(row)).rowcount > 0

    def feed_key(self, subscriber: int) -> FeedKey | None:
        """Return the key of a reader's feeds, if they have one."""
        query = select(feed_keys.c.id, feed_keys.c.made_at)
        with self._database.read() as connection:
            row = connection.execute(
                query.where(feed_keys.c.subscriber_id == subscriber)
            ).one_or_none()
        return FeedKey(*row) if row else None

    def make_feed_key(self, subscriber: int, now: datetime) -> FeedKey:
        """Give a reader's feeds a new key; an earlier one ends."""
        at = now.replace(microsecond=0)
        with self._database.write() as connection:
            connection.execute(delete(feed_keys).where(feed_keys.c.subscriber_id == subscriber))
            made = insert(feed_keys).returning(feed_keys.c.id)
            number = connection.scalars(made, {"subscriber_id": subscriber, "made_at": at}).one()
        return FeedKey(number, at)

    def drop_feed_key(self, subscriber: int) -> bool:
        """End the key of a reader's feeds; False: there was none."""
        with self._database.write() as connection:
            gone = connection.execute(
                delete(feed_keys).where(feed_keys.c.subscriber_id == subscriber)
            )
            return gone.rowcount > 0
