"""What is done before anybody sends: dead senders' mails are taken over, expired ones closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from digest.delivery.crash_board import DeadSenders
from digest.editions import Edition
from digest.states import ResendRule


class LeftDeliveries(Protocol):
    """Where deliveries are kept; each call is one transaction."""

    def reap(self, examiner: DeadSenders, now: datetime) -> int:
        """Take over what dead owners left."""

    def abandon(self, now: datetime) -> int:
        """Give up what other machines' owners had on the wire when their lease ran out."""

    def expire(self, now: datetime) -> int:
        """Close the unsent deliveries of editions whose time is over."""

    def resend_uncertain(self, edition: int, now: datetime, *, rule: ResendRule) -> int:
        """Let the uncertain deliveries be sent again that a rule says so of."""

    def set_aside(self, edition: int, now: datetime) -> int:
        """Close the queued deliveries of readers who left or are suppressed."""


class SendableEditions(Protocol):
    """Where editions are kept."""

    def unfinished(self, now: datetime) -> Sequence[Edition]:
        """Return the editions that may be sent now."""


def take_over(
    deliveries: LeftDeliveries,
    editions: SendableEditions,
    dead: DeadSenders,
    now: datetime,
    *,
    alone: bool,
    resend: ResendRule | None,
) -> None:
    """Put every delivery that nobody sends any more where it belongs. A step of tick and run.

    alone: no other machine uses the store. resend: how what may have arrived is sent again; None:
    it is held.
    """
    deliveries.reap(dead, now)
    if not alone:
        deliveries.abandon(now)
    deliveries.expire(now)
    for edition in editions.unfinished(now):
        if resend is not None:
            deliveries.resend_uncertain(edition.number, now, rule=resend)
        deliveries.set_aside(edition.number, now)
