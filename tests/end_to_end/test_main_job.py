"""The main job, end to end: dumps in, one personal mail a day out, nobody gets a paper twice."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest

from digest import edition_book, pressroom
from digest.errors import NotFound, SettingsError
from digest.settings import Delivery, Edition, Newsletter, Settings, Smtp
from tests.house import House, mails, paper

ROBOTS = [paper(f"{word} robots") for word in ("Walking", "Speaking", "Swimming", "Flying")]
OTHERS = [
    paper(title)
    for title in ("Whale songs", "Protein folding", "Lunar dust", "Bread baking", "Moss maps")
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data")
    yield made
    made.app.close()


_STATES = (
    *("pending", "accepted", "refused", "deferred", "suppressed", "nothing_to_send"),
    *("uncertain", "expired", "cancelled"),
)


def closes(house: House, edition: int) -> dict[str, int]:
    """Return an edition's figures, having checked that its accounting closes."""
    told = edition_book.figures(house.app, edition).to_json()
    assert told["eligible"] == sum(told[name] for name in _STATES)
    return told


def text_of(raw: bytes) -> str:
    body = email.message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    return body.get_content()


# --- real dumps ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dumps(shared: Path) -> list[Path]:
    return sorted((shared / "dumps").glob("*.txt"))


@pytest.mark.shared
def test_the_real_dumps_in_both_orders_bring_318_papers(tmp_path: Path, dumps: list[Path]) -> None:
    counts = []
    for order in (dumps, dumps[::-1]):
        house = House(tmp_path / f"from-{order[0].name[:3]}")
        readings = [house.app.ingest_file(dump, None, False) for dump in order]
        counts.append([(reading.papers, reading.new) for reading in readings])
        assert not any(reading.rejected for reading in readings)
        assert house.app.archive.count() == 318
        again = house.app.ingest_file(dumps[0], None, False)
        assert (again.already_ingested, again.new) == (True, 0)
        house.app.close()
    assert counts[0] == [(223, 223), (79, 66), (37, 29)]
    assert [papers for papers, _ in counts[1]] == [37, 79, 223]
    assert sum(new for _, new in counts[1]) == 318


@pytest.mark.shared
def test_two_days_of_real_dumps_never_bring_a_paper_twice(house: House, dumps: list[Path]) -> None:
    for number in range(12):
        keywords = ("diffusion", "speech -audio", "reinforcement learning", '"language model"')
        house.reader(f"r{number}@example.org", keywords[number % 4])
    for dump in dumps:
        house.app.ingest_file(dump, None, False)
        figures = house.run()
        told = figures.accounting
        assert (told.eligible, told.accepted + told.nothing_to_send) == (12, 12)
        assert house.run() == figures, "a second run sends nothing"
        house.tomorrow()
    for number in range(12):
        address = f"r{number}@example.org"
        got: list[str] = []
        for edition in (1, 2, 3):
            with suppress(NotFound):  # a quiet day of theirs
                got += house.titles(address, edition)
        assert got
        assert len(got) == len(set(got))


# --- once and only once -------------------------------------------------------------------


