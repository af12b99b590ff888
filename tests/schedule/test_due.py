"""An issue is due once per period, whatever the clocks do: the cases one can name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.schedule.due import Due, NotYet, Rhythm, due, period_of, stagger_minute
from digest.schedule.zones import Zones
from tests.schedule.simulation import simulate

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MONDAY, FRIDAY = 0, 4


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ask(
    rhythm: Rhythm, now: str, last: str | None, *, since: datetime = LONG_AGO, **more: object
) -> Due | NotYet:
    return due(rhythm, now=utc(now), last_period=last, since=since, zones=Zones(), **more)  # type: ignore[arg-type]


def periods(rhythm: Rhythm, start: str, end: str) -> list[tuple[str, str]]:
    found = simulate([("a", rhythm)], utc(start), utc(end))
    return [(sending.due.period, sending.local.strftime("%d %H:%M")) for sending in found]


def test_a_daily_issue_is_due_at_its_hour_and_then_tomorrow() -> None:
    berlin = Rhythm("Europe/Berlin", 7)
    assert ask(berlin, "2026-03-10 05:59", "2026-03-09") == NotYet(utc("2026-03-10 06:00"))
    found = ask(berlin, "2026-03-10 06:00", "2026-03-09")
    assert isinstance(found, Due)
    assert (found.period, found.missed, found.stale) == ("2026-03-10", 0, False)
    assert found.next_at == utc("2026-03-11 06:00")
    assert ask(berlin, "2026-03-10 06:00", found.period) == NotYet(found.next_at)


def test_a_time_that_a_clock_change_skips_is_made_up_after_the_gap() -> None:
    assert periods(Rhythm("Europe/Berlin", 2, 30), "2026-03-28", "2026-03-31") == [
        ("2026-03-28", "28 02:30"),
        ("2026-03-29", "29 03:30"),
        ("2026-03-30", "30 02:30"),
    ]


def test_a_time_that_comes_twice_counts_once() -> None:
    assert periods(Rhythm("Europe/Berlin", 2, 30), "2026-10-24", "2026-10-27") == [
        ("2026-10-24", "24 02:30"),
        ("2026-10-25", "25 02:30"),
        ("2026-10-26", "26 02:30"),
    ]


def test_midnight_that_does_not_exist_still_has_its_day() -> None:
    found = periods(Rhythm("Africa/Cairo", 0), "2026-04-23 12:00", "2026-04-25 12:00")
    assert found == [("2026-04-24", "24 01:00"), ("2026-04-25", "25 00:00")]


def test_a_day_that_a_zone_never_had_brings_no_daily_issue_but_the_weekly_one() -> None:
    daily, weekly = Rhythm("Pacific/Apia", 7), Rhythm("Pacific/Apia", 7, 0, "weekly", (FRIDAY,))
    assert [day for day, _ in periods(daily, "2011-12-29 12:00", "2011-12-31 12:00")] == [
        "2011-12-29",
        "2011-12-31",
    ]
    assert periods(weekly, "2011-12-26", "2012-01-03") == [("2011-W52-5", "31 07:00")]


def test_the_leap_day_is_a_day() -> None:
    found = periods(Rhythm("UTC", 7), "2028-02-28", "2028-03-02")
    assert [day for day, _ in found] == ["2028-02-28", "2028-02-29", "2028-03-01"]


def test_each_cadence_has_its_days() -> None:
    fortnight = ("2026-03-02", "2026-03-16")  # two weeks from a Monday
    assert len(periods(Rhythm("UTC", 7), *fortnight)) == 14
    assert len(periods(Rhythm("UTC", 7, 0, "weekdays"), *fortnight)) == 10
    days = periods(Rhythm("UTC", 7, 0, "days", (MONDAY, FRIDAY)), *fortnight)
    assert [day[-2:] for day, _ in days] == ["02", "06", "09", "13"]
    weekly = periods(Rhythm("UTC", 7, 0, "weekly", (FRIDAY,)), *fortnight)
    assert [period for period, _ in weekly] == ["2026-W10-5", "2026-W11-5"]


def test_moving_west_across_midnight_does_not_bring_the_same_day_twice() -> None:
    # Served in Tokyo on the 29th at 07:00, which is the 28th in Los Angeles.
    after = ask(Rhythm("America/Los_Angeles", 7), "2026-03-28 22:30", "2026-03-29")
    assert after == NotYet(utc("2026-03-30 14:00"))


def test_moving_east_brings_the_new_days_issue_though_its_hour_is_past() -> None:
    found = ask(Rhythm("Pacific/Auckland", 7), "2026-03-28 23:00", "2026-03-28")
    assert isinstance(found, Due)
    assert found.period == "2026-03-29"


def test_an_hour_changed_after_todays_issue_counts_from_tomorrow() -> None:
    assert ask(Rhythm("UTC", 18), "2026-03-10 19:00", "2026-03-10") == NotYet(
        utc("2026-03-11 18:00")
    )


def test_an_hour_moved_into_the_past_brings_todays_issue_now() -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-10 12:00", "2026-03-09")
    assert isinstance(found, Due)
    assert found.at == utc("2026-03-10 07:00")


def test_another_weekday_does_not_bring_a_second_weekly_issue_in_one_week() -> None:
    friday = Rhythm("UTC", 7, 0, "weekly", (FRIDAY,))
    assert ask(friday, "2026-03-04 12:00", "2026-W10-1") == NotYet(utc("2026-03-13 07:00"))


def test_from_daily_to_weekly_the_first_comes_in_the_same_week() -> None:
    friday = Rhythm("UTC", 7, 0, "weekly", (FRIDAY,))
    assert ask(friday, "2026-03-04 12:00", "2026-03-04") == NotYet(utc("2026-03-06 07:00"))


def test_from_weekly_to_daily_the_next_comes_tomorrow() -> None:
    assert ask(Rhythm("UTC", 7), "2026-03-04 12:00", "2026-W10-3") == NotYet(
        utc("2026-03-05 07:00")
    )


def test_three_hours_down_make_an_issue_late_and_no_more() -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-10 10:00", "2026-03-09")
    assert isinstance(found, Due)
    assert (found.period, found.missed, found.stale) == ("2026-03-10", 0, False)


def test_three_weeks_down_bring_one_issue_for_all_that_was_missed() -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-30 10:00", "2026-03-09")
    assert isinstance(found, Due)
    assert (found.period, found.missed, found.stale) == ("2026-03-30", 20, True)
    assert ask(Rhythm("UTC", 7), "2026-03-30 10:00", found.period) == NotYet(found.next_at)


@pytest.mark.parametrize(
    ("rhythm", "now", "last", "missed"),
    [
        (Rhythm("UTC", 7, 0, "weekdays"), "2026-03-16 10:00", "2026-03-11", 2),  # Thursday, Friday
        # Samoa had no 30 December 2011, a Friday: no daily issue, but a weekly one the day after.
        (Rhythm("Pacific/Apia", 7), "2012-01-01 20:00", "2011-12-27", 4),
        (Rhythm("Pacific/Apia", 7, 0, "weekly", (FRIDAY,)), "2012-01-06 20:00", "2011-W51-5", 1),
    ],
)
def test_missed_slots_are_those_of_the_calendar(
    rhythm: Rhythm, now: str, last: str, missed: int
) -> None:
    found = ask(rhythm, now, last, since=utc("2010-01-01"))
    assert isinstance(found, Due)
    assert found.missed == missed


def test_a_clock_set_back_finds_the_period_served() -> None:
    served = [f"2026-03-{day:02}" for day in range(1, 11)]
    for now in ("2026-03-10 06:00", "2026-03-09 12:00", "2026-03-04 12:00"):
        found = ask(Rhythm("UTC", 7), now, "2026-03-10", served=served)
        assert found == NotYet(utc("2026-03-11 07:00"))


@pytest.mark.parametrize(
    ("late", "stale"), [("2026-03-11 03:00", False), ("2026-03-11 03:01", True)]
)
def test_an_issue_is_stale_when_it_is_later_than_catching_up_allows(late: str, stale: bool) -> None:
    found = ask(Rhythm("UTC", 7), late, "2026-03-09", catch_up=timedelta(hours=20))
    assert isinstance(found, Due)
    assert found.stale is stale


@pytest.mark.parametrize(("served", "next_at"), [
    (["2026-03-09"], None), (["2026-03-09", "2026-03-10"], "2026-03-11 07:00"),
    (["2026-03-10", "2026-03-11"], "2026-03-12 07:00"), ([], None),
])  # fmt: skip
@pytest.mark.parametrize("ahead", ["2026-03-12", "2026-03-18", "2026-04-09", "2038-01-19"])
def test_after_a_clock_that_ran_ahead_the_periods_that_were_served_decide(
    ahead: str, served: list[str], next_at: str | None
) -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-10 08:00:31", ahead, served=[*served, "2038-01-19"])
    if next_at:
        assert found == NotYet(utc(next_at))
    else:
        assert isinstance(found, Due)
        assert (found.period, found.next_at) == ("2026-03-10", utc("2026-03-11 07:00"))


def test_a_week_that_was_served_has_no_second_issue_after_a_clock_that_ran_ahead() -> None:
    weekly = Rhythm("UTC", 7, cadence="weekly", weekdays=(1,))
    found = ask(weekly, "2026-03-10 08:00", "2026-W20-2", served=["2026-W20-2", "2026-W11-1"])
    assert found == NotYet(utc("2026-03-17 07:00"))


def test_a_clock_that_was_years_ahead_does_not_silence_anybody() -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-10 06:00", "2038-01-19", since=utc("2038-01-01"))
    assert found == NotYet(utc("2026-03-10 07:00"))


def test_a_new_reader_waits_for_their_first_slot() -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-10 12:00", None, since=utc("2026-03-10 11:00"))
    assert found == NotYet(utc("2026-03-11 07:00"))


def test_a_paused_reader_gets_nothing_before_the_day_they_named() -> None:
    found = ask(Rhythm("UTC", 7), "2026-03-10 12:00", "2026-03-01", paused_until=date(2026, 4, 1))
    assert found == NotYet(utc("2026-04-01 07:00"))


@pytest.mark.parametrize("name", ["Nowhere/Atlantis", "America", "../etc/passwd", "", "a\0b"])
def test_an_unknown_zone_falls_back_with_a_warning(name: str) -> None:
    zones = Zones(fallback="Europe/Berlin")
    found = due(
        Rhythm(name, 7),
        now=utc("2026-01-10 06:00"),
        last_period=None,
        since=utc("2026-01-10"),
        zones=zones,
    )
    assert isinstance(found, Due)
    assert "Europe/Berlin" in zones.unknown[name]


def test_an_unknown_fallback_is_utc() -> None:
    assert Zones("Nowhere/Atlantis")["Nowhere/Lemuria"] is UTC


def test_new_zones_read_the_files_anew(tmp_path: Path) -> None:
    before = ZoneInfo("Europe/Berlin")
    (tmp_path / "Europe").mkdir()
    tokyo = files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes()
    (tmp_path / "Europe" / "Berlin").write_bytes(tokyo)
    reset_tzpath([tmp_path])
    try:
        assert Zones()["Europe/Berlin"].utcoffset(datetime(2026, 1, 1)) == timedelta(hours=9)
        assert ZoneInfo("Europe/Berlin") is before, "the library's own cache keeps the old rules"
    finally:
        reset_tzpath()


def test_a_slot_that_new_rules_move_is_waited_for() -> None:
    # `next_at` was stored as 06:00 UTC; the tick comes then, and by today's rules it is 07:00 UTC.
    assert ask(Rhythm("Europe/London", 7), "2026-01-10 06:00", "2026-01-09") == NotYet(
        utc("2026-01-10 07:00")
    )


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(
            Rhythm("UTC", 7),
            now=datetime(2026, 1, 1),
            last_period=None,
            since=LONG_AGO,
            zones=Zones(),
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": 24},
        {"minute": 60},
        {"cadence": "days"},
        {"cadence": "weekly"},
        {"cadence": "days", "weekdays": (7,)},
    ],
)
def test_a_rhythm_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"there is no time|weekday"):
        Rhythm(**{"zone": "UTC", "hour": 7} | wrong)  # type: ignore[arg-type]


def test_minutes_are_spread_evenly_off_the_hour_and_stay_the_same() -> None:
    minutes = [stagger_minute(reader, 2, 58) for reader in range(5700)]
    assert set(minutes) == set(range(2, 59))
    assert max(minutes.count(minute) for minute in range(2, 59)) < 150
    assert [stagger_minute(reader) for reader in (1, 2, 3)] == [40, 13, 57]


def test_a_simulation_shows_what_an_outage_delays() -> None:
    outage = (utc("2026-03-10 06:00"), utc("2026-03-12 12:00"))
    found = list(
        simulate(
            [("a", Rhythm("UTC", 7)), ("b", Rhythm("UTC", 13))],
            utc("2026-03-10"),
            utc("2026-03-13"),
            outages=[outage],
        )
    )
    assert [(sending.reader, sending.due.period, sending.note) for sending in found] == [
        ("a", "2026-03-12", "late, with 2 missed"),
        ("b", "2026-03-11", "late, with 1 missed"),
        ("b", "2026-03-12", ""),
    ]


def test_a_simulation_says_where_the_clock_jumped() -> None:
    population = [("a", Rhythm("Europe/Berlin", 2, 30))]
    spring = list(simulate(population, utc("2026-03-29"), utc("2026-03-30")))
    autumn = list(simulate(population, utc("2026-10-25"), utc("2026-10-26")))
    assert ["not exist" in spring[0].note, "twice" in autumn[0].note] == [True, True]


rhythms = st.builds(
    Rhythm,
    st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Gaza"]),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["daily", "weekdays", "days", "weekly"]),
    st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple),
)
moments = st.datetimes(datetime(2009, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))


@settings(max_examples=200)
@given(rhythms, rhythms, moments, st.integers(0, 40))
def test_what_was_served_is_not_due_again_and_the_next_look_is_not_too_late(
    before: Rhythm, after: Rhythm, now: datetime, days_ago: int
) -> None:
    zones = Zones()
    last = period_of(now.date() - timedelta(days=days_ago), weekly=before.cadence == "weekly")
    found = due(after, now=now, last_period=last, since=LONG_AGO, zones=zones)
    assert now < found.next_at < now + timedelta(days=16)
    if isinstance(found, Due):
        assert found.at <= now
        assert date.fromisoformat(last) < found.day == date.fromisoformat(found.period)
        again = due(after, now=now, last_period=found.period, since=LONG_AGO, zones=zones)
        assert again == NotYet(found.next_at)
    just_before = found.next_at - timedelta(microseconds=1)
    served = found.period if isinstance(found, Due) else last
    waiting = due(after, now=just_before, last_period=served, since=LONG_AGO, zones=zones)
    assert waiting == NotYet(found.next_at)
    assert isinstance(
        due(after, now=found.next_at, last_period=served, since=LONG_AGO, zones=zones), Due
    )
