"""What a scheduler would send in a span of days. Pure.

It reads the slots of all readers off the calendar, those of one zone, day and hour together: a
hundred thousand readers of unlike rhythms in a second or two. Asking `due` for each reader gives
the same; the tests do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from digest.schedule.due import Rhythm, period_of
from digest.schedule.zones import ONE_DAY, WallClock, Zones


class Sends(NamedTuple):
    """What goes out to the readers of one zone who chose one hour, on one day."""

    at: datetime  # UTC; the first of them
    zone: str
    period: str
    until: datetime  # UTC; the last of them: each reader has a minute of their own
    local: datetime  # `at` in their zone
    readers: int
    note: str  # what the clock did, or ''


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
    """Return what goes out without outages, by zone and hour, in the order of time.

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
