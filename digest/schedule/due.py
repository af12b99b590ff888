"""When a reader's issue is due: once per period, whatever the clocks do.

Pure: the moment is an argument. A reader's rhythm gives *slots*: one local day and time each. The
local day names the period, so that

- a time that a clock change skips is made up after the gap, one that comes twice counts once
  (RFC 5545, 3.3.5: the offset before the gap; the first of two);
- a reader who moves west across midnight has had that day already, one who moves east gets the
  new day's issue at once if its time is past;
- after an outage the newest open slot is due, alone: an issue offers everything new since the
  last one, so the slots before it have nothing left to offer;
- a clock that is set back finds the period served;
- after a clock that ran ahead the last period lies in the future, and says nothing: the periods
  that were really served decide, so that the next slot brings mail again.

What is stored per reader is `last_period` and `next_due_at`; see docs/time.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from digest.schedule.zones import ONE_DAY, WallClock, Zones

Cadence = Literal["daily", "weekdays", "days", "weekly"]

# Who moves west across midnight has had tomorrow's issue. A period further ahead was written while
# a clock was wrong: either then or now.
_WEST = ONE_DAY
_ROUND = timedelta(days=15)  # within it every rhythm has a slot, though a zone may skip a day

_WEEKDAYS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5))}


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

    @property
    def wanted(self) -> frozenset[int]:
        """The weekdays that have a slot; Monday is 0."""
        return _WEEKDAYS.get(self.cadence) or frozenset(
            self.weekdays[:1] if self.cadence == "weekly" else self.weekdays
        )

    def wants(self, day: date) -> bool:
        """Return whether there is a slot on a day of the calendar."""
        return day.weekday() in self.wanted


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


def due(
    rhythm: Rhythm,
    *,
    now: datetime,
    last_period: str | None,
    since: datetime,
    zones: Zones,
    paused_until: date | None = None,
    catch_up: timedelta = ONE_DAY,
    served: Collection[str] = (),
) -> Due | NotYet:
    """Decide whether a reader's issue is due at a moment, and when to ask next.

    Args:
        now: Aware.
        last_period: `Due.period` of their last issue, None before the first.
        since: When they confirmed, aware; slots before it do not count.
        paused_until: The first local day with mail again.
        catch_up: An issue later than this is stale.
        served: Every period that had an issue; asked only when `is_ahead` says so.

    Raises:
        ValueError: a moment without time zone, or a `last_period` that is none.
    """
    clock = zones.clock(rhythm.zone)
    today = clock.day_of(now)
    had = date.fromisoformat(last_period) if last_period else None
    since = min(since, now)
    if had and had - today > _WEST:
        start = max(today - _ROUND, clock.day_of(since) - ONE_DAY, paused_until or date.min)
        slots = (slot for slot in _slots(rhythm, clock, start) if slot[1] >= since)
        return _beside_the_future(slots, rhythm, now, served)
    start = max(
        _day_after(had, last_period, rhythm) if had and last_period else date.min,
        clock.day_of(since) - ONE_DAY,
        paused_until or date.min,
    )
    day, at = first = next(slot for slot in _slots(rhythm, clock, start) if slot[1] >= since)
    if at > now:
        return NotYet(at)
    if today > day:
        day, at = _newest(rhythm, clock, first, today, now)
    following = next(moment for _, moment in _slots(rhythm, clock, day + ONE_DAY) if moment > now)
    return Due(
        period=period_of(day, weekly=rhythm.cadence == "weekly"),
        day=day,
        at=at,
        next_at=following,
        missed=_count(rhythm, clock, first[0], day),
        stale=now - first[1] > catch_up,
    )


def is_ahead(rhythm: Rhythm, now: datetime, last_period: str | None, zones: Zones) -> bool:
    """Return whether a last period is so far ahead that some clock was wrong."""
    today = zones.clock(rhythm.zone).day_of(now)
    return last_period is not None and date.fromisoformat(last_period) - today > _WEST


def period_of(day: date, *, weekly: bool) -> str:
    """Return the period that a slot serves: its local day, or its day of the ISO week.

    Both are ISO 8601 dates, so `date.fromisoformat` reads the day back from either.
    """
    if not weekly:
        return day.isoformat()
    year, week, weekday = day.isocalendar()
    return f"{year:04}-W{week:02}-{weekday}"


def stagger_minute(reader: int, first: int = 2, last: int = 58) -> int:
    """Return a reader's minute of the hour, the same for ever, spread evenly over first..last.

    Everybody else's mail leaves at the top of the hour; ours does not.
    """
    digest = hashlib.blake2b(str(reader).encode(), digest_size=8).digest()
    return first + int.from_bytes(digest, "big") % (last - first + 1)


def has_slot(rhythm: Rhythm, clock: WallClock, day: date) -> bool:
    """Return whether a rhythm has a slot on a day of a zone.

    A weekly issue of a day that the zone does not have is made up on the next; a daily one is not,
    that day has its own.
    """
    return rhythm.wants(day) and (rhythm.cadence == "weekly" or clock.has(day))


def _slots(rhythm: Rhythm, clock: WallClock, start: date) -> Iterator[tuple[date, datetime]]:
    """Yield the slots from a day on: their local day and their moment in UTC."""
    day = start
    while True:
        if has_slot(rhythm, clock, day):
            yield day, clock.moment(day, rhythm.hour, rhythm.minute)
        day += ONE_DAY


def _beside_the_future(
    slots: Iterator[tuple[date, datetime]], rhythm: Rhythm, now: datetime, served: Collection[str]
) -> Due | NotYet:
    """Decide by what was really served: the newest slot is due if nothing was for its period."""
    days = {date.fromisoformat(period) for period in served}
    weeks = {day.isocalendar()[:2] for day in days}
    weekly = rhythm.cadence == "weekly"

    def is_open(day: date) -> bool:
        return day.isocalendar()[:2] not in weeks if weekly else day not in days

    newest = None
    for slot in slots:
        if slot[1] <= now:
            newest = slot
        elif newest and is_open(newest[0]):
            day, at = newest
            return Due(period_of(day, weekly=weekly), day, at, slot[1], missed=0, stale=False)
        elif is_open(slot[0]):
            return NotYet(slot[1])
    raise AssertionError("a rhythm has no end")  # for the type checker: slots go on for ever


def _newest(
    rhythm: Rhythm, clock: WallClock, first: tuple[date, datetime], today: date, now: datetime
) -> tuple[date, datetime]:
    """Return the newest slot whose moment has come, at least the first."""
    day = today + ONE_DAY
    while day > first[0]:
        if has_slot(rhythm, clock, day):
            at = clock.moment(day, rhythm.hour, rhythm.minute)
            if at <= now:
                return day, at
        day -= ONE_DAY
    return first


def _count(rhythm: Rhythm, clock: WallClock, start: date, end: date) -> int:
    """Count the slots from a day to before another, without a look at each."""
    wanted = rhythm.wanted
    weeks, rest = divmod((end - start).days, 7)
    some = sum((start.weekday() + n) % 7 in wanted for n in range(rest))
    lacking = () if rhythm.cadence == "weekly" else clock.lacking(start, end)
    return weeks * len(wanted) + some - sum(day.weekday() in wanted for day in lacking)


def _day_after(had: date, period: str, rhythm: Rhythm) -> date:
    """Return the first day that may bring the next issue.

    While the rhythm is weekly, a week that was served brings no second issue under a new weekday;
    after a change from daily to weekly the first weekly issue comes in the same week.
    """
    if "W" in period and rhythm.cadence == "weekly":
        return had + timedelta(days=7 - had.weekday())
    return had + ONE_DAY
