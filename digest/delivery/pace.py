"""How fast, to whom, and when to try again. Pure decisions: time and chance are passed in.

Every limit defaults to none, which suits a relay of one's own; `Pace.idle` lets the sender
skip all of this.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.states import LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class PaceLimits:
    """What the operator allows; 0 is no limit."""

    per_second: float = 0  # mails of the whole run
    per_domain_per_second: float = 0  # mails to one destination domain
    per_domain_connections: int = 0  # mails to one destination domain at the same time


@dataclass(frozen=True, slots=True)
class BackOff:
    """When to try a deferred delivery again: doubling, with jitter, over hours."""

    first: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=4)
    jitter: float = 0.25  # ± this part of the delay, so that retries spread

    def next_attempt(self, attempts: int, now: datetime, rng: random.Random) -> datetime:
        """Return the time of the next attempt after `attempts` failed ones (1 or more)."""
        doubled: timedelta = self.first * (1 << min(max(attempts, 1) - 1, 20))
        delay: timedelta = min(doubled, self.longest)
        return now + delay * (1 + self.jitter * (2 * rng.random() - 1))


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Send it in this run, but not before `seconds` have passed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Postpone:
    """The destination asked for a pause: defer it until then, at no cost to the recipient."""

    until: datetime
    why: str


@dataclass(slots=True)
class _Bucket:
    """A token bucket that holds one second's worth, at least one."""

    rate: float
    tokens: float = field(init=False)
    at: float | None = None

    def __post_init__(self) -> None:
        self.tokens = 1.0

    def wait(self, clock: float) -> float:
        """Return the seconds until a token is there."""
        if self.at is not None:
            gained = max(0.0, clock - self.at) * self.rate
            self.tokens = min(max(1.0, self.rate), self.tokens + gained)
        self.at = clock
        # A thousandth at least: rounding must not make a wait that never ends.
        return 0.0 if self.tokens >= 1 else max(0.001, (1 - self.tokens) / self.rate)


@dataclass(slots=True)
class _Pause:
    until: datetime
    trips: int
    why: str


class Pace:
    """The whole run's memory of rates, open connections and paused destinations."""

    def __init__(
        self,
        limits: PaceLimits = PaceLimits(),
        *,
        rng: random.Random,
        pause: BackOff = BackOff(first=timedelta(minutes=2), longest=timedelta(hours=1)),
    ) -> None:
        self.limits = limits
        self._rng = rng
        self._pause = pause
        self._paused: dict[str, _Pause] = {}
        self._open: Counter[str] = Counter()
        self._whole = _Bucket(limits.per_second)
        self._domains: dict[str, _Bucket] = {}
        self.unlimited = limits == PaceLimits()
        self.idle = self.unlimited  # no limit and no pause: nothing here needs to be asked or told

    def ask(self, domain: str, clock: float, now: datetime) -> Go | Wait | Postpone:
        """Decide on one mail; Go takes its tokens. clock: monotonic seconds."""
        paused = self._paused.get(domain)
        if paused and now < paused.until <= now + LONGEST_WAIT:
            return Postpone(paused.until, paused.why)
        if self.unlimited:
            return Go()
        limit = self.limits.per_domain_connections
        if limit and self._open[domain] >= limit:
            return Wait(0.05)
        buckets = []
        if self.limits.per_second:
            buckets.append(self._whole)
        if self.limits.per_domain_per_second:
            buckets.append(self._bucket(domain))
        seconds = max((bucket.wait(clock) for bucket in buckets), default=0.0)
        if seconds > 0:
            return Wait(seconds)
        for bucket in buckets:
            bucket.tokens -= 1
        self._open[domain] += 1
        return Go()

    def done(self, domain: str) -> None:
        """Note that a mail to this domain has its answer."""
        if not self.unlimited and self._open[domain] > 0:
            self._open[domain] -= 1

    def trip(self, domain: str, why: str, now: datetime) -> datetime:
        """Pause a destination; twice as long each time. Returns the end of the pause."""
        before = self._paused.get(domain)
        if before and before.until > now:
            return before.until  # answers to mails that were under way when it tripped
        trips = before.trips + 1 if before else 1
        until = self._pause.next_attempt(trips, now, self._rng)
        self._paused[domain] = _Pause(until, trips, why)
        self.idle = False
        return until

    def accepted(self, domain: str) -> None:
        """Forget a destination's pauses: it takes mail again."""
        if self._paused:
            self._paused.pop(domain, None)
            self.idle = self.unlimited and not self._paused

    def pauses(self, now: datetime) -> dict[str, tuple[str, int, str]]:
        """Return which destinations are paused: until when (ISO 8601), for which time, and why."""
        kept = {d: p for d, p in self._paused.items() if p.until > now - self._pause.longest}
        return {d: (p.until.isoformat(), p.trips, p.why) for d, p in kept.items()}

    def resume(self, pauses: Mapping[str, tuple[str, int, str]]) -> None:
        """Take over the pauses of an earlier pass."""
        for domain, (until, trips, why) in pauses.items():
            self._paused.setdefault(domain, _Pause(datetime.fromisoformat(until), trips, why))
        self.idle = self.unlimited and not self._paused

    def _bucket(self, domain: str) -> _Bucket:
        bucket = self._domains.get(domain)
        if bucket is None:
            bucket = self._domains[domain] = _Bucket(self.limits.per_domain_per_second)
        return bucket
