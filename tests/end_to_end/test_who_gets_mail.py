"""Who gets an edition: active readers, in a trial the named, while it may be sent."""

from __future__ import annotations

from datetime import timedelta

from digest.operations import editions as edition_operations
from digest.operations import issues as issue_operations
from digest.operations.serving import Duties
from digest.settings import EditionSettings
from tests.end_to_end.conftest import OTHERS, ROBOTS, text_of
from tests.installation import Installation, mails, paper

_STATES = (
    *("pending", "accepted", "refused", "deferred", "suppressed", "nothing_to_send"),
    *("uncertain", "expired", "cancelled"),
)


def closes(installation: Installation, edition: int) -> dict[str, int]:
    """Return an edition's figures, having checked that its accounting closes."""
    told = edition_operations.figures(installation.app.stores, edition).to_json()
    assert told["eligible"] == sum(told[name] for name in _STATES)
    return told


def test_only_active_readers_get_the_edition(installation: Installation) -> None:
    pending = installation.reader("pending@example.org", "robots", confirmed=False)
    paused, left = (
        installation.reader(f"{who}@example.org", "robots") for who in ("paused", "left")
    )
    installation.app.desk.pause(paused, None, installation.now, how="command", source="operator")
    installation.app.desk.leave(left, installation.now, how="command")
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    assert installation.run().accounting.eligible == 1
    assert pending.state == "pending"
    assert installation.mails("paused@example.org") == installation.mails("left@example.org") == []
    (letter,) = installation.mails("pending@example.org")
    assert b"/confirm/" in letter
    assert "Walking robots" not in text_of(letter)


def test_a_trial_mails_nobody_else(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.reader("bob@example.org", "robots")
    installation.ingest(*ROBOTS)
    trial = installation.reopened(edition=EditionSettings(only_to=("ADA@example.org",)))
    assert [reader.email for reader, _ in issue_operations.rehearse(trial.app, None)] == [
        "ada@example.org"
    ]
    assert trial.run().accounting.eligible == 1
    assert mails(installation.data, "bob@example.org") == []
    whole = trial.reopened()
    assert whole.run().accounting.eligible == 2
    assert len(whole.mails("ada@example.org")) == len(whole.mails("bob@example.org")) == 1
    whole.app.close()


def test_a_trial_holds_back_what_was_planned_before_it(installation: Installation) -> None:
    for name in ("ada", "bob"):
        installation.reader(f"{name}@example.org", "robots")
    installation.ingest(*ROBOTS)
    installation.app.stores.editions.open(
        installation.app.today(), now=installation.now, expiry=timedelta(days=1), approve=False
    )
    installation.app.stores.deliveries.plan(1, installation.now)
    trial = installation.reopened(edition=EditionSettings(only_to=("ada@example.org",)))
    bobs = trial.preview("bob@example.org")
    assert not bobs.raw and "only_to" in bobs.note, "what is shown is what is sent"
    told = trial.run().accounting
    assert (told.accepted, told.planned) == (1, 1)
    assert mails(trial.data, "bob@example.org") == []
    duties = Duties(trial.app)
    duties.send()
    assert mails(trial.data, "bob@example.org") == []
    over = trial.reopened()
    Duties(over.app).send()
    assert len(over.mails("ada@example.org")) == len(over.mails("bob@example.org")) == 1
    over.app.close()


def test_an_edition_that_waits_for_a_person_sends_nothing_before(
    installation: Installation,
) -> None:
    installation = installation.reopened(edition=EditionSettings(approve=True))
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    assert installation.run().state == "awaiting_approval"
    assert installation.mails("ada@example.org") == []
    assert edition_operations.approve(installation.app.stores, 1).state == "open"
    assert installation.run().accounting.accepted == 1
    installation.app.close()


def test_an_edition_expires_by_the_clock_from_its_opening(installation: Installation) -> None:
    installation = installation.reopened(edition=EditionSettings(approve=True, expires_hours=2))
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    installation.run()
    edition_operations.approve(installation.app.stores, 1)
    installation.app.stores.deliveries.plan(1, installation.now)
    installation.now += timedelta(hours=2)
    assert installation.run().accounting.expired == 1
    assert closes(installation, 1)["pending"] == 0
    assert installation.mails("ada@example.org") == []
    assert "over" in installation.preview("ada@example.org").note
    installation.app.close()


def test_a_cancelled_edition_is_sent_to_nobody_more(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    installation.run()
    installation.reader("bob@example.org", "robots")
    edition_operations.cancel(installation.app.stores, 1, installation.app.clock())
    installation.run()
    assert installation.mails("bob@example.org") == []
    assert closes(installation, 1)["accepted"] == 1


def test_an_erased_reader_leaves_nothing_and_their_number_stays_theirs(
    installation: Installation,
) -> None:
    installation.reader("ada@example.org", "robots")
    bob = installation.reader("bob@example.org", "robots")
    installation.ingest(*ROBOTS)
    installation.run()
    installation.app.desk.erase(bob, installation.now, how="command", source="operator")
    carl = installation.reader("carl@example.org", "robots")
    assert carl.id not in (bob.id,), "old links must not open somebody else's page"
    assert installation.run().accounting.accepted == 2
    with installation.app.stores.database.read() as connection:
        for table in ("recipes", "letters", "subscribers", "ledger"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert not any("bob@" in str(row) for row in rows), table
    installation.tomorrow()
    installation.ingest(*OTHERS, paper("Crawling robots"))
    assert installation.run().accounting.accepted == 2
