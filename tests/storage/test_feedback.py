"""What was in whose mail, as feedback asks it."""

from __future__ import annotations

from array import array

from sqlalchemy import insert

from digest.storage.database import Database
from digest.storage.schema import deliveries, editions
from digest.storage.subscribers import SqlSubscriberStore
from subscribers.consent import Consent
from subscribers.store import Subscriber
from tests.storage.conftest import NOW


def test_a_paper_was_in_the_mail_of_one_reader_and_edition(database: Database) -> None:
    table = SqlSubscriberStore(database)
    consent = Consent("vouch", None, "active", NOW, "command", "operator", "h")
    ada, bo = (
        table.insert(Subscriber(0, name, name, "x", "active", created_at=NOW), consent)
        for name in ("ada@example.org", "bo@example.org")
    )
    assert ada is not None
    assert bo is not None
    with database.write() as connection:
        edition = {"state": "open", "opened_at": NOW, "expires_at": NOW, "papers": 3}
        for number in (1, 2):
            label = NOW.date().replace(day=number)
            connection.execute(insert(editions).values(number=number, label=label, **edition))
        for reader, number, packed in (
            (ada, 1, array("I", [7, 70_000]).tobytes()),
            (ada, 2, None),  # not composed yet
            (bo, 1, b""),
        ):
            row = {"edition": number, "subscriber_id": reader.id, "state": "accepted"}
            connection.execute(insert(deliveries).values(papers=packed, **row))
    assert table.was_mailed(ada.id, 1, 7)
    assert table.was_mailed(ada.id, 1, 70_000)
    assert not table.was_mailed(ada.id, 1, 8)
    assert not table.was_mailed(ada.id, 2, 7)
    assert not table.was_mailed(ada.id, 0, 7)
    assert not table.was_mailed(bo.id, 1, 7)
