"""The turn of a reader's last issue: of what arrived or may, not of what was refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from digest.states import State
from digest.storage.ledger import LedgerStore
from digest.storage.schema import deliveries, editions


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room.make(
        make_store(tmp_path / "digest.db", 3), samples=SampleIssues(cards=2, card_bytes=300)
    )


def set_delivery(room: Room, reader: int, **values: object) -> None:
    with room.database.write() as connection:
        whose = deliveries.c.subscriber_id == reader
        connection.execute(update(deliveries).where(whose).values(**values))


@pytest.mark.parametrize(
    ("state", "arrived", "counts"),
    [
        (State.ACCEPTED, True, True),
        (State.UNCERTAIN, True, True),
        (State.SENDING, False, True),
        (State.DEFERRED, False, True),
        (State.PLANNED, False, True),
        (State.REFUSED, False, False),
        (State.EXPIRED, False, False),
        (State.CANCELLED, False, False),
    ],
)
def test_a_turn_counts_where_the_issue_arrived_or_may_yet(
    room: Room, state: State, arrived: bool, counts: bool
) -> None:
    ledger = LedgerStore(room.database)
    room.deliveries.plan(1, NOW)
    assert ledger.last_turns([1, 2, 3], NOW) == {}, "planned, not composed"
    assert len(list(room.mails("o", NOW))) == 3
    set_delivery(room, 1, state=state, in_ledger=arrived, turn=1)
    set_delivery(room, 2, state=State.ACCEPTED, in_ledger=True, papers=b"", turn=1)  # a note
    set_delivery(room, 3, state=State.ACCEPTED, in_ledger=True, turn=None)  # of an older digest
    assert ledger.last_turns([1, 2, 3], NOW) == ({1: 1} if counts else {})
    assert ledger.turn_of(1, 1) == 1 and ledger.turn_of(3, 1) is None


def test_what_waits_for_an_edition_that_is_over_does_not_count(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    list(room.mails("o", NOW))
    ledger = LedgerStore(room.database)
    set_delivery(room, 1, turn=1)
    set_delivery(room, 2, turn=0)
    assert ledger.last_turns([1, 2], NOW) == {1: 1, 2: 0}
    assert ledger.last_turns([1, 2], NOW + timedelta(days=400)) == {}


def test_an_older_editions_issue_that_came_later_is_the_last(room: Room) -> None:
    ledger = LedgerStore(room.database)
    room.deliveries.plan(1, NOW)
    list(room.mails("o", NOW))
    later = NOW + timedelta(hours=3)
    set_delivery(room, 1, state=State.ACCEPTED, in_ledger=True, turn=1, changed_at=later)
    with room.database.write() as connection:
        first = connection.execute(select(editions)).mappings().one()
        second = dict(first) | {"number": 2, "label": first["label"] + timedelta(days=1)}
        connection.execute(insert(editions).values(second))
        newer = {"edition": 2, "state": State.ACCEPTED, "in_ledger": True, "turn": 0}
        newer |= {"subscriber_id": 1, "papers": b"1234", "changed_at": NOW}
        connection.execute(insert(deliveries).values(newer))
    assert ledger.last_turns([1], NOW) == {1: 1}
    set_delivery(room, 1, changed_at=later)
    assert ledger.last_turns([1], NOW) == {1: 0}, "at once: the newer edition's goes last"
