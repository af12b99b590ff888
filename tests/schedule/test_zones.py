"""A wall clock answers as the time zone itself does, only sooner."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest

from digest.schedule.zones import WallClock, Zones

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
TIMES = [(0, 0), (0, 30), (1, 59), (2, 15), (2, 45), (3, 0), (12, 0), (23, 31)]


def test_the_moments_of_every_zone_and_day_are_those_of_its_rules() -> None:
    zones = Zones()
    for name in sorted(available_timezones() - {"localtime"})[::3]:
        clock = zones.clock(name)
        for day in YEAR[::2]:
            for hour, minute in TIMES:
                plain = datetime.combine(day, time(hour, minute), clock.zone).astimezone(UTC)
                assert clock.moment(day, hour, minute) == plain, (name, day, hour, minute)


@pytest.mark.parametrize(
    ("zone", "day", "changes", "exists"),
    [
        ("Pacific/Apia", date(2011, 12, 30), True, False),
        ("Pacific/Apia", date(2011, 12, 31), False, True),
        ("Africa/Cairo", date(2026, 4, 24), True, True),
        ("Africa/Cairo", date(2026, 4, 25), False, True),
        ("Europe/Berlin", date(2026, 10, 25), True, True),
    ],
)
def test_a_clock_knows_its_odd_days(zone: str, day: date, changes: bool, exists: bool) -> None:
    clock = Zones().clock(zone)
    assert (clock.changes_on(day), clock.has(day)) == (changes, exists)


def test_the_days_that_a_zone_lacks_are_found_in_years() -> None:
    def lacking(zone: str) -> list[date]:
        return list(Zones().clock(zone).lacking(date(2009, 1, 1), date(2026, 1, 1)))

    assert lacking("Pacific/Apia") == [date(2011, 12, 30)]
    assert lacking("Europe/Berlin") == []


def test_a_moment_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        WallClock(UTC).day_of(datetime(2026, 1, 1))
