"""The tick, with a clock that the test turns and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import pressroom, scheduling
from digest.serving import house as house_of
from tests.house import House, paper

NIGHT = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # the house's hour is 7, UTC


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data", now=NIGHT)
    made.reader("ada@example.org", "robots")
    made.ingest(paper("Walking robots"))
    yield made
    made.app.close()


def tick(house: House) -> tuple[int | None, int]:
    """Return the edition that a tick opened and how many issues it planned."""
    times = replace(house_of(house.app), stagger_minutes=0)
    done = scheduling.tick(house.now, times, house.app.editions, house.app.rhythms)
    return (done.edition.number if done.edition else None), done.planned


def test_the_edition_opens_at_its_hour_and_once(house: House) -> None:
    house.now = NIGHT.replace(hour=7)
    tick(house)
    newest = house.app.editions.newest()
    assert newest is not None
    assert tick(house) == (None, 0)


def test_a_dump_that_comes_later_in_the_day_gets_its_edition(tmp_path: Path) -> None:
    house = House(tmp_path / "late", now=NIGHT.replace(hour=7))
    house.reader("ada@example.org", "robots")
    house.now += timedelta(hours=1)
    assert tick(house) == (None, 0)
    house.now += timedelta(hours=4)
    house.ingest(paper("Walking robots"))
    assert tick(house)[0] == 1
    house.app.close()


def test_an_edition_of_the_far_future_does_not_stop_the_days_before_it(house: House) -> None:
    house.run(datetime(2031, 1, 1, tzinfo=UTC).date())
    house.now = NIGHT.replace(hour=7) + timedelta(days=1)
    house.ingest(paper("Speaking robots"))
    assert tick(house)[0] == 2


def test_nothing_is_planned_in_a_cancelled_edition(house: House) -> None:
    house.now = NIGHT.replace(hour=7)
    house.app.editions.open(house.now.date(), now=house.now, expiry=timedelta(days=1))
    pressroom.cancel(house.app, 1)
    house.now += timedelta(hours=1)
    assert tick(house) == (None, 0)
    assert house.app.deliveries.accounting(1).pending == 0
