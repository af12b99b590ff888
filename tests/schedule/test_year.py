"""Weeks and years of drawn readers and troubles; `world.py` looks on."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.schedule.world import EVERY_ZONE, HOUR, MINUTE, Happening, Kind, Reader, World

starts = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(minute=1)
)
zones = st.one_of(st.sampled_from(EVERY_ZONE), st.sampled_from(EVERY_ZONE), st.just("Nowhere/Land"))
cadences = st.sampled_from(["daily", "daily", "weekdays", "days", "weekly"])
weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(tuple)
hours = st.integers(0, 23)


@st.composite
def worlds(draw: st.DrawFn, days: int) -> tuple[datetime, dict[int, Reader], list[Happening]]:
    """Draw a population, its zones from all of tzdata, and what befalls it."""
    start = draw(starts)
    rhythms = st.tuples(zones, hours, cadences, weekdays)
    drawn = draw(st.lists(rhythms, min_size=3, max_size=8))
    readers = {n: Reader(*each, start) for n, each in enumerate(drawn, start=1)}
    happening = st.builds(
        Happening,
        st.integers(1, days * 24 * 60).map(lambda minutes: start + minutes * MINUTE),
        st.sampled_from(["down", "clock back", "clock ahead", "move", "hour", "cadence", "pause"]),
        st.integers(1, len(readers)),
        st.sampled_from([1, 3, 5, 20, 30, 100, 10 * 24, 21 * 24, 30 * 24]),
        zones,
        cadences,
        weekdays,
    )
    return start, readers, draw(st.lists(happening, max_size=8))


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(worlds(days=40))
def test_whatever_befalls_them_each_period_has_one_issue_or_a_good_reason(
    drawn: tuple[datetime, dict[int, Reader], list[Happening]],
) -> None:
    start, readers, happenings = drawn
    with TemporaryDirectory() as folder:
        world = World(Path(folder), start, readers, [*happenings])
        with closing(world.database):
            world.live(days=40)
            world.check()


@pytest.mark.parametrize(
    ("hours", "answers"),
    [
        (1, "waits served served"),
        (5, "waits served served"),
        (20, "nothing_new waits served"),
        (30, "nothing_new waits served"),
    ],
)
def test_a_clock_set_back_beyond_the_edition_that_a_reader_waits_for(
    tmp_path: Path, hours: int, answers: str
) -> None:
    """Monday's edition waits for the reader's Tuesday; then the clock is behind, for one look.

    So far behind that Tuesday is far ahead, the look serves Sunday's slot, which is open.
    """
    start = datetime(2028, 3, 25, 0, 1, tzinfo=UTC)
    readers = {1: Reader("Africa/Bujumbura", 0, "daily", (0,), start)}
    monday = datetime(2028, 4, 10, 5, 30, tzinfo=UTC)
    world = World(tmp_path, start, readers, [Happening(monday, "clock back", amount=hours)])
    with closing(world.database):
        world.live(days=25)
        assert world.check() >= 15
        found = [world.answers[1, date(2028, 4, day)].replace(" ", "_") for day in (10, 11, 12)]
        assert " ".join(found) == answers


def test_who_waits_by_a_clock_that_ran_ahead_goes_on_waiting_when_it_is_set_right(
    tmp_path: Path,
) -> None:
    """After an outage the clock is an hour ahead, for the look that opens the edition."""
    start = datetime(2028, 6, 1, 0, 1, tzinfo=UTC)
    readers = {1: Reader("GMT", 0, "daily", (0,), start)}
    happenings = [
        Happening(start + 17 * HOUR, "down", amount=21 * 24),
        Happening(start + 20 * HOUR, "clock ahead", amount=1),
    ]
    world = World(tmp_path, start, readers, happenings)
    with closing(world.database):
        world.live(days=30)
        world.check()
        assert world.answers[1, date(2028, 6, 22)] == "waits"
        assert world.answers[1, date(2028, 6, 23)] == "served"


@pytest.mark.parametrize(("cadence", "weekdays"), [("weekly", (0,)), ("days", (0,))])
def test_who_is_mailed_once_a_week_is_owed_it_also_after_a_clock_that_ran_ahead(
    tmp_path: Path, cadence: str, weekdays: tuple[int, ...]
) -> None:
    """Monday passes in an outage; the clock is a month ahead when it ends, on Thursday."""
    start = datetime(2028, 6, 1, 0, 1, tzinfo=UTC)
    readers = {1: Reader("Europe/Berlin", 15, cadence, weekdays, start)}
    happenings = [
        Happening(start + 17 * HOUR, "down", amount=21 * 24),
        Happening(start + 20 * HOUR, "clock ahead", amount=30 * 24),
    ]
    world = World(tmp_path, start, readers, happenings)
    with closing(world.database):
        world.live(days=40)
        world.check()
        assert world.answers[1, date(2028, 6, 19)] == "served"


def test_a_leap_year_of_moves_and_outages(tmp_path: Path) -> None:
    rng, start = random.Random(2028), datetime(2028, 1, 1, 0, 1, tzinfo=UTC)
    odd = ["Africa/Cairo", "Australia/Lord_Howe", "Pacific/Kiritimati", "America/Santiago"]
    readers = {
        n: Reader(zone, rng.randrange(24), cadence, (rng.randrange(7),), start)
        for n, (zone, cadence) in enumerate(zip(odd, ["daily", "weekdays", "weekly", "daily"],
                                                strict=True), start=1)
    }  # fmt: skip
    troubles: list[tuple[Kind, int]] = [
        ("down", 3),
        ("down", 504),
        ("down", 30),
        ("clock back", 30),
    ]
    happenings = [
        Happening(start + rng.randrange(366 * 24) * HOUR, kind, amount=amount)
        for _ in range(3)
        for kind, amount in troubles
    ]
    happenings += [
        Happening(start + rng.randrange(366 * 24) * HOUR, "move", 4, zone=rng.choice(EVERY_ZONE))
        for _ in range(12)
    ]
    world = World(tmp_path, start, readers, happenings)
    with closing(world.database):
        world.live(days=366)
        assert world.check() > 2 * 150
        served = [key for key, answer in world.answers.items() if answer == "served"]
        assert (1, date(2028, 2, 29)) in served
