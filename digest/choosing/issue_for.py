"""Whether a reader gets an issue of an edition, and which. The one place that decides it; pure.

A run, a dry run, a preview, `digest why` and the readers' pages all ask here, so what is shown is
what is sent. A run asks of what it has claimed (`Planned.of`), the others of what a run would do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from digest.states import PENDING, WELCOME, Claim, ResendRule, State

if TYPE_CHECKING:
    from datetime import datetime

    from digest.editions import Edition
    from subscribers.store import Subscriber


class DeliveryFacts(NamedTuple):
    """What the store knows of a reader's delivery of an edition."""

    state: State | None  # None: none is planned; the rest is what a run would plan
    since: int  # editions after this one are offered
    period: str | None  # what it is due for: a day, a week's day, or WELCOME
    frozen: bool  # composed before, and kept
    suppressed: bool  # the address is on the suppression list
    goes_again: bool = False  # it may have arrived, and a run sends it once more


@dataclass(frozen=True, slots=True)
class IssueRules:
    """What the operator decides about who gets mail."""

    only_to: Collection[str] = ()  # keys of addresses, in a trial; empty: everybody
    resend: ResendRule | None = None  # what may have arrived is sent once more; None: never


@dataclass(frozen=True, slots=True)
class Planned:
    """A run sends this issue, or is about to."""

    since: int  # editions after this one are offered
    period: str | None = None  # what it is due for; None: an operator's run
    frozen: bool = False  # it was composed before and changes no more
    waits: str = ""  # why no run sends it at once
    sent_before: frozenset[int] = frozenset()  # papers of older issues that a run sends first
    turn_before: int | None = None  # of the last of those: the form of its subject

    @property
    def first(self) -> bool:
        """Whether it bids the reader welcome."""
        return self.period == WELCOME

    @classmethod
    def of_edition(cls, edition: Edition) -> Planned:
        """Return the issue that brings one edition alone, as who is only trying sees it."""
        return cls(edition.number - 1)

    @classmethod
    def of(cls, claim: Claim) -> Planned:
        """Return the issue that a sender has claimed."""
        return cls(claim.since, claim.period, claim.frozen)


@dataclass(frozen=True, slots=True)
class NotInTrial:
    """Mail goes to a few addresses only (`edition.only_to`), and theirs is not among them."""

    reason: str = "edition.only_to does not name them: in this trial they get no mail"


@dataclass(frozen=True, slots=True)
class Done:
    """They have had their issue of the edition, or never will have it."""

    edition: int
    state: State

    @property
    def reason(self) -> str:
        """Say it."""
        return f"their issue of edition {self.edition} is done: {self.state}"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No run sends them anything of the edition."""

    reason: str


Decision = Planned | NotInTrial | Done | Nothing


def issue_for(
    reader: Subscriber, edition: Edition, facts: DeliveryFacts, rules: IssueRules, now: datetime
) -> Decision:
    """Decide which issue of an edition a run at this moment would send to a reader."""
    if over := why_over(edition, now):
        return Nothing(over)
    if reader.state != "active":
        return Nothing(_why_inactive(reader))
    to_come = facts.state in (*PENDING, State.DEFERRED) or facts.goes_again
    if facts.state is not None and not to_come:
        return Done(edition.number, facts.state)
    if rules.only_to and reader.email_key not in rules.only_to:
        return NotInTrial()
    if facts.suppressed:
        return Nothing(f"{reader.email} is suppressed: nothing is sent to that address")
    return Planned(facts.since, facts.period, facts.frozen, why_waiting(edition))


def why_over(edition: Edition, now: datetime) -> str:
    """Return why no more of an edition is sent; empty while it is alive."""
    if edition.is_alive(now):
        return ""
    if edition.state == "cancelled":
        return f"edition {edition.number} was cancelled"
    return f"the time of edition {edition.number} is over"


def _why_inactive(reader: Subscriber) -> str:
    until = f" until {reader.paused_until}" if reader.paused_until else ""
    return f"{reader.email} is {reader.state}{until}: nothing is sent to them"


def why_waiting(edition: Edition) -> str:
    """Return why a living edition is not sent at once; empty when it is."""
    if edition.state == "awaiting_approval":
        return f"edition {edition.number} waits for approval (digest editions approve)"
    if edition.state == "paused":
        return f"edition {edition.number} is paused (digest editions resume)"
    return ""
