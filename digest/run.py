"""One edition, end to end: dump → parse → diff → rank → compose → deliver. Read this first.

`digest.archive.ingest` brings dumps into the archive (parse, diff). From there an edition is cut,
and shard by shard each reader's issue is ranked, composed, frozen and sent:

    open an edition ─▶ plan its deliveries ─▶ claim a shard ─▶ choose ─▶ compose ─▶ freeze ─▶ send

Every step leaves its mark in the store before the next begins, so a run that was killed is
continued by the next one, with exactly those who have not had theirs. What this module needs of
the world stands in the protocols at its top; `digest.app.application` brings the real ones.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from digest.choosing.editor import NOTHING_SENT, Editor, IssueFor
from digest.editions import Edition, Figures
from digest.mail import Issue
from digest.papers import Paper
from digest.ranking.interface import Pick
from digest.ranking.taste import Taste
from digest.states import WELCOME, Accounting, Claim
from subscribers.store import Subscriber

# Allocations between two looks for garbage, by generation. What a run makes is mostly kept for the
# next readers or freed at once: looking for cycles in it as often as usual took a fifth of the CPU.
SELDOM = (50_000, 20, 100)
SHARD = 500  # readers that are composed together: one claim, one freeze


class Editions(Protocol):
    """Where editions are kept."""

    def open(
        self, label: date, *, now: datetime, expiry: timedelta, approve: bool
    ) -> Edition | None:
        """Return the label's edition, cut now if there is none; None with nothing to offer."""


class Deliveries(Protocol):
    """Where deliveries are kept; each call is one transaction."""

    def plan(self, edition: int, now: datetime, *, email_keys: Sequence[str]) -> int:
        """Plan a delivery to every active reader who has none."""

    def claim(self, edition: int, owner: str, limit: int, now: datetime) -> list[Claim]:
        """Take deliveries that may be sent now."""

    def freeze(self, owner: str, issues: Sequence[tuple[Claim, Any]]) -> set[int]:
        """Keep composed issues; return the deliveries whose claim still held."""

    def nothing_to_send(self, owner: str, claims: Sequence[Claim], now: datetime) -> None:
        """Close the deliveries for which there is no paper."""

    def renew(self, owner: str, now: datetime) -> None:
        """Extend every claim of an owner that is slow but alive."""

    def release(self, owner: str, now: datetime) -> int:
        """Give back what was claimed and not started."""

    def accounting(self, edition: int) -> Accounting:
        """Count an edition's deliveries by state."""


class Readers(Protocol):
    """Where readers are kept."""

    def by_ids(self, numbers: Sequence[int]) -> dict[int, Subscriber]:
        """Find readers by number; who is gone is absent."""


class Composer(Protocol):
    """Makes an issue of picks."""

    def compose(
        self,
        edition: Edition,
        reader: Subscriber,
        picks: Sequence[Pick],
        papers: Mapping[int, Paper],
        now: datetime,
        *,
        first: bool,
    ) -> Issue:
        """Return one reader's issue; `first`: it bids them welcome."""

    def quiet(self, edition: Edition, reader: Subscriber, now: datetime) -> Issue | None:
        """Return the note of a day without papers, or None: nothing is sent."""

    def check(self, edition: Edition, issues: Sequence[Issue]) -> None:
        """Raise DeliveryError when these must not be sent."""


class Engine(Protocol):
    """A living sender: freezes issues and gets them out."""

    @property
    def owner(self) -> str:
        """The name under which it claims."""

    def freeze(self, issues: Sequence[Issue], now: datetime) -> Sequence[Any]:
        """Turn issues into what the store keeps of them."""

    def ready(self, claims: Sequence[Claim], fresh: Mapping[int, Any]) -> Iterable[Any]:
        """Return frozen deliveries as mails that can be sent; `fresh` were frozen just now."""

    def send(self, mails: Iterable[Any]) -> str | None:
        """Send until there are no more; return why when the way out is blocked."""

    def close(self) -> None:
        """Let go."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator decides about a run."""

    expiry: timedelta
    lease: timedelta  # how long a claim holds that is not renewed
    approve: bool = False
    only_to: Sequence[str] = ()  # keys of addresses; empty: everybody


