"""Which readers are looked at, and that nobody is planned twice for one period."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from digest.schedule.rhythms import Served
from digest.states import WELCOME
from digest.storage.database import Database
from digest.storage.deliveries import DeliveryStore
from digest.storage.rhythms import RhythmStore
from digest.storage.schema import consents, deliveries, editions, subscribers
from tests.storage.conftest import NOW

HOUR = timedelta(hours=1)


class Readers:
    """A store with editions 1 and 2, opened now, and the readers that a test adds."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = RhythmStore(database, DeliveryStore(database))
        for number in (1, 2):
            self._insert(
                editions,
                number=number,
                label=date(2026, 3, 12 + number),
                state="open",
                opened_at=NOW,
                expires_at=NOW + 72 * HOUR,
                papers=10,
            )

    def add(self, reader: int, **fields: object) -> int:
        address = f"reader{reader}@example.org"
        usual = {"email": address, "email_key": address, "keywords": "tides", "state": "active"}
        self._insert(subscribers, **({"id": reader, "created_at": NOW} | usual | fields))
        return reader

    def confirm(self, reader: int, at: datetime, action: str = "confirm") -> int:
        self.add(reader, confirmed_at=at)
        how = {"how": "form", "source": "", "address_hash": "", "text_version": ""}
        self._insert(consents, subscriber_id=reader, action=action, after="active", at=at, **how)
        return reader

    def change(self, reader: int, **fields: object) -> None:
        with self.database.write() as connection:
            connection.execute(
                update(subscribers).where(subscribers.c.id == reader).values(**fields)
            )

    def due(self, now: datetime = NOW, newest: int = 1, limit: int = 100) -> list[int]:
        return [row.id for row in self.store.to_look_at(now, newest, limit)]

    def planned(self) -> list[tuple[int, int, str, int]]:
        d = deliveries.c
        query = select(d.subscriber_id, d.edition, d.period, d.since).order_by(d.id)
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def _insert(self, table: object, **values: object) -> None:
        with self.database.write() as connection:
            connection.execute(insert(table).values(**values))  # type: ignore[call-overload]


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database)


def test_new_readers_and_those_whose_time_has_come_are_looked_at(readers: Readers) -> None:
    readers.add(1, next_due_at=NOW)
    readers.add(2, next_due_at=NOW + HOUR)
    readers.add(3)
    assert sorted(readers.due()) == [1, 3]
    assert sorted(readers.due(NOW + HOUR)) == [1, 2, 3]
    assert len(readers.due(NOW + HOUR, limit=2)) == 2


def test_who_has_the_newest_edition_is_left_alone(readers: Readers) -> None:
    readers.add(1, next_due_at=NOW, last_edition=1)
    assert readers.due(newest=1) == []
    assert readers.due(newest=2) == [1]


@pytest.mark.parametrize("state", ["pending", "paused", "left"])
def test_only_active_readers_are_looked_at(readers: Readers, state: str) -> None:
    readers.add(1, state=state)
    assert readers.due() == []
    assert list(readers.store.rhythms()) == []


def test_a_rhythm_comes_back_as_it_was_chosen(readers: Readers) -> None:
    zone = {"timezone": "Asia/Kathmandu", "hour": 6, "cadence": "weekly", "weekdays": [0, 3]}
    readers.add(1, **zone, confirmed_at=NOW + HOUR, last_period="2026-W10", last_edition=1)
    readers.add(2)
    chosen, usual = readers.store.rhythms()
    assert (chosen.timezone, chosen.hour, chosen.cadence) == ("Asia/Kathmandu", 6, "weekly")
    assert (chosen.weekdays, chosen.since) == ((0, 3), NOW + HOUR)
    assert (chosen.last_period, chosen.last_edition) == ("2026-W10", 1)
    assert (usual.timezone, usual.hour, usual.cadence, usual.since) == (None, None, "daily", NOW)


