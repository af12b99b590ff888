"""The download holds every table that knows a reader; so does erasing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, insert, select

from digest.operations.library import UploadedLibraries
from digest.operations.readers_pages import own_desk
from digest.storage.schema import metadata, suppressions
from subscribers.own_data import exported
from subscribers.store import Feedback, Request
from tests.installation import Installation, paper

# Where in the download the rows of a table stand. Who adds a table that knows a reader says here
# where, and `OwnRecordStore` gives it.
PLACES = {
    "consents": "consent",
    "deliveries": "issues",
    "feed_keys": "feed",
    "feedback": "feedback",
    "ledger": "papers_sent",
    "letters": "letters",
    "library_keys": "library",
    "library_papers": "library",
    "lifted_suppressions": "lifted_suppression",
    "muted_items": "muted_keywords",
    "requests": "requests",
    "returned_mails": "returned_mails",
    "subscribers": "subscription",
    "suppressions": "suppression",
    "unknown_addresses": "unknown_address",
}
ELSEWHERE = {"recipes": "the mails among the issues: see subscribers.web.letter_actions"}
OF_READERS = {"subscriber_id", "email_key", "delivery_id"}


def test_every_table_that_knows_a_reader_has_a_place_in_the_download() -> None:
    know = {t.name for t in metadata.sorted_tables if OF_READERS & set(t.c.keys())}
    assert know | {"letters"} == PLACES.keys() | ELSEWHERE.keys()


def test_the_download_holds_what_is_kept_and_erasing_leaves_nothing(tmp_path: Path) -> None:
    installed = Installation(tmp_path / "data")
    ada = installed.reader("ada@example.org", "tides, otters")
    installed.ingest(paper("Replay of tides"))
    installed.run()
    app, now = installed.app, installed.now
    number = app.stores.archive.titled("Replay of tides")[0].id
    app.stores.readers.set_feedback(ada.id, Feedback(number, "more", now, 1))
    app.stores.readers.ask(Request(0, ada.id, ada.email, {"keywords": "x"}, now))
    app.stores.own_desks.note_muted(ada.id, "robots", now)
    app.stores.own_desks.make_feed_key(ada.id, now)
    with app.stores.database.write() as connection:
        row = {"email_key": ada.email_key, "reason": "operator", "detail": "", "since": now}
        connection.execute(insert(suppressions).values(row))
    UploadedLibraries(app).add(ada.id, b"@misc{a, title={Sleep of otters}}")
    app.desk.send_link(ada.email, now)

    desk = own_desk(app)
    data = exported(ada, app.stores.readers.consents(ada.id),
                    app.stores.readers.feedback(ada.id), desk.papers.kept(ada))  # fmt: skip
    filled = {place for place in PLACES.values() if data[place]}
    assert filled == set(PLACES.values()) - {
        "unknown_address",
        "returned_mails",
        "lifted_suppression",
    }
    (issue,) = data["issues"]
    assert issue["state"] == "accepted"
    assert [p["title"] for p in issue["papers"]] == ["Replay of tides"]
    assert [p["title"] for p in data["papers_sent"]] == ["Replay of tides"]
    assert data["feedback"][0]["title"] == "Replay of tides"
    assert data["library"][0]["title"] == "Sleep of otters"
    assert data["muted_keywords"][0]["keywords"] == "robots"

    app.desk.erase(ada, now, how="link", source="reader")
    with app.stores.database.read() as connection:
        for table in metadata.sorted_tables:
            if "subscriber_id" in table.c and table.name != "consents":
                count = select(func.count()).select_from(table)
                assert connection.scalar(count) == 0, table.name
