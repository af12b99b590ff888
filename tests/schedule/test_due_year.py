"""A year of a reference store: nobody misses a period or gets two, no paper is lost or repeated.

The store does what docs/time.md asks of the real one: a tick selects `next_due_at <= now`, a
change of preferences empties `next_due_at`, (reader, period) is unique.
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from digest.schedule.due import Due, Rhythm, due, stagger_minute
from digest.schedule.zones import Zones
from tests.schedule.simulation import simulate

EVERY_ZONE = sorted(available_timezones() - {"localtime"})
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def any_rhythm(rng: random.Random, zone: str, reader: int) -> Rhythm:
    return Rhythm(
        zone,
        rng.randrange(24),
        stagger_minute(reader),
        rng.choice(["daily", "daily", "weekdays", "days", "weekly"]),
        tuple(rng.sample(range(7), rng.randint(1, 4))),
    )


def test_a_quiet_year_serves_every_day_of_every_zone_once_at_its_hour() -> None:
    rng = random.Random(2028)
    start, end = datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    population = {zone: any_rhythm(rng, zone, n) for n, zone in enumerate(EVERY_ZONE)}
    days = defaultdict(list)
    for sending in simulate(population.items(), start, end):
        days[sending.reader].append(sending.due.day)
        assert keeps_its_hour(sending.local, population[sending.reader])
    for zone, rhythm in population.items():
        edges = timedelta(days=3 if rhythm.cadence == "daily" else 9)
        assert days[zone][0] < start.date() + edges
        assert days[zone][-1] > end.date() - edges
        assert days[zone] == calendar(rhythm, days[zone][0], days[zone][-1]), zone


def calendar(rhythm: Rhythm, first: date, last: date) -> list[date]:
    """Count the wanted days off on a wall calendar (2028 skips no day anywhere)."""
    wanted = {
        "daily": range(7),
        "weekdays": range(5),
        "days": rhythm.weekdays,
        "weekly": rhythm.weekdays[:1],
    }[rhythm.cadence]
    every = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in every if day.weekday() in wanted]


def keeps_its_hour(local: datetime, rhythm: Rhythm) -> bool:
    if (local.hour, local.minute) == (rhythm.hour, rhythm.minute):
        return True
    wanted = local.replace(hour=rhythm.hour, minute=rhythm.minute, fold=0)
    return wanted.astimezone(UTC).astimezone(local.tzinfo) != wanted  # it does not exist


@dataclass
class Reader:
    rhythm: Rhythm
    confirmed_at: datetime
    last_period: str | None = None
    next_due_at: datetime | None = None  # None: to be worked out at the next tick
    last_paper: int = 0  # the real store keeps the last edition
    issues: list[tuple[Due, datetime, range]] = field(default_factory=list)


class Store:
    """Readers, and the papers that came in so far: 1, 2, … one an hour."""

    def __init__(self, readers: list[Reader]) -> None:
        self.readers = readers
        self.issued: set[tuple[int, str]] = set()
        self.papers = 0
        self._looks: list[tuple[datetime, int]] = []
        for number in range(len(readers)):
            self.changed(number)

    def changed(self, number: int) -> None:
        self.readers[number].next_due_at = None
        heapq.heappush(self._looks, (datetime.min.replace(tzinfo=UTC), number))

    def next_look(self) -> datetime:
        return self._looks[0][0]

    def tick(self, now: datetime) -> None:
        """Do what the SQL does: an index range, one decision per row, one transaction each."""
        zones = Zones()
        while self._looks and self._looks[0][0] <= now:
            at, number = heapq.heappop(self._looks)
            reader = self.readers[number]
            if reader.next_due_at is not None and reader.next_due_at != at:
                continue  # an index entry that a change made obsolete
            self._look_at(number, reader, now, zones)
        assert not zones.unknown

    def _look_at(self, number: int, reader: Reader, now: datetime, zones: Zones) -> None:
        found = due(
            reader.rhythm,
            now=now,
            last_period=reader.last_period,
            since=reader.confirmed_at,
            zones=zones,
        )
        if isinstance(found, Due):
            assert (number, found.period) not in self.issued, "two issues for one period"
            self.issued.add((number, found.period))
            offered = range(reader.last_paper + 1, self.papers + 1)
            reader.issues.append((found, now, offered))
            reader.last_period, reader.last_paper = found.period, self.papers
        reader.next_due_at = found.next_at
        heapq.heappush(self._looks, (found.next_at, number))


class World:
    """Real time, a scheduler that is sometimes down, and a clock that is sometimes set back."""

    def __init__(self, seed: int, readers: int) -> None:
        self.rng = random.Random(seed)
        year = self.rng.choice([2024, 2025, 2026])
        self.start = datetime(year, 1, 1, 0, 1, tzinfo=UTC)
        self.end = self.start + 366 * DAY
        zones = self.rng.sample(EVERY_ZONE, readers)
        self.store = Store(
            [
                Reader(any_rhythm(self.rng, zone, number), self.start)
                for number, zone in enumerate(zones)
            ]
        )
        self.outages = [self._outage() for _ in range(20)]
        self.moves = sorted(
            (self._moment(), self.rng.randrange(readers)) for _ in range(4 * readers)
        )
        self.checks = sorted(self._moment() for _ in range(150))
        self.moved: dict[int, list[datetime]] = defaultdict(list)

    def _moment(self) -> datetime:
        return self.start + MINUTE * self.rng.randrange(int((self.end - self.start) / MINUTE))

    def _outage(self) -> tuple[datetime, datetime]:
        begin = self._moment()
        longest = self.rng.choice([HOUR, 3 * HOUR, 2 * DAY, 21 * DAY])
        return begin, begin + longest * self.rng.random()

    def is_down(self, now: datetime) -> bool:
        return any(begin <= now < finish for begin, finish in self.outages)

    def run(self) -> None:
        now, latest = self.start, self.start
        while now < self.end:
            latest = max(latest, now)
            self.store.papers = (latest - self.start) // HOUR
            while self.moves and self.moves[0][0] <= now:
                self._move(*self.moves.pop(0))
            if not self.is_down(now):
                self.store.tick(now)
                while self.checks and self.checks[0] <= now:
                    self.checks.pop(0)
                    self._nobody_is_owed(now)
            now = self._next_moment(now)

    def _next_moment(self, now: datetime) -> datetime:
        if self.rng.random() < 0.002:
            return now - HOUR * self.rng.choice([1, 3, 24, 100])
        wakes = [self.store.next_look(), self.moves[0][0] if self.moves else self.end]
        whole_minute = min(wakes).replace(second=0, microsecond=0)
        ends = [finish for begin, finish in self.outages if begin <= now < finish]
        return max(now + MINUTE, whole_minute, *ends)

    def _move(self, at: datetime, number: int) -> None:
        """Give a reader another zone, and sometimes another rhythm."""
        reader = self.store.readers[number]
        zone = self.rng.choice(EVERY_ZONE)
        old = reader.rhythm
        reader.rhythm = (
            Rhythm(zone, old.hour, old.minute, old.cadence, old.weekdays)
            if self.rng.random() < 0.7
            else any_rhythm(self.rng, zone, number)
        )
        self.moved[number].append(at)
        self.store.changed(number)

    def _nobody_is_owed(self, now: datetime) -> None:
        """Look at every reader's wall clock and calendar: is there a wanted day not served?"""
        for reader in self.store.readers:
            rhythm = reader.rhythm
            # Three hours of grace: a gap makes a slot later.
            local = (now - 3 * HOUR).astimezone(ZoneInfo(rhythm.zone))
            day = local.date()
            if (local.hour, local.minute) < (rhythm.hour, rhythm.minute):
                day -= DAY
            had = date.fromisoformat(reader.last_period) if reader.last_period else None
            first = had + DAY if had else self.start.date() + 2 * DAY
            for owed in calendar(rhythm, first, day):
                served_this_week = (
                    rhythm.cadence == "weekly"
                    and had is not None
                    and "W" in (reader.last_period or "")
                    and had.isocalendar()[:2] == owed.isocalendar()[:2]
                )
                assert served_this_week, f"{rhythm} had {reader.last_period}, owed {owed} at {now}"


@pytest.mark.parametrize("seed", range(3))
def test_a_troubled_year_neither_skips_nor_repeats_a_period_or_a_paper(seed: int) -> None:
    world = World(seed, readers=100)
    world.run()
    for number, reader in enumerate(world.store.readers):
        days = [found.day for found, _, _ in reader.issues]
        assert all(one < other for one, other in pairwise(days)), "periods go forward"
        weeks = [found.period[:8] for found, _, _ in reader.issues if "W" in found.period]
        if not world.moved[number]:
            assert len(weeks) == len(set(weeks))
        offered = [paper for _, _, papers in reader.issues for paper in papers]
        assert offered == list(range(1, reader.last_paper + 1)), "each paper once, in order"
    assert sum(len(reader.issues) for reader in world.store.readers) > 100 * 100
