"""The quick forecast tells the same as asking for each reader, whatever the clocks do."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.schedule.due import Due, NotYet, Rhythm, due, has_slot
from digest.schedule.forecast import forecast
from digest.schedule.zones import Zones
from tests.schedule.simulation import simulate

EVERY_ZONE = sorted(available_timezones() - {"localtime"})
ODD_ZONES = ["Pacific/Apia", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns"]
BERLIN = "Europe/Berlin"

rhythms = st.builds(
    Rhythm,
    st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(EVERY_ZONE)),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["daily", "weekdays", "days", "weekly"]),
    st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple),
)
# Samoa's missing day, spring and autumn of this year.
starts = st.one_of(
    st.datetimes(datetime(2011, 12, 20), datetime(2012, 1, 2), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 9, 20), datetime(2026, 11, 8), timezones=st.just(UTC)),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@settings(max_examples=60)
@given(st.dictionaries(rhythms, st.integers(1, 9), max_size=12), starts, st.integers(0, 14 * 24))
def test_the_forecast_is_the_simulation_by_zone_and_hour(
    population: dict[Rhythm, int], start: datetime, hours: int
) -> None:
    end = start + timedelta(hours=hours)
    asked: defaultdict[tuple[str, str, int, str], list[tuple[datetime, int]]] = defaultdict(list)
    for sending in simulate(((rhythm, rhythm) for rhythm in population), start, end):
        rhythm = sending.reader
        key = (rhythm.zone, sending.due.period, rhythm.hour, sending.note[5:])
        asked[key].append((sending.at, population[rhythm]))
    expected = Counter(
        (zone, period, note, sends[0][0], sends[-1][0], sum(count for _, count in sends))
        for (zone, period, _, note), sends in asked.items()
    )
    found = forecast(population, start, end, Zones())
    assert expected == Counter(
        (each.zone, each.period, each.note[5:], each.at, each.until, each.readers) for each in found
    )
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_the_readers_of_an_hour_are_one_row_from_the_first_minute_to_the_last() -> None:
    population = {Rhythm(BERLIN, 7, minute): 10 for minute in (3, 40, 21)}
    (sends,) = forecast(population, utc("2026-03-30"), utc("2026-03-31"), Zones())
    assert (sends.at, sends.until) == (utc("2026-03-30 05:03"), utc("2026-03-30 05:40"))
    assert (sends.readers, sends.local.hour, sends.note) == (30, 7, "")


def test_minutes_that_the_clocks_treat_differently_are_rows_of_their_own() -> None:
    # Lord Howe's clocks go from 02:00 to 02:30.
    population = {Rhythm("Australia/Lord_Howe", 2, minute): 1 for minute in (10, 20, 40)}
    one, other = forecast(population, utc("2026-10-03"), utc("2026-10-04"), Zones())
    assert sorted([(one.readers, one.note), (other.readers, other.note)]) == [
        (1, ""),
        (2, "02:10 does not exist on this day"),
    ]


def plainly_due(
    rhythm: Rhythm, now: datetime, last_period: str | None, since: datetime
) -> tuple[date, int] | datetime:
    """Walk every day since, as slowly as one can: the newest slot and the missed, or the next."""
    clock = Zones().clock(rhythm.zone)
    day = clock.day_of(since) - timedelta(days=1)
    if last_period:
        day = max(day, date.fromisoformat(last_period) + timedelta(days=1))
    served = date.fromisoformat(last_period).isocalendar()[:2] if last_period else None
    weekly = rhythm.cadence == "weekly" and "W" in (last_period or "")
    open_days: list[date] = []
    while True:
        if has_slot(rhythm, clock, day) and not (weekly and day.isocalendar()[:2] == served):
            at = clock.moment(day, rhythm.hour, rhythm.minute)
            if at > now:
                return (open_days[-1], len(open_days) - 1) if open_days else at
            if at >= since:
                open_days.append(day)
        day += timedelta(days=1)


@settings(max_examples=150)
@given(rhythms, starts, st.integers(0, 700), st.integers(0, 60), st.sampled_from("dwn"))
def test_the_newest_slot_is_found_at_once_as_by_walking_to_it(
    rhythm: Rhythm, now: datetime, since: int, served: int, kind: str
) -> None:
    had = now.date() - timedelta(days=served)
    last = {"d": had.isoformat(), "w": "{}-W{:02}-{}".format(*had.isocalendar()), "n": None}[kind]
    confirmed = now - timedelta(days=since)
    found = due(rhythm, now=now, last_period=last, since=confirmed, zones=Zones())
    expected = plainly_due(rhythm, now, last, confirmed)
    if isinstance(found, Due):
        assert expected == (found.day, found.missed)
    else:
        assert found == NotYet(expected)  # type: ignore[arg-type]
