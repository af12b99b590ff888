"""What the statements about deliveries have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select

from digest.storage.schema import deliveries, editions, subscribers, suppressions

_CHUNK = 500


def is_suppressed() -> ColumnElement[bool]:
    """Tell whether the subscriber of the enclosing statement is on the suppression list."""
    return exists().where(suppressions.c.email_key == subscribers.c.email_key)


def edition_is_open(now: datetime) -> ColumnElement[bool]:
    """Tell whether a delivery's edition may be sent now."""
    return exists().where(
        editions.c.number == deliveries.c.edition,
        editions.c.state == "open",
        editions.c.expires_at > now,
    )


def held_by(owner: str) -> ColumnElement[bool]:
    """Tell what an owner holds; the editions are named so that the index answers."""
    return and_(deliveries.c.edition.in_(select(editions.c.number)), deliveries.c.owner == owner)


def one_of(column: ColumnElement[Any], values: Sequence[Any]) -> list[ColumnElement[bool]]:
    """Return `column IN …` for chunks that every database takes."""
    return [column.in_(values[at : at + _CHUNK]) for at in range(0, len(values), _CHUNK)]
