"""Who gets an edition: active readers, in a trial the named, while it may be sent."""

from __future__ import annotations

from datetime import timedelta

from digest.operations import editions as edition_book
from digest.operations import issues as pressroom
from digest.settings import EditionSettings
from tests.end_to_end.conftest import OTHERS, ROBOTS, text_of
from tests.installation import House, mails, paper

_STATES = (
    *("pending", "accepted", "refused", "deferred", "suppressed", "nothing_to_send"),
    *("uncertain", "expired", "cancelled"),
)


def closes(house: House, edition: int) -> dict[str, int]:
    """Return an edition's figures, having checked that its accounting closes."""
    told = edition_book.figures(house.app, edition).to_json()
    assert told["eligible"] == sum(told[name] for name in _STATES)
    return told


def test_only_active_readers_get_the_edition(house: House) -> None:
    pending = house.reader("pending@example.org", "robots", confirmed=False)
    paused, left = (house.reader(f"{who}@example.org", "robots") for who in ("paused", "left"))
    house.app.desk.pause(paused, None, house.now, how="command", source="operator")
    house.app.desk.leave(left, house.now, how="command")
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    assert house.run().accounting.eligible == 1
    assert pending.state == "pending"
    assert house.mails("paused@example.org") == house.mails("left@example.org") == []
    (letter,) = house.mails("pending@example.org")
    assert b"/confirm/" in letter
    assert "Walking robots" not in text_of(letter)


def test_a_trial_mails_nobody_else(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.reader("bob@example.org", "robots")
    house.ingest(*ROBOTS)
    trial = house.reopened(edition=EditionSettings(only_to=("ADA@example.org",)))
    assert [reader.email for reader, _ in pressroom.rehearse(trial.app, None)] == [
        "ada@example.org"
    ]
    assert trial.run().accounting.eligible == 1
    assert mails(house.data, "bob@example.org") == []
    whole = trial.reopened()
    assert whole.run().accounting.eligible == 2
    assert len(whole.mails("ada@example.org")) == len(whole.mails("bob@example.org")) == 1
    whole.app.close()


def test_an_edition_that_waits_for_a_person_sends_nothing_before(house: House) -> None:
    house = house.reopened(edition=EditionSettings(approve=True))
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    assert house.run().state == "awaiting_approval"
    assert house.mails("ada@example.org") == []
    assert edition_book.approve(house.app, 1).state == "open"
    assert house.run().accounting.accepted == 1
    house.app.close()


def test_an_edition_expires_by_the_clock_from_its_opening(house: House) -> None:
    house = house.reopened(edition=EditionSettings(approve=True, expires_hours=2))
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    house.run()
    edition_book.approve(house.app, 1)
    house.app.deliveries.plan(1, house.now)
    house.now += timedelta(hours=2)
    assert house.run().accounting.expired == 1
    assert closes(house, 1)["pending"] == 0
    assert house.mails("ada@example.org") == []
    assert "over" in house.preview("ada@example.org").note
    house.app.close()


def test_a_cancelled_edition_is_sent_to_nobody_more(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    house.run()
    house.reader("bob@example.org", "robots")
    edition_book.cancel(house.app, 1)
    house.run()
    assert house.mails("bob@example.org") == []
    assert closes(house, 1)["accepted"] == 1


def test_an_erased_reader_leaves_nothing_and_their_number_stays_theirs(house: House) -> None:
    house.reader("ada@example.org", "robots")
    bob = house.reader("bob@example.org", "robots")
    house.ingest(*ROBOTS)
    house.run()
    house.app.desk.erase(bob, house.now, how="command", source="operator")
    carl = house.reader("carl@example.org", "robots")
    assert carl.id not in (bob.id,), "old links must not open somebody else's page"
    assert house.run().accounting.accepted == 2
    with house.app.database.read() as connection:
        for table in ("recipes", "letters", "subscribers", "ledger"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert not any("bob@" in str(row) for row in rows), table
    house.tomorrow()
    house.ingest(*OTHERS, paper("Crawling robots"))
    assert house.run().accounting.accepted == 2
