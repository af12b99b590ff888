"""What is remembered of a relay between mails, passes and processes, and when to leave it alone.

A circuit breaker (Nygard, "Release It!", 2007): closed, mails go; open, none does until a pause is
over; half open, one mail goes, and what becomes of it decides. Pure: time and chance are passed in.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import Enum

from digest.delivery.pace import BackOff
from digest.states import LONGEST_WAIT, Outcome, State

IN_A_ROW = 20  # doubts and refusals without an acceptance between them
_SHARE = 0.1  # … or this part of what was tried
ALL_OF = 3  # … or everybody whom a pass tried, when they were so many at least
_WIDEST = 0.8  # the share, once the relay has proved to be well three times
_QUIET = timedelta(hours=1)  # without a mail: counting begins anew
_FORGOTTEN = timedelta(hours=12)  # after a trip, when all else was well
_WELL = 200  # acceptances after which earlier trips do not count
_SIZE_KNOWN = timedelta(days=7)  # then a whole issue is tried again: a limit may be raised
_PROBE = timedelta(minutes=15)  # in which a probe has its answer, or its sender is dead


class Admission(Enum):
    """What a sender may do now."""

    ALL = "all"
    PROBE = "one mail"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class RelayHealth:
    """How a relay has answered lately."""

    accepted: int = 0  # since counting began
    bad: int = 0  # of these, doubts and refusals that may be the relay's
    row: int = 0  # of these, since the last acceptance
    since: datetime | None = None  # when counting began
    heard: datetime | None = None  # when it was last counted
    paused_until: datetime | None = None  # None: the breaker is closed
    trips: int = 0  # in a row: the pause grows with them
    widened: int = 0  # how often the share was doubled, as the relay proved to be well
    by_share: bool = False  # what the last trip was for
    tripped: datetime | None = None  # when it last did
    why: str = ""
    probing_until: datetime | None = None  # one mail is on its way
    size_limit: int | None = None  # octets of a mail that it takes, as a mail had more
    size_told: datetime | None = None  # when
    domains: dict[str, tuple[str, int, str]] = field(default_factory=dict)  # see `Pace.pauses`

    @property
    def is_open(self) -> bool:
        """Return whether the relay is left alone, but for a probe."""
        return self.paused_until is not None

    @property
    def bound(self) -> int:
        """How many doubts and refusals in a row stop the sending: fewer after a trip."""
        return max(ALL_OF, IN_A_ROW >> min(self.trips, 5))

    @property
    def share(self) -> float:
        """Which part of doubts and refusals stops the sending."""
        return min(_WIDEST, _SHARE * (1 << self.widened))

    def pauses(self, now: datetime) -> bool:
        """Return whether the pause is not over; one that is too far ahead was by a wrong clock."""
        return self.paused_until is not None and now < self.paused_until <= now + LONGEST_WAIT

    def takes(self, now: datetime) -> int | None:
        """Return how many octets a mail may have; None: nothing is known, or it was long ago."""
        told = self.size_told
        fresh = told is not None and timedelta(0) <= now - told < _SIZE_KNOWN
        return self.size_limit if fresh else None

    def limited(self, octets: int, now: datetime) -> RelayHealth:
        """Note how many octets a mail may have: the fewest that are known of."""
        return replace(self, size_limit=min(octets, self.takes(now) or octets), size_told=now)

    def admits(self, now: datetime) -> Admission:
        """Return what may be sent."""
        if self.paused_until is None:
            return Admission.ALL
        if self.pauses(now):
            return Admission.NONE
        probing = self.probing_until
        if probing is not None and now < probing <= now + _PROBE:
            return Admission.NONE
        return Admission.PROBE

    def probing(self, now: datetime | None) -> RelayHealth:
        """Note that a probe leaves; None: it has come back."""
        return replace(self, probing_until=None if now is None else now + _PROBE)

    def hastened(self, now: datetime) -> RelayHealth:
        """Let a probe go now: somebody says that the relay is mended."""
        if self.paused_until is None:
            return self
        return replace(self, paused_until=now, probing_until=None)

    def told(
        self, outcomes: Iterable[Outcome], now: datetime, pause: BackOff, rng: random.Random
    ) -> RelayHealth:
        """Count how mails ended, in their order; the breaker may open or close."""
        health = self
        if health.is_open:
            return health._probed(list(outcomes), now, pause, rng)
        if health.heard is None or not timedelta(0) <= now - health.heard < _QUIET:
            health = health._anew(now)
        for outcome in outcomes:
            if outcome.state is State.ACCEPTED:
                health = health._took_one()
            elif is_suspect(outcome):
                health = replace(health, bad=health.bad + 1, row=health.row + 1)
                health = health._judged(outcome.text, now, pause, rng)
                if health.is_open:
                    break
        return replace(health, heard=now)

    def opened(
        self, why: str, now: datetime, pause: BackOff, rng: random.Random, *, by_share: bool = False
    ) -> RelayHealth:
        """Open the breaker, for longer each time. One that is open and pauses stays as it is."""
        if self.pauses(now):
            return self
        old = self.tripped is None or not timedelta(0) <= now - self.tripped < _FORGOTTEN
        trips = 1 if old else self.trips + 1
        return replace(
            self,
            trips=trips,
            widened=0 if old else self.widened,
            by_share=by_share,
            tripped=now,
            why=why[:300],
            since=self.since or now,
            paused_until=pause.next_attempt(trips, now, rng),
            probing_until=None,
        )

    def ended(self, now: datetime, pause: BackOff, rng: random.Random) -> RelayHealth:
        """Judge a pass that has ended: were all whom it tried refused, it was not for each."""
        if self.is_open or self.accepted or self.bad < ALL_OF:
            return self
        why = f"none of {self.bad} mails was accepted"
        return self.opened(why, now, pause, rng)

    def paused(self, domains: dict[str, tuple[str, int, str]]) -> RelayHealth:
        """Note which destinations asked for a pause."""
        return replace(self, domains=domains)

    def pack(self) -> bytes:
        """Return it as the store keeps it: JSON."""
        return json.dumps(asdict(self), default=datetime.isoformat).encode()

    @staticmethod
    def unpack(blob: bytes | None) -> RelayHealth:
        """Read what `pack` wrote; what cannot be read says nothing of the relay."""
        try:
            values = json.loads(blob or b"{}")
            known = {
                each.name: values[each.name] for each in fields(RelayHealth) if each.name in values
            }
            for name in _TIMES:
                if known.get(name):
                    known[name] = datetime.fromisoformat(known[name])
            return RelayHealth(**known)
        except (ValueError, TypeError, AttributeError):
            return RelayHealth()

    def _anew(self, now: datetime) -> RelayHealth:
        """Begin to count anew; failures that no acceptance has ended are one row, however long."""
        if self.row and self.row == self.bad and not self.accepted and self.since:
            return self
        return replace(self, accepted=0, bad=0, row=0, since=now)

    def _took_one(self) -> RelayHealth:
        trips = 0 if self.accepted + 1 >= _WELL else self.trips
        return replace(self, accepted=self.accepted + 1, row=0, trips=trips)

    def _judged(self, said: str, now: datetime, pause: BackOff, rng: random.Random) -> RelayHealth:
        tried = self.accepted + self.bad
        if self.row >= self.bound:
            return self.opened(
                f"{self.row} mails in a row failed, the last with: {said}", now, pause, rng
            )
        if self.accepted and self.bad >= IN_A_ROW and self.bad > self.share * tried:
            why = f"{self.bad} of {tried} mails failed, the last with: {said}"
            return self.opened(why, now, pause, rng, by_share=True)
        return self

    def _probed(
        self, outcomes: list[Outcome], now: datetime, pause: BackOff, rng: random.Random
    ) -> RelayHealth:
        """Judge by a probe; answers to what was under way when the breaker opened say nothing."""
        if self.pauses(now):
            return self
        if any(outcome.state is State.ACCEPTED for outcome in outcomes):
            return replace(
                self,
                paused_until=None,
                probing_until=None,
                since=now,
                heard=now,
                accepted=1,
                bad=0,
                row=0,
                widened=min(3, self.widened + 1) if self.by_share else self.widened,
            )
        failed = [outcome for outcome in outcomes if is_suspect(outcome)]
        return self.opened(failed[-1].text, now, pause, rng) if failed else self


_TIMES = ("size_told", "since", "heard", "paused_until", "tripped", "probing_until")


def is_suspect(outcome: Outcome) -> bool:
    """Return whether an outcome may tell of the relay more than of its recipient."""
    if outcome.state is State.UNCERTAIN:
        return True
    if outcome.code is None or outcome.again:
        return False
    return outcome.code >= 500 and outcome.state in (State.REFUSED, State.DEFERRED)
