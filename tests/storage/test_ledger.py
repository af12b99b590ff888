"""The turn of a reader's last issue: of what arrived or may, not of what was refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from digest.states import State
from digest.storage.ledger import LedgerStore
from digest.storage.schema import deliveries


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
    assert set(ledger.last_turns([1, 2], NOW)) == {1, 2}
    assert ledger.last_turns([1, 2], NOW + timedelta(days=400)) == {}
