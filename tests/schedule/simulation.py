"""What a scheduler does in a span of days, reader by reader: slow, and the measure for `forecast`.

It asks `due` for each reader, as the tick does, and knows of outages.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from digest.schedule.due import Due, Rhythm, due
from digest.schedule.forecast import clock_note
from digest.schedule.zones import Zones

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sending(Generic[Key]):
    """One issue of a simulation."""

    reader: Key
    at: datetime  # UTC; the tick that found it
    local: datetime  # the same in the reader's zone
    due: Due
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
