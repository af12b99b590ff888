"""The schedule's cases that have names; `world.py` looks on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.schedule.world import Happening, Reader, World

MONDAY = datetime(2026, 3, 2, 0, 1, tzinfo=UTC)


def periods(folder: Path, days: int, *happenings: Happening, **reader: object) -> list[str]:
    """Return the periods of one reader's issues, in a world with papers every day."""
    start = reader.pop("start", MONDAY)
    assert isinstance(start, datetime)
    plain = Reader("UTC", 7, "daily", (0,), start)
    late = timedelta(seconds=31.25)  # a tick never falls on the slot itself
    known = {1: replace(plain, **reader)}  # type: ignore[arg-type]
    world = World(folder, start, known, [*happenings], range(7), late)
    with closing(world.database):
        world.live(days)
        world.check()
        return [period for _, _, period, _ in world.issues(1)]


def on(day: int, hour: int = 12) -> datetime:
    return MONDAY.replace(day=day, hour=hour, minute=0)


def days_of_march(*numbers: int) -> list[str]:
    return [f"2026-03-{number:02}" for number in numbers]


def test_a_quiet_week_brings_an_issue_a_day(tmp_path: Path) -> None:
    assert periods(tmp_path, 5) == days_of_march(2, 3, 4, 5, 6)


def test_moving_west_across_midnight_brings_no_second_issue_for_the_day(tmp_path: Path) -> None:
    # Served for the 4th in Kiritimati, where it is still the 3rd in Pago Pago.
    west = Happening(on(3, 18), "move", zone="Pacific/Pago_Pago")
    found = periods(tmp_path, 5, west, zone="Pacific/Kiritimati")
    assert found == days_of_march(3, 4, 5, 6)


def test_moving_east_takes_up_the_new_days_at_their_hour(tmp_path: Path) -> None:
    # It is the 4th at once, but there is no paper for it; the next edition waits for the 5th, 7:00.
    east = Happening(on(3, 20), "move", zone="Pacific/Auckland")
    found = periods(tmp_path, 5, east, zone="America/Los_Angeles")
    assert found == days_of_march(2, 3, 5, 6, 7)


def test_from_daily_to_weekly_and_back_midway(tmp_path: Path) -> None:
    weekly = Happening(on(4), "cadence", cadence="weekly", weekdays=(4,))
    daily = Happening(on(15), "cadence", cadence="daily")
    assert periods(tmp_path, 16, weekly, daily) == [
        *days_of_march(2, 3, 4), "2026-W10-5", "2026-W11-5", *days_of_march(15, 16, 17)
    ]  # fmt: skip


def test_another_weekday_brings_no_second_weekly_issue_in_a_week(tmp_path: Path) -> None:
    later = Happening(on(3), "cadence", cadence="weekly", weekdays=(3,))
    found = periods(tmp_path, 12, later, cadence="weekly", weekdays=(0,))
    assert found == ["2026-W10-1", "2026-W11-4"]


def test_the_leap_day_has_its_issue(tmp_path: Path) -> None:
    found = periods(tmp_path, 4, start=datetime(2028, 2, 27, 0, 1, tzinfo=UTC))
    assert found == ["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"]


def test_a_clock_set_back_brings_nothing_twice(tmp_path: Path) -> None:
    back = [Happening(on(day, hour), "clock back", amount=30) for day, hour in ((3, 8), (4, 6))]
    assert periods(tmp_path, 5, *back) == days_of_march(2, 3, 4, 5, 6)


def test_three_hours_down_lose_no_period(tmp_path: Path) -> None:
    assert periods(tmp_path, 4, Happening(on(3, 5), "down", amount=3)) == days_of_march(2, 3, 4, 5)


def test_three_weeks_down_bring_one_issue_and_then_the_usual_rhythm(tmp_path: Path) -> None:
    found = periods(tmp_path, 25, Happening(on(3, 5), "down", amount=21 * 24))
    assert found == days_of_march(2, 24, 25, 26)


def test_a_pause_is_kept(tmp_path: Path) -> None:
    found = periods(tmp_path, 8, Happening(on(3), "pause", amount=4))
    assert found == days_of_march(2, 3, 7, 8, 9)


@pytest.mark.parametrize("hours", [26, 49, 73, 10 * 24, 15 * 24, 30 * 24, 400 * 24])
def test_after_one_tick_by_a_clock_that_ran_ahead_mail_comes_with_the_next_slots(
    tmp_path: Path, hours: int
) -> None:
    ahead = Happening(on(4, 12), "clock ahead", amount=hours)
    found = periods(tmp_path, 6, ahead)
    assert found[:3] == days_of_march(2, 3, 4)
    assert found[-2:] == days_of_march(6, 7), "and the days after it as usual"
    assert len(set(found)) == len(found)
    if hours > 48:
        assert "2026-03-05" in found, "the very next slot"