def test_a_served_reader_is_planned_once_and_moved_on(readers: Readers) -> None:
    readers.add(1)
    served = [Served(1, "2026-03-14", NOW + 24 * HOUR)]
    assert readers.store.serve(1, served, NOW) == 1
    assert readers.due(NOW + 23 * HOUR, newest=2) == []
    assert readers.due(NOW + 24 * HOUR, newest=2) == [1]
    (row,) = readers.store.rhythms()
    assert (row.last_period, row.last_edition) == ("2026-03-14", 1)


def test_after_a_crash_the_same_issue_is_not_planned_again(readers: Readers) -> None:
    readers.add(1)
    served = [Served(1, "2026-03-14", NOW + 24 * HOUR)]
    readers.store.serve(1, served, NOW)
    readers.change(1, next_due_at=None, last_period=None, last_edition=0)
    assert readers.store.serve(1, served, NOW) == 0
    assert readers.store.serve(2, served, NOW) == 0, "nor another edition for the same period"
    assert [row[:2] for row in readers.planned()] == [(1, 1)]


def test_a_trial_plans_only_the_named_and_the_others_stay_where_they_were(
    readers: Readers,
) -> None:
    readers.add(1), readers.add(2)
    served = [Served(reader, "2026-03-14", NOW + HOUR) for reader in (1, 2)]
    assert readers.store.serve(1, served, NOW, email_keys=["reader2@example.org"]) == 1
    assert [row[0] for row in readers.planned()] == [2]
    assert readers.due() == [], "no look at them every minute"
    left_out, named = readers.store.rhythms()
    assert (left_out.last_period, left_out.last_edition) == (None, 0)
    assert (named.last_period, named.last_edition) == ("2026-03-14", 1)
    assert readers.store.serve(1, served[:1], NOW) == 1


def test_in_a_trial_only_the_named_are_welcomed(readers: Readers) -> None:
    readers.confirm(1, NOW + HOUR), readers.confirm(2, NOW + HOUR)
    assert readers.store.welcome(2, 1, NOW + HOUR, email_keys=["reader2@example.org"]) == 1
    assert readers.store.welcome(2, 1, NOW + HOUR) == 1, "the other, when it is over"


def test_moments_are_written_down_and_forgotten(readers: Readers) -> None:
    readers.add(1), readers.add(2)
    readers.store.look_again([])
    readers.store.look_again([(1, NOW + HOUR), (2, NOW + 5 * HOUR)])
    assert readers.due() == []
    assert readers.store.forget_moments(after=NOW + 2 * HOUR) == 1
    assert readers.due() == [2]
    assert readers.store.forget_moments() == 1
    assert sorted(readers.due()) == [1, 2]


@pytest.mark.parametrize("until", [date(2026, 3, 13), date(2026, 3, 18)])
def test_a_wrong_clock_s_moment_is_forgotten_whether_or_not_there_was_a_pause(
    readers: Readers, until: date
) -> None:
    """`paused_until` stays when a pause is over; such a reader was silent until the moment came."""
    readers.add(1, next_due_at=NOW + 99 * HOUR, paused_until=until)
    assert readers.store.forget_moments(after=NOW + 2 * HOUR) == 1


def test_who_confirms_after_the_edition_is_welcomed_once(readers: Readers) -> None:
    readers.confirm(1, NOW + HOUR)
    assert readers.store.welcome(2, 1, NOW + HOUR) == 1
    assert readers.store.welcome(2, 1, NOW + HOUR) == 0
    assert readers.planned() == [(1, 2, WELCOME, 1)]
    (row,) = readers.store.rhythms()
    assert row.last_edition == 2


def test_who_confirmed_before_the_edition_waits_their_turn(readers: Readers) -> None:
    readers.confirm(1, NOW - HOUR)
    assert readers.store.welcome(2, 1, NOW) == 0


def test_whom_the_operator_added_is_not_welcomed(readers: Readers) -> None:
    readers.confirm(1, NOW + HOUR, action="add")
    assert readers.store.welcome(2, 1, NOW + HOUR) == 0


def test_moments_come_back_in_utc(readers: Readers) -> None:
    readers.add(1, confirmed_at=NOW)
    (row,) = readers.store.rhythms()
    assert row.since.tzinfo is UTC
