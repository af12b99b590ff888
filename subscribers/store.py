"""What the front desk keeps, and what it needs of a store.

`digest.storage.subscribers` implements these protocols; the tests have a small one in memory and
both pass the same tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from subscribers.consent import Consent, State

Cadence = Literal["daily", "weekdays", "days", "weekly"]
Breadth = Literal["strict", "normal", "wide"]
Told = Literal["summary", "abstract"]  # of a paper: what it does and found, or how it begins
Opinion = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader. `None` in a preference means: as the operator's settings say."""

    id: int  # 0 until it is stored
    email: str  # as mail is sent to it
    email_key: str  # unique among all readers: see `subscribers.addresses.Address.key`
    keywords: str  # the profile text, as typed; it parses
    state: State = "pending"
    name: str = ""  # any script, one line
    language: str = ""  # BCP 47; empty: the newsletter's
    timezone: str | None = None  # IANA name
    hour: int | None = None  # 0 to 23, in that time zone
    cadence: Cadence = "daily"
    weekdays: tuple[int, ...] = ()  # Monday is 0; for cadence 'days' (any) and 'weekly' (one)
    max_papers: int | None = None  # per issue
    breadth: Breadth = "normal"  # how well a paper has to match the keywords
    cards: Told | None = None  # what a mail tells of each paper
    wants_html: bool = True  # False: text only
    created_at: datetime | None = None  # UTC; first time this address came
    pending_since: datetime | None = None  # UTC; when the newest unanswered request was made
    confirmed_at: datetime | None = None  # UTC
    paused_until: date | None = None  # first day with mail again; None while paused: until resumed
    left_at: datetime | None = None  # UTC; leaving can be taken back for a week
    links_valid_from: datetime | None = None  # UTC; older links only unsubscribe


# What is decided by, whatever changes: see `consent` and `link_rules`.
_DECIDE_BY = frozenset({"state", "email_key", "links_valid_from"})


def was_overtaken(stored: Subscriber, before: Subscriber, after: Subscriber) -> bool:
    """Return whether a change was decided by what is not so any more, or would undo another."""
    return any(
        getattr(stored, name) != getattr(before, name)
        for name in Subscriber.__slots__
        if name in _DECIDE_BY or getattr(after, name) != getattr(before, name)
    )


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said about one paper."""

    paper: int
    opinion: Opinion
    at: datetime  # UTC
    edition: int | None = None  # where they saw it
    title: str = ""  # of the paper, filled in by the store when it lists


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asked to subscribe: what its letter's link confirms, once, if anybody presses it.

    Until then nothing of a reader changes, whoever they are: anybody can type any address.
    """

    number: int  # 0 until it is stored; never used again: the letter's link carries it
    subscriber: int
    email: str  # where its letter went, and where mail will go
    wishes: Mapping[str, str]  # as the fields of a form: see `preferences.read_preferences`
    asked_at: datetime  # UTC


StopReason = Literal["bounce", "complaint", "unsubscribed", "operator"]


@dataclass(frozen=True, slots=True)
class StoppedMails:
    """Why nothing is written to an address any more, whatever its reader asked for."""

    # Its mails came back, one was reported as spam, the list of another program says that they
    # unsubscribed there, or the operator said so.
    reason: StopReason
    since: datetime  # UTC


class SubscriberStore(Protocol):
    """Readers and the evidence of their consent. Each call is one transaction."""

    def together(self) -> AbstractContextManager[None]:
        """Make one transaction of what this thread does inside: all of it is kept, or none.

        Within another `together` it is a part of it, which can fail alone.
        """

    def by_id(self, subscriber: int) -> Subscriber | None:
        """Find a reader by number."""

    def by_key(self, email_key: str) -> Subscriber | None:
        """Find a reader by the key of their address."""

    def by_keys(self, email_keys: Sequence[str]) -> Mapping[str, Subscriber]:
        """Find readers by the keys of their addresses; who is not there is absent."""

    def insert(self, subscriber: Subscriber, consent: Consent) -> Subscriber | None:
        """Add a reader with the evidence and return them with their number.

        None: the key is taken (somebody was quicker); nothing was written.
        """

    def save(self, before: Subscriber, after: Subscriber, consent: Consent | None) -> bool:
        """Write the fields in which the two differ, with the evidence.

        False, and nothing written, when the reader is gone, `after.email_key` belongs to somebody
        else, or `was_overtaken` says so. `id` and `created_at` never change.
        Evidence of 'confirm' or 'lift' ends a stop of that address, unless it is the operator's.
        """

    def stop_of(self, email_key: str) -> StoppedMails | None:
        """Why an address is not written to; None: it is."""

    def ask(self, request: Request) -> Request:
        """Keep a request; return it with its number."""

    def request(self, number: int) -> Request | None:
        """Find a request that is still open."""

    def close_requests(self, subscriber: int) -> int:
        """Forget every open request of a reader: their links do nothing more. Return how many."""

    def forget_requests(self, before: datetime) -> int:
        """Forget requests that were made earlier; return how many."""

    def erase(self, reader: Subscriber, consent: Consent) -> bool:
        """Delete the reader, all that is theirs; keep only the consent records.

        False, and nothing written: they are gone, or not as here any more (they may be confirming,
        or asking again, at this moment).
        """

    def every(self, state: State | None = None) -> Iterator[Subscriber]:
        """All readers (of one state) in the order of their numbers, without holding them all."""

    def pending_before(self, moment: datetime) -> Sequence[Subscriber]:
        """Unconfirmed readers whose `pending_since` is earlier: they expire."""

    def erased(self, address_hashes: Sequence[str]) -> AbstractSet[str]:
        """Which of these addresses a consent record with action 'erase' names."""

    def consents(self, subscriber: int) -> Sequence[Consent]:
        """The evidence of one reader, oldest first."""


class FeedbackStore(Protocol):
    """What readers said about papers. One opinion per reader and paper; the last one counts."""

    def set_feedback(self, subscriber: int, feedback: Feedback) -> bool:
        """Keep an opinion, in place of an earlier one. False: there is no such paper or reader."""

    def take_back(self, subscriber: int, paper: int) -> bool:
        """Forget an opinion. False: there was none."""

    def feedback(self, subscriber: int) -> Sequence[Feedback]:
        """All opinions of a reader with the papers' titles, newest first."""

    def paper_title(self, paper: int) -> str | None:
        """The title to show beside the buttons; None: there is no such paper."""

    def was_mailed(self, subscriber: int, edition: int, paper: int) -> bool:
        """Whether a paper stood in a reader's issue of an edition, under that number."""
