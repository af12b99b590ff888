"""What the clock does: pauses end, and requests that nobody confirmed are forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from subscribers.errors import UnknownReader
from subscribers.preferences import Preferences
from subscribers.upkeep import look_after
from tests.subscribers.desk import NOW, Front, open_desk

WISHES = Preferences("diffusion")


@pytest.fixture
def front() -> Front:
    return open_desk()


def test_unconfirmed_requests_are_forgotten(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    assert look_after(front.desk, NOW + timedelta(days=7)) == (0, 0)
    assert look_after(front.desk, NOW + timedelta(days=7, seconds=1)) == (0, 1)
    with pytest.raises(UnknownReader):
        front.desk.by_email("ada@example.org")


def test_an_unconfirmed_request_does_not_undo_that_somebody_left(front: Front) -> None:
    reader = front.desk.leave(front.active(), NOW, how="form")
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    look_after(front.desk, NOW + timedelta(days=8))
    assert front.desk.by_number(reader.id).state == "left"


def test_a_pause_ends_on_its_day_in_the_readers_time_zone(front: Front) -> None:
    reader = front.desk.change(front.active(), Preferences("x", timezone="Pacific/Auckland"), NOW)
    front.desk.pause(reader, date(2026, 3, 5), NOW)
    # 10:59 UTC on the 4th is 23:59 there, 11:00 is the 5th
    assert look_after(front.desk, NOW.replace(day=4, hour=10, minute=59)) == (0, 0)
    assert look_after(front.desk, NOW.replace(day=4, hour=11, minute=0)) == (1, 0)
    resumed = front.desk.by_number(reader.id)
    assert (resumed.state, resumed.paused_until) == ("active", None)


def test_a_pause_without_a_day_lasts_until_they_resume(front: Front) -> None:
    paused = front.desk.pause(front.active(), None, NOW)
    assert look_after(front.desk, NOW + timedelta(days=900)) == (0, 0)
    assert front.desk.resume(paused, NOW).state == "active"
