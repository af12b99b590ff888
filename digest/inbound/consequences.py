"""What a report does to a reader. Pure.

Hard and complaint stop mail at once. Soft ones add up, each losing half its weight in a month:
two and a half whole ones, over a week or more, stop it, too; one and a half, however near, where it
was stopped for bounces before and lifted. What is our own fault (spam, policy) never does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.inbound.report import OURS, Kind, ReportedRecipient

HALF_LIFE = timedelta(days=30)
ENOUGH = 2.5  # whole soft bounces: four weekly ones, or some days' daily ones …
ENOUGH_AGAIN = 1.5  # of an address that was lifted: two days' ones
SPAN = timedelta(days=7)  # … but no single bad weekend
REMEMBERED = timedelta(days=180)


class Action(StrEnum):
    """What was done with one report."""

    SUPPRESS = "suppress"
    NOTE = "note"
    IGNORE = "ignore"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class SentMail:
    """The mail of ours that a report is about, and its reader."""

    delivery: int
    subscriber: int
    email: str  # now, as it is written to
    sent_at: datetime | None
    confirmed_at: datetime | None
    moved_at: datetime | None
    lifted_at: datetime | None = None  # when a stop of the address ended last
    bounced_before: bool = False  # that stop was for bounces


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done, and why in a few words."""

    action: Action
    why: str


def consequence_of(
    said: ReportedRecipient, sent: SentMail | None, softs: Sequence[datetime], now: datetime
) -> Decision:
    """Return what one report does to the reader of the mail that it is about.

    sent: None when no mail of ours can be told from it. softs: when this reader's earlier soft
    bounces came, since a mail last got through to them.
    """
    if said.kind is Kind.NONE:
        return Decision(Action.IGNORE, said.reason.value)
    if sent is None:
        return Decision(Action.IGNORE, "it carries no return path or Message-ID of ours")
    if sent.sent_at and sent.moved_at and sent.moved_at > sent.sent_at:
        return Decision(Action.IGNORE, "the reader has moved to another address since")
    if sent.sent_at and sent.confirmed_at and sent.confirmed_at > sent.sent_at:
        return Decision(Action.IGNORE, "the reader has confirmed the address again since")
    if sent.sent_at and sent.lifted_at and sent.lifted_at > sent.sent_at:
        return Decision(Action.IGNORE, "the address was lifted since")
    if said.kind is Kind.COMPLAINT:
        return Decision(Action.SUPPRESS, "a complaint")
    if said.kind is Kind.HARD:
        return Decision(Action.SUPPRESS, said.reason.value)
    if said.reason in OURS:
        return Decision(Action.NOTE, f"{said.reason.value}: not the reader's fault")
    if _weight([*softs, now], now) >= ENOUGH_AGAIN and _bounces_again(sent, now):
        return Decision(Action.SUPPRESS, f"{said.reason.value}, again after it was lifted")
    if _is_enough([*softs, now], now):
        return Decision(Action.SUPPRESS, f"{said.reason.value}, for weeks")
    return Decision(Action.NOTE, said.reason.value)


def remembered_since(sent: SentMail, through: datetime | None, now: datetime) -> datetime:
    """Return since when a reader's soft bounces count.

    through: when a mail last got through to them.
    """
    return max(filter(None, [through, sent.lifted_at, now - REMEMBERED]))


def _bounces_again(sent: SentMail, now: datetime) -> bool:
    return sent.bounced_before and sent.lifted_at is not None and sent.lifted_at >= now - REMEMBERED


def _is_enough(softs: Sequence[datetime], now: datetime) -> bool:
    return _weight(softs, now) >= ENOUGH and now - min(softs) >= SPAN


def _weight(softs: Sequence[datetime], now: datetime) -> float:
    days = {moment.date(): moment for moment in softs}.values()  # a day counts once
    return sum(math.pow(0.5, (now - moment) / HALF_LIFE) for moment in days)
