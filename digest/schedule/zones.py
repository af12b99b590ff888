"""Time zones by name, and what their clocks show. Pure, but for reading tzdata's files.

Working out a moment from a wall clock costs a microsecond or two; a hundred thousand readers share
a few hundred zones and days. So a `WallClock` keeps when the days begin that it has looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)

_MINUTES = [timedelta(minutes=minute) for minute in range(24 * 60)]
_ALMOST_A_DAY = timedelta(hours=20)  # a zone that skips a day moves its clocks by 24 hours


class WallClock:
    """What the clocks of one zone show, and when."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._begins: dict[date, datetime | None] = {}

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return when a wall clock shows a time, in UTC.

        A time in a gap counts by the offset before it, a repeated one is the first (RFC 5545,
        3.3.5).
        """
        begins = self._even_day(day)
        if begins is None:
            return self._moment(day, time(hour, minute))
        return begins + _MINUTES[60 * hour + minute]

    def changes_on(self, day: date) -> bool:
        """Return whether the clocks are changed on a day; a day that is left out counts."""
        return self._even_day(day) is None

    def has(self, day: date) -> bool:
        """Return whether the zone has a day: Samoa had no 30 December 2011."""
        return not self.changes_on(day) or (
            self._moment(day, time()) < self._moment(day + ONE_DAY, time())
        )

    def lacking(self, start: date, end: date) -> Iterator[date]:
        """Yield the days from `start` to before `end` that the zone does not have."""
        if abs(self._offset(end) - self._offset(start)) > _ALMOST_A_DAY:
            days = (start + timedelta(days=n) for n in range((end - start).days))
            yield from (day for day in days if not self.has(day))

    def day_of(self, moment: datetime) -> date:
        """Return the day on the wall; raises ValueError for a moment without time zone."""
        if moment.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {moment}")
        return moment.astimezone(self.zone).date()

    def _even_day(self, day: date) -> datetime | None:
        """Return when a day begins on which no clock is changed, in UTC; None for other days.

        No zone changes its clocks forth and back within one day.
        """
        try:
            return self._begins[day]
        except KeyError:
            offsets = {self._offset(each, fold) for each in (day, day + ONE_DAY) for fold in (0, 1)}
            found = self._moment(day, time()) if len(offsets) == 1 else None
            self._begins[day] = found
            return found

    def _moment(self, day: date, at: time) -> datetime:
        # fold=0 is RFC 5545's rule for both: the offset before a gap, the first of a repeated time.
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _offset(self, day: date, fold: int = 0) -> timedelta:
        return datetime.combine(day, time(fold=fold), self.zone).utcoffset() or timedelta(0)


class Zones:
    """Time zones by name, read anew: make one per tick, and an update of tzdata is picked up.

    `zoneinfo.ZoneInfo` keeps what it read for as long as the process runs; `no_cache` does not.
    A name that is unknown (a typing error, a zone that a newer tzdata dropped) gives the fallback
    and is listed in `unknown`; its readers get their mail at a wrong hour rather than never.
    """

    def __init__(self, fallback: str = "UTC") -> None:
        self.unknown: dict[str, str] = {}  # name → why, for a warning to the operator
        self._known: dict[str, WallClock] = {}
        self._fallback = fallback

    def __getitem__(self, name: str) -> tzinfo:
        return self.clock(name).zone

    def clock(self, name: str) -> WallClock:
        """Return the clock of a zone."""
        clock = self._known.get(name)
        if clock is None:
            clock = self._known[name] = self._read(name)
        return clock

    def _read(self, name: str) -> WallClock:
        try:
            return WallClock(ZoneInfo.no_cache(name))
        except (KeyError, ValueError, OSError) as error:  # OSError: a folder, such as 'America'
            if name == self._fallback:
                return WallClock(UTC)
            self.unknown[name] = f"unknown time zone {name!r}, using {self._fallback}: {error}"
            return self.clock(self._fallback)
