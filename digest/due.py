"""When a reader's issue is due: once per period, whatever the clocks do.

Pure: the moment is an argument. A reader's rhythm gives *slots*: one local day and time each. The
local day names the period, so that

- a time that a clock change skips is made up after the gap, one that comes twice counts once
  (RFC 5545, 3.3.5: the offset before the gap; the first of two);
- a reader who moves west across midnight has had that day already, one who moves east gets the
  new day's issue at once if its time is past;
- after an outage the newest open slot is due, alone: an issue offers everything new since the
  last one, so the slots before it have nothing left to offer;
- a clock that is set back finds the period served.

What is stored per reader is `last_period` and `next_due_at`; see docs/time.md.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

Cadence = Literal["daily", "weekdays", "days", "weekly"]

ONE_DAY = timedelta(days=1)

# A last period further ahead than this was written while the clock was wrong. Less than this may
# be a clock set back, and the periods since then must not be served again.
FUTURE_LIMIT = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When one reader wants mail, in their own time.

    Raises:
        ValueError: an hour, minute or weekday that does not exist, or no weekday where one is
            needed.
    """

    zone: str  # IANA name; an unknown one counts as the fallback of `Zones`
    hour: int  # 0 to 23
    minute: int = 0  # see `stagger_minute`
    cadence: Cadence = "daily"
    weekdays: tuple[int, ...] = ()  # Monday is 0; for 'days' (any) and 'weekly' (the first counts)

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.minute <= 59):
            raise ValueError(f"there is no time {self.hour}:{self.minute:02}")
        if self.cadence in ("days", "weekly") and not self.weekdays:
            raise ValueError(f"cadence '{self.cadence}' needs a weekday")
        if not all(0 <= weekday <= 6 for weekday in self.weekdays):
            raise ValueError(f"weekdays are 0 (Monday) to 6: {self.weekdays}")

    def wants(self, day: date) -> bool:
        """Tell whether there is a slot on a day of the calendar."""
        weekday = day.weekday()
        match self.cadence:
            case "daily":
                return True
            case "weekdays":
                return weekday < 5
            case "days":
                return weekday in self.weekdays
            case "weekly":
                return weekday == self.weekdays[0]


