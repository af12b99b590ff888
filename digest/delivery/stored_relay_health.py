"""A relay's health in the store: every pass and every process asks it, and tells it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from digest.delivery.interface import ReadyMail
from digest.delivery.pace import BackOff
from digest.delivery.relay_health import Admission, RelayHealth
from digest.delivery.sender import Sender
from digest.delivery.sender_needs import Journal, Tally
from digest.errors import DeliveryError
from digest.states import Outcome, Result, State, Turn

PAUSE = BackOff(first=timedelta(minutes=1), longest=timedelta(minutes=30))
_FACT = "relay"


class RelayFacts(Protocol):
    """Single values that all processes share."""

    def get(self, name: str) -> bytes | None:
        """Return a value."""

    def change(self, name: str, new: Callable[[bytes], bytes], now: datetime) -> bytes:
        """Set a value made of the one before, and return it."""


def health_of(facts: RelayFacts) -> RelayHealth:
    """Return how the relay is, as the store knows it."""
    return RelayHealth.unpack(facts.get(_FACT))


class Refusals(Protocol):
    """Where deliveries are kept."""

    def take_back(self, since: datetime, now: datetime) -> int:
        """Defer what was refused since then; return how many."""

    def take_back_alike(self, now: datetime) -> int:
        """Defer what was refused to many of an edition, when it may be one cause; how many."""

    def thaw(self, numbers: Sequence[int]) -> int:
        """Let deferred deliveries of which nothing left be composed anew; return how many."""

    def together(self) -> AbstractContextManager[None]:
        """Make one transaction of what is done inside."""


@dataclass(slots=True)
class RelayMemory:
    """Lets mails go to a relay that is well, and one at a time to one that was not."""

    facts: RelayFacts
    refusals: Refusals
    clock: Callable[[], datetime]
    rng: random.Random
    _probing: bool = False  # the one mail that may go is ours

    def health(self) -> RelayHealth:
        """Return how the relay is."""
        return health_of(self.facts)

    def hasten(self) -> None:
        """Let a probe go at once: an operator's run does not wait."""
        now = self.clock()
        if self.health().is_open:
            self._change(lambda health: health.hastened(now), now)

    def send(self, sender: Sender, mails: Iterable[ReadyMail]) -> str | None:
        """Send what the relay's health allows; return why not everything left.

        Raises what `Sender.send` does.
        """
        rest = iter(mails)
        admitted = self._admit()
        if admitted is Admission.NONE:
            return self._waits()
        if admitted is Admission.PROBE:
            trouble = self._probe(sender, rest)
            if self.health().is_open:
                return trouble
        return self._pass(sender, rest)

    def send_letters(self, sender: Sender, mails: Sequence[ReadyMail]) -> str | None:
        """Send letters, which answer strangers: what becomes of one says nothing of the relay.

        But that none can leave does, and that one was accepted.
        """
        now, health = self.clock(), self.health()
        if health.pauses(now):
            return self._waits()
        try:
            tally = sender.send(mails[:1] if health.is_open else mails)
        except DeliveryError as error:
            self._open(str(error))
            raise
        if tally.trouble:
            self._open(tally.trouble)
        elif health.is_open and tally.states[State.ACCEPTED]:
            accepted = [Outcome(State.ACCEPTED)]
            self._change(lambda each: each.told(accepted, now, PAUSE, self.rng), now)
        return tally.trouble or tally.ours

    def note(self, results: Sequence[Result], now: datetime) -> str | None:
        """Count how mails ended; return why no more may start, None when they may.

        What was refused while the relay was sick is taken back in the same transaction.
        """
        if not results:
            health = self.health()
            return health.why if health.is_open and not self._probing else None
        outcomes = [result.outcome for result in results]
        health = self._change(lambda before: before.told(outcomes, now, PAUSE, self.rng), now)
        if not health.is_open:
            return None
        self._take_back(health, now)
        return health.why

    def _admit(self) -> Admission:
        """Return what may be sent now; a probe is this caller's alone."""
        now, admitted = self.clock(), Admission.ALL
        if not self.health().is_open:  # nearly always
            return admitted

        def ask(health: RelayHealth) -> RelayHealth:
            nonlocal admitted
            admitted = health.admits(now)
            return health.probing(now) if admitted is Admission.PROBE else health

        self._change(ask, now)
        return admitted

    def _waits(self) -> str:
        health = self.health()
        if health.probing_until or health.paused_until is None:
            return f"one mail is trying whether the relay is well again: {health.why}"
        return (
            f"the relay is left alone until {health.paused_until:%Y-%m-%d %H:%M} UTC: {health.why}"
        )

    def _probe(self, sender: Sender, mails: Iterator[ReadyMail]) -> str | None:
        why = self.health().why
        self._probing = True
        try:
            trouble = self._pass(sender, islice(mails, 1))
        finally:
            self._probing = False
            self._change(lambda health: health.probing(None), self.clock())
        return trouble or why

    def _pass(self, sender: Sender, mails: Iterable[ReadyMail]) -> str | None:
        """Let a sender send; remember it when the way out is blocked."""
        before = self.health()
        sender.pace.resume(before.domains)
        try:
            tally = sender.send(mails, bound=before.bound)
        except DeliveryError as error:
            self._open(str(error))
            raise
        return self._ended(tally, sender, before)

    def _ended(self, tally: Tally, sender: Sender, before: RelayHealth) -> str | None:
        now, pauses = self.clock(), sender.pace.pauses(self.clock())
        if (limit := tally.size_limit) is not None:
            self._change(lambda health: health.limited(limit, now), now)
            self.refusals.thaw(tally.too_large)
        if pauses != before.domains:
            self._change(lambda health: health.paused(pauses), now)
        if tally.trouble:
            self._open(tally.trouble)
        elif sum(tally.states.values()):
            health = self._change(lambda each: each.ended(now, PAUSE, self.rng), now)
            if health.is_open:
                self._take_back(health, now)
                return health.why
            self.refusals.take_back_alike(now)
        return tally.trouble or tally.ours

    def _open(self, why: str) -> None:
        now = self.clock()
        health = self._change(lambda each: each.opened(why, now, PAUSE, self.rng), now)
        self._take_back(health, now)

    def _take_back(self, health: RelayHealth, now: datetime) -> None:
        if health.since is not None:
            self.refusals.take_back(health.since, now)

    def _change(self, new: Callable[[RelayHealth], RelayHealth], now: datetime) -> RelayHealth:
        changed = self.facts.change(_FACT, lambda blob: new(RelayHealth.unpack(blob)).pack(), now)
        return RelayHealth.unpack(changed)


@dataclass(frozen=True, slots=True)
class WatchedJournal:
    """A journal whose every turn tells the relay's memory; no mail starts while that is sick."""

    journal: Journal
    memory: RelayMemory

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        """See `Journal`: outcomes, marks and the memory are one transaction."""
        memory = self.memory
        with memory.refusals.together():
            ended = self.journal.turn(owner, results, (), now) if results else None
            why = memory.note(results, now)
            if why is not None:
                stopped = {} if ended is None else ended.stopped
                return Turn(frozenset(), stopped, why, ended.epoch if ended else 0)
            return self.journal.turn(owner, (), starts, now)