@dataclass(frozen=True)
class EditionRun:
    """Everything that one run needs."""

    editions: Editions
    deliveries: Deliveries
    readers: Readers
    sent: Callable[[Sequence[int], datetime], Mapping[int, frozenset[int]]]  # by the ledger
    tastes: Callable[[Sequence[int], datetime], Mapping[int, Taste]]  # by feedback
    editor: Editor
    composer: Composer
    clock: Callable[[], datetime]
    plan: Plan
    progress: Callable[[int], None] = field(default=lambda count: None)
    # Other processes that send the same edition, for as long as this one does.
    beside: Callable[[Edition], AbstractContextManager[object]] = field(
        default=lambda edition: nullcontext()
    )

    def run(self, label: date, engine: Callable[[], Engine]) -> tuple[Figures, str | None]:
        """Make and send the edition of a label: one pass; return its figures, and any trouble."""
        now = self.clock()
        plan = self.plan
        edition = self.editions.open(label, now=now, expiry=plan.expiry, approve=plan.approve)
        if edition is None:
            return Figures(None, label), None
        trouble = None
        if edition.state == "open":
            self.deliveries.plan(edition.number, now, email_keys=plan.only_to)
            with self.beside(edition):
                trouble = self.send(edition, engine())
        return Figures.of(edition, self.deliveries.accounting(edition.number)), trouble

    def send(self, edition: Edition, engine: Engine) -> str | None:
        """Send what may be sent of an edition now; return why when the way out is blocked."""
        thresholds = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        try:
            return engine.send(self._mails(edition, engine))
        finally:
            gc.set_threshold(*thresholds)
            self.deliveries.release(engine.owner, self.clock())
            engine.close()

    def _mails(self, edition: Edition, engine: Engine) -> Iterator[Any]:
        """Yield mails, a shard at a time, so that memory stays flat however many there are."""
        while claims := self.deliveries.claim(edition.number, engine.owner, SHARD, self.clock()):
            readers = self.readers.by_ids([claim.subscriber for claim in claims])
            fresh = [c for c in claims if not c.frozen and c.subscriber in readers]
            composed = self._compose(edition, fresh, readers, engine)
            done = [claim for claim in claims if claim.frozen or claim.delivery in composed]
            self.progress(len(claims) - len(done))
            for mail in engine.ready(done, composed):
                yield mail
                self.progress(1)

    def _compose(
        self,
        edition: Edition,
        claims: Sequence[Claim],
        readers: Mapping[int, Subscriber],
        engine: Engine,
    ) -> dict[int, Any]:
        """Choose, compose and freeze the issues of a shard; return them frozen, by delivery."""
        now = self.clock()
        numbers = [claim.subscriber for claim in claims]
        had, tastes = self.sent(numbers, now), self.tastes(numbers, now)
        dues = [
            IssueFor(
                readers[c.subscriber],
                c.since,
                had.get(c.subscriber, NOTHING_SENT),
                tastes.get(c.subscriber, ()),
            )
            for c in claims
        ]
        chosen = self.editor.choose(dues, edition.number)
        issues: list[tuple[Claim, Issue]] = []
        empty: list[Claim] = []
        renewed = now
        for claim, due, (offer, picks) in zip(claims, dues, chosen, strict=True):
            if self.clock() - renewed > self.plan.lease / 3:
                renewed = self.clock()
                self.deliveries.renew(engine.owner, renewed)
            first = claim.period == WELCOME
            issue = self._issue(edition, due.reader, picks, offer.papers, now, first=first)
            if issue is None:
                empty.append(claim)
            else:
                issues.append((claim, issue))
        self.composer.check(edition, [issue for _, issue in issues])
        self.deliveries.nothing_to_send(engine.owner, empty, now)
        frozen = engine.freeze([issue for _, issue in issues], now)
        pairs = [(claim, each) for (claim, _), each in zip(issues, frozen, strict=True)]
        kept = self.deliveries.freeze(engine.owner, pairs)
        return {claim.delivery: each for claim, each in pairs if claim.delivery in kept}

    def _issue(
        self,
        edition: Edition,
        reader: Subscriber,
        picks: Sequence[Pick],
        papers: Mapping[int, Paper],
        now: datetime,
        *,
        first: bool,
    ) -> Issue | None:
        if not picks:
            return self.composer.quiet(edition, reader, now)
        return self.composer.compose(edition, reader, picks, papers, now, first=first)
