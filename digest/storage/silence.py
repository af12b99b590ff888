"""Who has had no mail for days, although nothing is wrong with them or on its way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, case, cast, func, literal, select, type_coerce

from digest.states import State
from digest.storage.database import Database
from digest.storage.delivery_plan import ARRIVED
from digest.storage.delivery_rows import is_suppressed
from digest.storage.schema import consents, deliveries, facts, subscribers

_TOLD = "silence:"  # and the reader's number: a fact with the last mail before the silence


class SilenceStore:
    """Reads who is to hear why no mail comes, and notes that they do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def silent_since(self, quiet_from: datetime, limit: int = 10_000) -> list[tuple[int, datetime]]:
        """Return (reader, their last mail or when mails began), for who heard nothing since.

        Mails begin with a confirmation, and anew when a pause is over.

        Only daily readers, as the others expect days without mail, and only those with no issue
        since then that waits, was refused or the like. Who was told in this silence is left out.
        """
        s, d, agreed = subscribers.c, deliveries.c, consents.c
        last_mail = (
            select(func.max(d.changed_at))
            .where(d.subscriber_id == s.id, d.state.in_(ARRIVED))
            .scalar_subquery()
        )
        resumed = (
            select(func.max(agreed.at))
            .where(agreed.subscriber_id == s.id, agreed.after == "active")
            .scalar_subquery()
        )
        began = func.coalesce(resumed, s.confirmed_at)
        latest = case((last_mail.is_(None), began), (began > last_mail, began), else_=last_mail)
        heard = type_coerce(latest, s.confirmed_at.type)
        otherwise = (
            select(d.id)
            .where(d.subscriber_id == s.id, d.state != State.NOTHING_TO_SEND)
            .where(d.changed_at.is_(None) | (d.changed_at >= quiet_from))
            .exists()
        )
        told = (
            select(facts.c.name)
            .where(facts.c.name == literal(_TOLD) + cast(s.id, String), facts.c.at >= heard)
            .exists()
        )
        query = (
            select(s.id, heard)
            .where(s.state == "active", s.cadence == "daily", heard < quiet_from)
            .where(~otherwise, ~told, ~is_suppressed())
            .order_by(s.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]


def told_name(reader: int) -> str:
    """Return the name of the fact that a reader was told; its moment says when."""
    return f"{_TOLD}{reader}"
