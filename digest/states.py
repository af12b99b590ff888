"""The states of a delivery, and what passes between the sender and the store. Pure.

    planned → claimed → sending → accepted | deferred | refused | uncertain
    besides: suppressed, nothing_to_send, expired, cancelled

A delivery is one reader's issue of one edition. `digest.delivery` decides and sends,
`digest.storage.deliveries` keeps; neither imports the other, both speak in these words. What is
made for every mail is a named tuple: it takes a third of a frozen dataclass's time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"  # nobody has touched it
    CLAIMED = "claimed"  # an owner composes it or has it queued; nothing has left
    SENDING = "sending"  # durable before the first byte of DATA
    ACCEPTED = "accepted"  # the server answered 2xx to the final dot
    DEFERRED = "deferred"  # 4xx, or the connection was lost before the final dot: tried again
    REFUSED = "refused"  # 5xx
    UNCERTAIN = "uncertain"  # between the final dot and the answer, nobody can know (RFC 1047)
    SUPPRESSED = "suppressed"  # the address is on the suppression list
    NOTHING_TO_SEND = "nothing_to_send"  # no paper for this reader
    EXPIRED = "expired"  # the edition's time was over
    CANCELLED = "cancelled"  # the edition was cancelled, or the reader left


WELCOME = "welcome"  # the period of a reader's first issue, planned when they confirmed

# Nothing is put off for longer (4 hours ± 25 %, or a lease). A time that is further ahead was
# written by a clock that ran ahead, and does not count.
LONGEST_WAIT = timedelta(hours=5)


class ResendRule(NamedTuple):
    """When a mail that may have arrived is sent again by itself: the same bytes."""

    after: timedelta  # the doubt
    copies: int | None  # of one mail, at most; None: sending it again leaves one mail


SECOND_TRY = ResendRule(timedelta(minutes=15), 2)  # by then a relay that was sick may be well
IDEMPOTENT = ResendRule(timedelta(0), None)  # a Maildir: the same mail is the same file

PENDING = (State.PLANNED, State.CLAIMED, State.SENDING)
UNSENT = (State.PLANNED, State.CLAIMED, State.DEFERRED)  # nothing of it is on the wire


class Claim(NamedTuple):
    """The right to compose and send one delivery, for as long as the lease holds."""

    delivery: int
    subscriber: int
    edition: int
    generation: int  # the token: a step to `sending` needs the one that is in the store
    attempts: int  # 4xx answers so far
    since: int  # editions after this one are offered
    frozen: bool  # composed before: its recipe is in the store, do not compose it again
    period: str | None = None  # what it was due for: a day, a week's day, or WELCOME
    refusals: int = 0  # refusals that were taken back


class Outcome(NamedTuple):
    """How one attempt ended."""

    state: State  # accepted, deferred, refused, uncertain; planned: it was never on the wire
    code: int | None = None  # the server's reply code
    text: str = ""  # the server's words, or ours
    counts: bool = True  # False: the failure was not this recipient's, no attempt is used up
    suppress: bool = False  # the address itself does not exist: never write to it again
    next_attempt_at: datetime | None = None  # of a deferred one
    again: bool = False  # refused before, and taken back: now it tells of its recipient alone


class Result(NamedTuple):
    """An outcome with the claim that it ends."""

    delivery: int
    generation: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of the deliveries that a sender wanted to start."""

    started: frozenset[int]  # marked `sending`, durably
    stopped: dict[int, str]  # not ours to send any more, and why
    blocked: str | None = None  # why nothing may start for now: the relay is not well
    epoch: int = 0  # the store's, with this turn


@dataclass(frozen=True, slots=True)
class Remains:
    """What a dead owner's board tells of the deliveries that it had in `sending`.

    complete: the board holds every start (the machine has not gone down since). Only then
    does a delivery that is not on it prove that it was not sent to its end.
    """

    complete: bool
    started: frozenset[int]  # its final dot went out, no answer came
    answered: dict[int, Outcome]  # the server's answer to the final dot


@dataclass(frozen=True, slots=True)
class Accounting:
    """An edition's deliveries by state; `eligible` is their sum at every moment."""

    planned: int = 0
    claimed: int = 0
    sending: int = 0
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    uncertain: int = 0
    suppressed: int = 0
    nothing_to_send: int = 0
    expired: int = 0
    cancelled: int = 0

    @property
    def pending(self) -> int:
        """How many may still be sent in this pass."""
        return self.planned + self.claimed + self.sending

    @property
    def eligible(self) -> int:
        """How many readers this edition concerns."""
        return sum(getattr(self, state.value) for state in State)

    @property
    def refused_to_all(self) -> bool:
        """Whether mails were sent and every one of them was refused."""
        open_ended = self.pending + self.deferred + self.uncertain
        return self.refused > 0 and self.accepted == 0 and open_ended == 0

    @property
    def finished(self) -> bool:
        """Whether nothing is pending or deferred."""
        return self.pending == 0 and self.deferred == 0
