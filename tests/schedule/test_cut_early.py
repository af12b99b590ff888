"""An edition that an operator cuts by hand, before its hour or after a slot has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.editions import Edition
from digest.schedule.rhythms import RhythmRow, Served
from digest.schedule.tick import TimeRules, tick

RULES = TimeRules("UTC", 7, 0, timedelta(hours=20), timedelta(days=3), approve=False)


@dataclass
class Cut:
    """One edition, open already."""

    edition: Edition

    def newest(self) -> Edition:
        return self.edition

    def before(self, moment: datetime) -> int:
        return 0

    def open(
        self, label: date, *, now: datetime, expiry: timedelta, approve: bool
    ) -> Edition | None:
        raise AssertionError("the day has its edition")


@dataclass
class OneReader:
    """One reader whose time has come."""

    row: RhythmRow
    served: list[Served] = field(default_factory=list)
    later: list[tuple[int, datetime]] = field(default_factory=list)

    def to_look_at(self, now: datetime, newest: int, limit: int) -> Sequence[RhythmRow]:
        return [self.row]

    def welcome(self, edition: int, since: int, now: datetime, *, email_keys: Sequence[str]) -> int:
        return 0

    def periods_of(self, reader: int) -> Sequence[str]:
        return ()

    def look_again(self, moments: Sequence[tuple[int, datetime]]) -> None:
        self.later += moments

    def serve(
        self, edition: int, served: Sequence[Served], now: datetime, *, email_keys: Sequence[str]
    ) -> int:
        self.served += served
        return len(served)


def at(moment: str) -> datetime:
    """A time of the first week of April 2026; the 1st is a Wednesday."""
    return datetime.fromisoformat(f"2026-04-{moment}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "label", "hour", "now", "planned"),
    [
        # Cut at 5 for a reader of 6, though the newsletter's hour is 7: it is theirs at 6.
        ("02 05:00", 2, 6, "02 06:00", True),
        ("02 06:00", 2, 6, "02 06:00", True),
        # Cut after their slot, be it before or at the newsletter's hour: it waits for the next.
        ("02 06:01", 2, 6, "02 06:01", False),
        ("02 07:00", 2, 6, "02 07:00", False),
        # Cut long after its hour: who had their slot since that hour does not wait.
        ("02 12:00", 2, 7, "02 12:00", True),
        ("02 12:00", 2, 9, "02 12:00", True),
        ("02 12:00", 2, 13, "02 13:00", True),
    ],
)
def test_an_edition_is_for_the_slots_since_its_hour_or_since_it_was_cut(
    opened: str, label: int, hour: int, now: str, planned: bool
) -> None:
    edition = Edition(1, date(2026, 4, label), "open", at(opened), at(opened) + RULES.expiry, 4)
    row = RhythmRow(7, None, hour, "daily", (), None, at("01 00:00"), "2026-04-01")
    reader = OneReader(row)
    assert tick(at(now), RULES, Cut(edition), reader).planned == planned
    if planned:
        [served] = reader.served
        assert (served.period, served.next_due_at) == ("2026-04-02", at(f"03 {hour:02}:00"))
    else:
        assert reader.later == [(7, at(f"03 {hour:02}:00"))]


def test_who_is_mailed_once_a_week_does_not_wait_a_week_for_a_slot_that_was_missed() -> None:
    edition = Edition(1, date(2026, 4, 2), "open", at("02 06:30"), at("05 06:30"), 4)
    row = RhythmRow(7, None, 6, "weekly", (3,), None, at("01 00:00"), None)
    assert tick(at("02 06:30"), RULES, Cut(edition), OneReader(row)).planned == 1


def test_an_edition_that_a_reader_has_had_is_not_planned_again() -> None:
    edition = Edition(1, date(2026, 4, 2), "open", at("02 05:00"), at("05 05:00"), 4)
    row = RhythmRow(7, None, 6, "daily", (), None, at("01 00:00"), "2026-04-01", last_edition=1)
    reader = OneReader(row)
    assert tick(at("02 06:00"), RULES, Cut(edition), reader).planned == 0
    assert reader.later == [(7, at("02 06:00"))], "they stay due until there is another"
