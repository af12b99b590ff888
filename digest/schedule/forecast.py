"""What a scheduler would send in a span of days. Pure.

Two ways to the same answer. `simulate` asks `due` for each reader, as the tick does, and knows of
outages. `forecast` reads the slots of all readers off the calendar, those of one zone, day and
hour together: a hundred thousand readers of unlike rhythms in a second or two.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from digest.schedule.due import Due, Rhythm, due, period_of
from digest.schedule.zones import ONE_DAY, WallClock, Zones

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sending(Generic[Key]):
    """One issue of a simulation."""

    reader: Key
    at: datetime  # UTC; the tick that found it
    local: datetime  # the same in the reader's zone
    due: Due
    note: str  # what the clock did, or ''


class Sends(NamedTuple):
    """What goes out to the readers of one zone who chose one hour, on one day."""

    at: datetime  # UTC; the first of them
    zone: str
    period: str
    until: datetime  # UTC; the last of them: each reader has a minute of their own
    local: datetime  # `at` in their zone
    readers: int
    note: str  # what the clock did, or ''


def simulate(
    population: Iterable[tuple[Key, Rhythm]],
    start: datetime,
    end: datetime,
    *,
    outages: Sequence[tuple[datetime, datetime]] = (),
    zones: Zones | None = None,
) -> Iterator[Sending[Key]]:
    """Yield what a scheduler would send from `start` to before `end`, in the order of time.

    A key may stand for one reader or for all readers of one rhythm. During an outage (from, to)
    nothing runs; what it delayed goes out when it ends.
    """
    zones = zones or Zones()
    readers = list(population)
    last: list[str | None] = [None] * len(readers)
    looks = [(start, number) for number in range(len(readers))]
    heapq.heapify(looks)
    while looks:
        at, number = heapq.heappop(looks)
        now = _up_again(at, outages)
        if now >= end:
            continue
        if now > at:  # others may come before the outage ends
            heapq.heappush(looks, (now, number))
            continue
        reader, rhythm = readers[number]
        found = due(rhythm, now=now, last_period=last[number], since=start, zones=zones)
        heapq.heappush(looks, (found.next_at, number))
        if isinstance(found, Due):
            last[number] = found.period
            clock = zones.clock(rhythm.zone)
            note = _late(found, now) or clock_note(
                clock, found.day, rhythm.hour, rhythm.minute, found.at
            )
            yield Sending(reader, now, now.astimezone(clock.zone), found, note)


def _up_again(at: datetime, outages: Sequence[tuple[datetime, datetime]]) -> datetime:
    for begin, finish in sorted(outages):
        if begin <= at < finish:
            at = finish
    return at


def _late(found: Due, now: datetime) -> str:
    if now <= found.at:
        return ""
    return f"late, with {found.missed} missed" if found.missed else "late"


def clock_note(clock: WallClock, day: date, hour: int, minute: int, at: datetime) -> str:
    """Say what a zone's clocks did to a slot, '' when nothing."""
    wanted = datetime.combine(day, time(hour, minute))
    local = at.astimezone(clock.zone)
    if local.replace(tzinfo=None, fold=0) != wanted:
        return f"{wanted:%H:%M} does not exist on this day"
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        return f"{wanted:%H:%M} comes twice on this day; this is the first"
    return ""


def forecast(
    population: Mapping[Rhythm, int], start: datetime, end: datetime, zones: Zones
) -> list[Sends]:
    """Return what `simulate` without outages would send, by zone and hour, in the order of time.

    population: each rhythm with the number of its readers.
    """
    hours: defaultdict[_Hour, dict[int, list[int]]] = defaultdict(dict)
    for rhythm, readers in population.items():
        weekly = rhythm.cadence == "weekly"
        minutes = hours[_Hour(rhythm.zone, rhythm.hour, weekly)]
        week = minutes.setdefault(rhythm.minute, [0] * 7)
        for weekday in rhythm.wanted:
            week[weekday] += readers
    found = [
        sends
        for hour, minutes in hours.items()
        for sends in _of_hour(hour, minutes, start, end, zones.clock(hour.zone))
    ]
    return sorted(found)


@lru_cache(maxsize=4096)
def _period(day: date, weekly: bool) -> str:
    return period_of(day, weekly=weekly)


class _Hour(NamedTuple):
    zone: str
    hour: int
    weekly: bool


def _of_hour(
    hour: _Hour,
    minutes: Mapping[int, Sequence[int]],  # minute → readers, from Monday on
    start: datetime,
    end: datetime,
    clock: WallClock,
) -> Iterator[Sends]:
    """Yield the sends to the readers of one zone and hour."""
    crowds = [
        [(minute, week[weekday]) for minute, week in sorted(minutes.items()) if week[weekday]]
        for weekday in range(7)
    ]
    readers = [sum(count for _, count in crowd) for crowd in crowds]
    day, last = clock.day_of(start) - 2 * ONE_DAY, clock.day_of(end)
    while day <= last:
        if crowd := crowds[day.weekday()]:
            at = clock.moment(day, hour.hour, crowd[0][0])
            until = clock.moment(day, hour.hour, crowd[-1][0])
            if clock.changes_on(day) or not start <= at <= until < end:
                yield from _of_odd_day(hour, day, crowd, start, end, clock)
            else:
                local = datetime.combine(day, time(hour.hour, crowd[0][0]), clock.zone)
                period = _period(day, hour.weekly)
                yield Sends(at, hour.zone, period, until, local, readers[day.weekday()], "")
        day += ONE_DAY


def _of_odd_day(
    hour: _Hour,
    day: date,
    crowd: Sequence[tuple[int, int]],  # (minute, readers)
    start: datetime,
    end: datetime,
    clock: WallClock,
) -> Iterator[Sends]:
    """Yield the sends of a day that is partly outside, or on which the clocks are changed."""
    if not (hour.weekly or clock.has(day)):
        return
    alike: defaultdict[str, list[tuple[datetime, int, str]]] = defaultdict(list)
    for minute, readers in crowd:
        at = clock.moment(day, hour.hour, minute)
        if start <= at < end:
            note = clock_note(clock, day, hour.hour, minute, at)
            alike[note[5:]].append((at, readers, note))  # whatever its minute
    for same in alike.values():
        at, _, note = same[0]
        yield Sends(
            at=at,
            zone=hour.zone,
            period=period_of(day, weekly=hour.weekly),
            until=same[-1][0],
            local=at.astimezone(clock.zone),
            readers=sum(readers for _, readers, _ in same),
            note=note,
        )
