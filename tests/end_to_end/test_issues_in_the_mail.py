"""What is in an issue, and that a preview shows it."""

from __future__ import annotations

import re
from datetime import timedelta

from digest.operations import issues as pressroom
from digest.settings import EditionSettings, NewsletterSettings
from tests.end_to_end.conftest import OTHERS, ROBOTS, text_of
from tests.installation import House, paper


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
    house = house.reopened(edition=EditionSettings(max_papers=2, min_papers=1))
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
    house = house.reopened(newsletter=NewsletterSettings(quiet_day="note"))
    house.tomorrow()
    house.ingest(*OTHERS)
    assert house.run().accounting.accepted == 1
    assert len(house.mails("ada@example.org")) == 1
    house.app.close()


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