@dataclass(frozen=True, slots=True)
class Due:
    """An issue is due now. Store `period` and `next_at` together with the issue."""

    period: str  # '2026-03-29', or '2026-W13-7' for a weekly rhythm; unique per reader
    day: date  # the local day of the slot
    at: datetime  # when it was due, UTC; not after now
    next_at: datetime  # when to look at this reader again, UTC; after now
    missed: int  # earlier slots that nobody served, now folded into this issue
    stale: bool  # nobody looked for longer than `catch_up`: pick the best of what was missed


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nothing is due. Store `next_at`."""

    next_at: datetime  # when to look at this reader again, UTC; after now


class Zones:
    """Time zones by name, read anew: make one per tick, and an update of tzdata is picked up.

    `zoneinfo.ZoneInfo` keeps what it read for as long as the process runs; `no_cache` does not.
    A name that is unknown (a typing error, a zone that a newer tzdata dropped) gives the fallback
    and is listed in `unknown`; its readers get their mail at a wrong hour rather than never.
    """

    def __init__(self, fallback: str = "UTC") -> None:
        self.unknown: dict[str, str] = {}  # name → why, for a warning to the operator
        self._known: dict[str, tzinfo] = {}
        self._fallback = fallback

    def __getitem__(self, name: str) -> tzinfo:
        zone = self._known.get(name)
        if zone is None:
            zone = self._known[name] = self._read(name)
        return zone

    def _read(self, name: str) -> tzinfo:
        try:
            return ZoneInfo.no_cache(name)
        except (KeyError, ValueError, OSError) as error:  # OSError: a folder, such as 'America'
            if name == self._fallback:
                return UTC
            self.unknown[name] = f"unknown time zone {name!r}, using {self._fallback}: {error}"
            return self[self._fallback]


def due(
    rhythm: Rhythm,
    *,
    now: datetime,
    last_period: str | None,
    since: datetime,
    zones: Zones,
    paused_until: date | None = None,
    catch_up: timedelta = ONE_DAY,
) -> Due | NotYet:
    """Decide whether a reader's issue is due at a moment, and when to ask next.

    Args:
        now: Aware.
        last_period: `Due.period` of their last issue, None before the first.
        since: When they confirmed, aware; slots before it do not count.
        paused_until: The first local day with mail again.
        catch_up: An issue later than this is stale.

    Raises:
        ValueError: a moment without time zone, or a `last_period` that is none.
    """
    zone = zones[rhythm.zone]
    today = _local_day(now, zone)
    had = date.fromisoformat(last_period) if last_period else None
    if had and had - today > FUTURE_LIMIT:
        had, last_period, since = None, None, now
    since = min(since, now)
    start = max(
        had + ONE_DAY if had else date.min,
        _local_day(since, zone) - ONE_DAY,
        paused_until or date.min,
    )
    slots = _slots(rhythm, zone, start, week_served=_week(last_period, rhythm))
    first = next(slot for slot in slots if slot[1] >= since)
    if first[1] > now:
        return NotYet(first[1])
    missed, (day, at) = 0, first
    following = next(slots)
    while following[1] <= now:
        missed, (day, at) = missed + 1, following
        following = next(slots)
    return Due(period_of(rhythm, day), day, at, following[1], missed, now - first[1] > catch_up)


def next_due(rhythm: Rhythm, after: datetime, zones: Zones) -> datetime:
    """Return the first slot after a moment, in UTC, for a reader who had every earlier one."""
    zone = zones[rhythm.zone]
    slots = _slots(rhythm, zone, _local_day(after, zone) - ONE_DAY)
    return next(at for _, at in slots if at > after)


def period_of(rhythm: Rhythm, day: date) -> str:
    """Return the period that a slot serves: its local day, or its day of the ISO week.

    Both are ISO 8601 dates, so `date.fromisoformat` reads the day back from either.
    """
    if rhythm.cadence != "weekly":
        return day.isoformat()
    year, week, weekday = day.isocalendar()
    return f"{year:04}-W{week:02}-{weekday}"


def stagger_minute(reader: int, first: int = 2, last: int = 58) -> int:
    """Return a reader's minute of the hour, the same for ever, spread evenly over first..last.

    Everybody else's mail leaves at the top of the hour; ours does not.
    """
    digest = hashlib.blake2b(str(reader).encode(), digest_size=8).digest()
    return first + int.from_bytes(digest, "big") % (last - first + 1)


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
            local = now.astimezone(zones[rhythm.zone])
            yield Sending(reader, now, local, found, _note(rhythm, found, now, zones))


def _up_again(at: datetime, outages: Sequence[tuple[datetime, datetime]]) -> datetime:
    for begin, finish in sorted(outages):
        if begin <= at < finish:
            at = finish
    return at


def _note(rhythm: Rhythm, found: Due, now: datetime, zones: Zones) -> str:
    if now > found.at:
        return f"late, with {found.missed} missed" if found.missed else "late"
    wanted = datetime.combine(found.day, time(rhythm.hour, rhythm.minute))
    local = found.at.astimezone(zones[rhythm.zone])
    if local.replace(tzinfo=None, fold=0) != wanted:
        return f"{wanted:%H:%M} does not exist on this day"
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        return f"{wanted:%H:%M} comes twice on this day; this is the first"
    return ""


def _slots(
    rhythm: Rhythm, zone: tzinfo, start: date, *, week_served: tuple[int, int] | None = None
) -> Iterator[tuple[date, datetime]]:
    """Yield the slots from a day on: their local day and their moment in UTC."""
    day = start
    while True:
        if (
            rhythm.wants(day)
            and day.isocalendar()[:2] != week_served
            and _exists(rhythm, day, zone)
        ):
            yield day, _moment(day, time(rhythm.hour, rhythm.minute), zone)
        day += ONE_DAY


def _exists(rhythm: Rhythm, day: date, zone: tzinfo) -> bool:
    """Tell whether a zone has a day: Samoa had no 30 December 2011.

    A weekly issue of such a day is made up on the next; a daily one is not, that day has its own.
    """
    if rhythm.cadence == "weekly":
        return True
    return _moment(day, time(0), zone) < _moment(day + ONE_DAY, time(0), zone)


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    # fold=0 is RFC 5545's rule for both: the offset before a gap, the first of a repeated time.
    return datetime.combine(day, at, zone).astimezone(UTC)


def _local_day(moment: datetime, zone: tzinfo) -> date:
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs its time zone: {moment}")
    return moment.astimezone(zone).date()


def _week(period: str | None, rhythm: Rhythm) -> tuple[int, int] | None:
    """Return the ISO week that a weekly issue served, while the rhythm is still weekly.

    So a new weekday does not bring a second issue in one week; after a change from daily to
    weekly the first weekly issue comes in the same week.
    """
    if period is None or "W" not in period or rhythm.cadence != "weekly":
        return None
    return date.fromisoformat(period).isocalendar()[:2]
