"""What the statements about deliveries have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select, true

from digest.states import LONGEST_WAIT, ResendRule, State
from digest.storage.schema import consents, deliveries, editions, subscribers, suppressions

_CHUNK = 500


def is_suppressed() -> ColumnElement[bool]:
    """Return whether the subscriber of the enclosing statement is on the suppression list."""
    return exists().where(suppressions.c.email_key == subscribers.c.email_key)


def edition_may_be_sent(now: datetime) -> ColumnElement[bool]:
    """Ask of an edition what `Edition.may_be_sent` tells."""
    return and_(editions.c.state == "open", editions.c.expires_at > now)


def its_edition_may_be_sent(now: datetime) -> ColumnElement[bool]:
    """Ask of a delivery whether its edition may be sent now."""
    return exists().where(editions.c.number == deliveries.c.edition, edition_may_be_sent(now))


def claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what may be claimed, one condition at a time so that an index answers each."""
    return (
        deliveries.c.state == State.PLANNED,
        and_(deliveries.c.state == State.DEFERRED, has_come(deliveries.c.next_attempt_at, now)),
        and_(deliveries.c.state == State.CLAIMED, is_over(deliveries.c.lease_expires_at, now)),
    )


def goes_to(email_keys: Sequence[str]) -> ColumnElement[bool]:
    """Ask of a delivery whether its reader is among these; none are named: everybody is."""
    named = select(subscribers.c.id).where(may_have_mail(email_keys))
    return deliveries.c.subscriber_id.in_(named) if email_keys else true()


def may_have_mail(email_keys: Sequence[str]) -> ColumnElement[bool]:
    """Ask of a subscriber whether mail may go to them: in a trial only to those who are named."""
    return subscribers.c.email_key.in_(email_keys) if email_keys else true()


def has_come(moment: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Ask whether it is time; none, or one that only a wrong clock can have written, is."""
    return or_(moment.is_(None), moment <= now, moment > now + LONGEST_WAIT)


def is_over(lease: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Ask whether a lease has run out, or was written by a clock that ran ahead."""
    return or_(lease < now, lease > now + LONGEST_WAIT)


def goes_again(row: FromClause, rule: ResendRule, now: datetime) -> ColumnElement[bool]:
    """Ask of a row of deliveries whether it is in doubt, and sent again by itself."""
    doubtful = row.c.state == State.UNCERTAIN
    if rule.copies is None:
        return doubtful
    rested = or_(row.c.changed_at <= now - rule.after, row.c.changed_at > now)
    return and_(doubtful, row.c.doubts < rule.copies, rested)


def is_to_be_welcomed(opened_at: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Ask of a subscriber whether an edition, opened then, is to be their welcome.

    They have just confirmed by themselves and never had an issue. Who confirmed before the edition
    was opened gets it in its turn, as everybody does.
    """
    s, confirmed = subscribers.c, consents.alias()
    asked = exists().where(confirmed.c.subscriber_id == s.id, confirmed.c.action == "confirm")
    never = ~exists().where(deliveries.c.subscriber_id == s.id)
    # A clock that ran ahead may have opened it: then everybody confirmed before, and is late.
    late = or_(s.confirmed_at >= opened_at, opened_at > now)
    return and_(s.state == "active", s.last_edition == 0, late, asked, never)


def held_by(owner: str) -> ColumnElement[bool]:
    """Tell what an owner holds; the editions are named so that the index answers."""
    return and_(deliveries.c.edition.in_(select(editions.c.number)), deliveries.c.owner == owner)


def one_of(column: ColumnElement[Any], values: Sequence[Any]) -> list[ColumnElement[bool]]:
    """Return `column IN …` for chunks that every database takes."""
    return [column.in_(values[at : at + _CHUNK]) for at in range(0, len(values), _CHUNK)]