def test_a_second_run_sends_nothing(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    first = house.run()
    assert (first.number, first.papers, first.accounting.accepted) == (1, 4, 1)
    assert house.run() == first
    assert len(house.mails("ada@example.org")) == 1


def test_nothing_new_opens_no_edition(house: House) -> None:
    house.reader("ada@example.org", "robots")
    assert house.run().number is None
    house.ingest(*ROBOTS)
    house.run()
    house.tomorrow()
    house.ingest(*ROBOTS[::-1])
    assert house.run().to_json()["edition"] is None
    assert house.preview("ada@example.org").to_json()["papers"] == []


def test_a_paper_that_the_source_calls_differently_is_not_sent_again(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(paper("Walking Robots: A Survey"), *OTHERS)
    house.run()
    house.tomorrow()
    house.ingest(paper("WALKING ROBOTS – a survey"), paper("Speaking robots"))
    house.run()
    assert "Walking Robots: A Survey" in house.titles("ada@example.org", 1)
    assert house.titles("ada@example.org", 2) == ["Speaking robots"]


def test_later_papers_wait_for_the_next_edition(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS[:2])
    house.run()
    house.ingest(*ROBOTS[2:])
    assert house.run().papers == 2
    house.tomorrow()
    assert house.run().number == 2
    assert set(house.titles("ada@example.org", 2)) == {"Swimming robots", "Flying robots"}


def test_who_joins_later_in_the_day_gets_the_edition_with_the_next_run(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    house.run()
    house.now += timedelta(hours=3)
    house.reader("bob@example.org", "robots")
    figures = house.run()
    assert (figures.number, figures.accounting.accepted) == (1, 2)
    assert len(house.mails("ada@example.org")) == len(house.mails("bob@example.org")) == 1


def test_a_new_reader_begins_with_the_newest_edition(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS[:2])
    house.run()
    house.tomorrow()
    house.reader("bob@example.org", "robots")
    house.ingest(*ROBOTS[2:])
    house.run()
    assert set(house.titles("bob@example.org", 2)) == {"Swimming robots", "Flying robots"}


# --- who gets mail ------------------------------------------------------------------------


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
    trial = house.reopened(edition=Edition(only_to=("ADA@example.org",)))
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
    house = house.reopened(edition=Edition(approve=True))
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    assert house.run().state == "awaiting_approval"
    assert house.mails("ada@example.org") == []
    assert edition_book.approve(house.app, 1).state == "open"
    assert house.run().accounting.accepted == 1
    house.app.close()


def test_an_edition_expires_by_the_clock_from_its_opening(house: House) -> None:
    house = house.reopened(edition=Edition(approve=True, expires_hours=2))
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


# --- what is in an issue ------------------------------------------------------------------


def test_few_matches_are_filled_with_papers_that_are_called_trending(house: House) -> None:
    house.reader("ada@example.org", "walking")
    house.ingest(*ROBOTS, *OTHERS)
    house.run()
    picks = house.preview("ada@example.org", 1).picks
    assert [pick.section for _, pick in picks] == ["picked", "trending", "trending"]
    assert not any(pick.reasons for _, pick in picks[1:])
    assert "rending" in text_of(house.mails("ada@example.org")[0])
    house.tomorrow()
    house.ingest(paper("Walking horses"), paper("Galloping horses"))
    house.run()
    assert not set(house.titles("ada@example.org", 2)) & {paper.title for paper, _ in picks}


def test_an_issue_has_at_most_max_papers(house: House) -> None:
    house = house.reopened(edition=Edition(max_papers=2, min_papers=1))
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS, *OTHERS)
    house.run()
    assert len(house.titles("ada@example.org", 1)) == 2
    house.app.close()


def test_an_exclusion_holds_in_the_fill_too(house: House) -> None:
    house.reader("ada@example.org", "walking, -songs -dust -folding -speaking -swimming -fly")
    house.ingest(*ROBOTS, *OTHERS)
    house.run()
    got = house.titles("ada@example.org", 1)
    assert got[0] == "Walking robots"
    assert set(got[1:]) == {"Bread baking", "Moss maps"}


def test_a_quiet_day_sends_nothing_unless_a_note_is_wanted(house: House) -> None:
    house.reader("ada@example.org", "xylophones")
    house.ingest(*ROBOTS)
    figures = house.run()
    assert (figures.accounting.nothing_to_send, figures.accounting.accepted) == (1, 0)
    assert house.preview("ada@example.org").to_json()["papers"] == []
    house = house.reopened(newsletter=Newsletter(quiet_day="note"))
    house.tomorrow()
    house.ingest(*OTHERS)
    assert house.run().accounting.accepted == 1
    assert len(house.mails("ada@example.org")) == 1
    house.app.close()


# --- preview ------------------------------------------------------------------------------


def test_a_preview_shows_what_the_run_then_sends(house: House) -> None:
    house.reader("ada@example.org", '"walking robots"^2, whale')
    house.ingest(*ROBOTS, *OTHERS)
    before = house.preview("ada@example.org")
    house.run()
    after = house.preview("ada@example.org", 1)
    assert after.subject == before.subject
    assert after.to_json()["papers"] == before.to_json()["papers"]
    tokens = re.compile(rb"unsubscribe%20\S+|unsubscribe=\S+")
    assert tokens.sub(b"", after.part("plain").encode()) == tokens.sub(
        b"", before.part("plain").encode()
    )


def test_a_preview_of_a_past_edition_is_the_bytes_in_the_mailbox(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.reader("mori@example.org", "robots")
    house.ingest(*ROBOTS)
    house.run()
    house.now += timedelta(days=20)
    for address in ("ada@example.org", "mori@example.org"):
        (sent,) = house.mails(address)
        assert house.preview(address, 1).raw.replace(b"\r\n", b"\n") == sent.replace(b"\r\n", b"\n")


def test_after_the_run_there_is_nothing_left_to_preview(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*[paper(f"{w} robots no {n}") for w in ("Red", "Blue", "Green") for n in range(8)])
    house.run()
    found = house.preview("ada@example.org")
    assert found.to_json() == {"subject": "", "edition": 1, "papers": []}
    assert "accepted" in found.note


def test_a_rehearsal_keeps_nothing(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    ((reader, found),) = pressroom.rehearse(house.app, None)
    assert (reader.email, found.edition, len(found.picks)) == ("ada@example.org", 1, 4)
    assert house.app.editions.all() == []
    assert house.mails("ada@example.org") == []
    assert house.run().accounting.accepted == 1
    assert list(pressroom.rehearse(house.app, None)) == []


# --- set-up -------------------------------------------------------------------------------


def test_mail_to_strangers_needs_a_sender_and_a_way_out(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    strange = Delivery(transport="smtp", smtp=Smtp(host="mail.example.org"))
    house = house.reopened(delivery=strange)
    with pytest.raises(SettingsError, match=r"newsletter\.sender.*newsletter\.base_url"):
        house.run()
    assert house.app.editions.all() == [], "nothing was begun"
    house.app.close()


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


def test_settings_of_the_house_are_immutable() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().edition.max_papers = 3  # type: ignore[misc]
