"""Whose issue has which of the two forms of a subject."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

import pytest

from digest.composing.issue_composer import turn_of
from digest.editions import Edition
from digest.schedule.due import Rhythm
from subscribers.preferences import CADENCES
from subscribers.store import Cadence, Subscriber

FIRST = date(2026, 2, 28)
MIDNIGHT = datetime(2026, 2, 28, tzinfo=UTC)


def reader(cadence: Cadence, weekdays: tuple[int, ...]) -> Subscriber:
    return Subscriber(
        1, "ada@example.org", "ada@example.org", "tides", cadence=cadence, weekdays=weekdays
    )


def turns(cadence: Cadence, weekdays: tuple[int, ...], *, every_day: bool) -> list[int]:
    """Return the turns of a reader's issues of sixty days, across the ends of months."""
    wanted = Rhythm("UTC", 7, cadence=cadence, weekdays=weekdays)
    found, number = [], 0
    for day in (FIRST + timedelta(days=n) for n in range(60)):
        if every_day or day.weekday() < 5:
            number += 1
            if wanted.wants(day):
                edition = Edition(number, day, "open", MIDNIGHT, MIDNIGHT, 1)
                found.append(turn_of(reader(cadence, weekdays), edition))
    return found


CHOICES: list[tuple[Cadence, tuple[int, ...]]] = [
    ("daily", ()),
    ("weekdays", ()),
    *[("weekly", (day,)) for day in range(5)],
    *[("days", days) for count in range(1, 6) for days in combinations(range(5), count)],
]


@pytest.mark.parametrize("every_day", [True, False])
@pytest.mark.parametrize(("cadence", "weekdays"), CHOICES)
def test_one_issue_after_the_other_takes_turns(
    cadence: Cadence, weekdays: tuple[int, ...], every_day: bool
) -> None:
    found = turns(cadence, weekdays, every_day=every_day)
    assert len(found) > 6
    assert all((a - b) % 2 for a, b in pairwise(found)), found


def test_every_cadence_is_among_them() -> None:
    assert {cadence for cadence, _ in CHOICES} == set(CADENCES)
