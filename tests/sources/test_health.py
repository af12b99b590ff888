from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.sources.health import FetchRecord, judge_health

MONDAY = datetime(2026, 1, 5, 6, tzinfo=UTC)


def fetch(day: int, papers: int = 40, new: int = 40, **more: object) -> FetchRecord:
    """A fetch so many days after Monday, 5 January 2026."""
    told = FetchRecord(MONDAY + timedelta(days=day), papers, new, digest=f"day {day}")
    return replace(told, **more)  # type: ignore[arg-type]


def weekdays(weeks: int) -> list[FetchRecord]:
    """A source that brings papers from Monday to Friday and none on weekends."""
    days = range(7 * weeks)
    return [fetch(d) if d % 7 < 5 else fetch(d, papers=0, new=0) for d in days]


def test_new_papers_are_fresh_also_the_first_time() -> None:
    assert judge_health([], fetch(0)).state == "fresh"
    assert judge_health(weekdays(2), fetch(14)).reason == "40 new of 40 papers"


def test_a_weekend_without_papers_is_quiet_even_before_anything_is_known() -> None:
    assert judge_health([fetch(4)], fetch(5, papers=0, new=0)).state == "quiet"
    assert judge_health(weekdays(4)[:26], fetch(26, papers=0, new=0)).state == "quiet"


def test_a_weekday_without_papers_is_empty() -> None:
    health = judge_health(weekdays(3), fetch(21, papers=0, new=0))
    assert health.state == "empty"
    assert "the usual batch has 40" in health.reason


def test_a_source_with_papers_on_saturdays_is_not_quiet_on_a_saturday() -> None:
    daily = [fetch(day) for day in range(21)]
    assert judge_health(daily, fetch(26, papers=0, new=0)).state == "stale"
    assert judge_health([*daily, fetch(21)], fetch(22, papers=0, new=0)).state == "empty"


def test_a_source_that_rests_on_wednesdays_is_known_to_after_two() -> None:
    history = [fetch(d) if d % 7 != 2 else fetch(d, 0, 0) for d in range(16)]
    assert judge_health(history, fetch(16, papers=0, new=0)).state == "quiet"


def test_the_same_batch_again_is_repeated() -> None:
    again = fetch(21, new=0, digest="day 18")
    health = judge_health(weekdays(3), again)
    assert (health.state, health.reason) == ("repeated", "the very same bytes: nothing new")
    assert judge_health(weekdays(3), fetch(21, new=0)).reason == "40 papers, all known: nothing new"
    assert judge_health(weekdays(3), fetch(21, 0, 0, unchanged=True)).state == "repeated"


def test_a_second_look_on_a_day_that_brought_papers_is_quiet() -> None:
    later = fetch(21, new=0, at=MONDAY + timedelta(days=21, hours=6))
    assert judge_health([*weekdays(3), fetch(21)], later).state == "quiet"


def test_a_batch_far_below_the_usual_size_is_shrunken() -> None:
    assert judge_health(weekdays(2), fetch(14, papers=9, new=9)).state == "shrunken"
    assert judge_health(weekdays(2), fetch(14, papers=30, new=30)).state == "fresh"


def test_silence_beyond_the_sources_own_habit_is_stale() -> None:
    silent = [fetch(day, new=0) for day in range(21, 25)]
    health = judge_health([*weekdays(3), *silent], fetch(25, new=0))
    assert health.state == "stale"
    assert health.reason.startswith("nothing new since 2026-01-23")


def test_failures_are_counted() -> None:
    assert (
        judge_health([fetch(0)], fetch(1, error="no answer")).reason
        == "the fetch failed: no answer"
    )
    down = [fetch(1, error="x"), fetch(2, error="x")]
    assert "(3 times in a row)" in judge_health([fetch(0), *down], fetch(3, error="x")).reason


def test_the_order_of_the_history_does_not_matter() -> None:
    history = weekdays(3)
    latest = fetch(21, papers=0, new=0)
    assert judge_health(history[::-1], latest) == judge_health(history, latest)


@pytest.mark.parametrize(
    ("batches", "papers", "state"),
    [(3, 15, "shrunken"), (3, 16, "fresh"), (2, 1, "fresh"), (0, 1, "fresh")],
)
def test_less_than_two_fifths_of_three_batches_or_more_is_shrunken(
    batches: int, papers: int, state: str
) -> None:
    known = [fetch(7 + day, new=0) for day in range(5)]  # told again: no batches to compare with
    health = judge_health([*(fetch(day) for day in range(batches)), *known], fetch(14, papers, 1))
    assert health.state == state
    if state == "shrunken":
        assert health.reason == "15 papers; the usual batch has 40"


@pytest.mark.parametrize(
    ("days", "silent", "state"),
    [
        # Three silences are known: the longest but one and a day may pass.
        ((0, 1, 2, 3), 2, "repeated"),
        ((0, 1, 2, 3), 3, "stale"),
        ((0, 7, 14, 15), 8, "repeated"),
        ((0, 7, 14, 15), 9, "stale"),
        ((0, 9, 10, 11), 3, "stale"),
        # Two are too few: a weekend and a day.
        ((0, 7, 14), 3, "repeated"),
        ((0, 7, 14), 4, "stale"),
    ],
)
def test_a_source_may_be_silent_as_long_as_it_was_before(
    days: tuple[int, ...], silent: int, state: str
) -> None:
    history = [fetch(2 + day) for day in days]
    latest = fetch(2 + days[-1] + silent, new=0)
    if latest.at.weekday() >= 5:
        state = state.replace("repeated", "quiet")
    assert judge_health(history, latest).state == state


def test_what_a_stale_source_usually_does_is_told_in_days() -> None:
    daily = [fetch(day) for day in range(5)]
    assert judge_health(daily, fetch(7, new=0)).reason.endswith("within 2 days")


@pytest.mark.parametrize(
    ("wednesdays", "state"),
    [((), "empty"), ((0,), "empty"), ((0, 0), "quiet"), ((0, 9), "empty"), ((0, 0, 9), "quiet")],
)
def test_a_weekday_is_known_after_two_and_by_most_of_them(
    wednesdays: tuple[int, ...], state: str
) -> None:
    history = [fetch(2 + 7 * week, new, new) for week, new in enumerate(wednesdays)]
    day = 2 + 7 * len(wednesdays)
    assert judge_health([*history, fetch(day - 1)], fetch(day, 0, 0)).state == state


def test_the_first_look_at_a_source_that_has_nothing_new_is_told() -> None:
    assert judge_health([], fetch(0, new=0)).reason == "40 papers, all known: nothing new"
    assert judge_health([], fetch(0, 0, 0)).reason.endswith("has not been seen yet")
    unchanged = judge_health([], fetch(0, 0, 0, unchanged=True))
    assert unchanged.reason == "nothing changed since the last time"


def test_a_failure_after_one_that_worked_is_the_first_in_a_row() -> None:
    mixed = [fetch(0, error="x"), fetch(1), fetch(2, error="x")]
    assert "(2 times in a row)" in judge_health(mixed, fetch(3, error="x")).reason
