"""What is in an issue, and that a preview shows it."""

from __future__ import annotations

import re
from datetime import timedelta

from digest.operations import issues as issue_operations
from digest.settings import EditionSettings, NewsletterSettings
from tests.end_to_end.conftest import OTHERS, ROBOTS, text_of
from tests.installation import Installation, paper


def test_few_matches_are_filled_with_papers_that_are_said_to_be_outside_the_keywords(
    installation: Installation,
) -> None:
    installation.reader("ada@example.org", "walking")
    installation.ingest(*ROBOTS, *OTHERS)
    installation.run()
    picks = installation.preview("ada@example.org", 1).picks
    assert [pick.section for _, pick in picks] == ["picked", "trending", "trending"]
    assert not any(pick.reasons for _, pick in picks[1:])
    mail = " ".join(text_of(installation.mails("ada@example.org")[0]).split())
    matched, filled = mail.split("Also today, outside your keywords")
    for paper_of, pick in picks:
        assert (paper_of.title in filled) is (pick.section == "trending")
        assert (paper_of.title in matched) is (pick.section == "picked")
    told = re.findall(r"Also new today, outside|Popular today \(▲ \d+\), outside", filled)
    assert len(told) == 2, "each says why it is here"
    installation.tomorrow()
    installation.ingest(paper("Walking horses"), paper("Galloping horses"))
    installation.run()
    assert not set(installation.titles("ada@example.org", 2)) & {paper.title for paper, _ in picks}


def test_an_issue_has_at_most_max_papers(installation: Installation) -> None:
    installation = installation.reopened(edition=EditionSettings(max_papers=2, min_papers=1))
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS, *OTHERS)
    installation.run()
    assert len(installation.titles("ada@example.org", 1)) == 2
    installation.app.close()


def test_an_exclusion_holds_in_the_fill_too(installation: Installation) -> None:
    installation.reader(
        "ada@example.org", "walking, -songs -dust -folding -speaking -swimming -fly"
    )
    installation.ingest(*ROBOTS, *OTHERS)
    installation.run()
    got = installation.titles("ada@example.org", 1)
    assert got[0] == "Walking robots"
    assert set(got[1:]) == {"Bread baking", "Moss maps"}


def test_a_quiet_day_sends_nothing_unless_a_note_is_wanted(installation: Installation) -> None:
    installation.reader("ada@example.org", "xylophones")
    installation.ingest(*ROBOTS)
    figures = installation.run()
    assert (figures.accounting.nothing_to_send, figures.accounting.accepted) == (1, 0)
    assert installation.preview("ada@example.org").to_json()["papers"] == []
    installation = installation.reopened(newsletter=NewsletterSettings(quiet_day="note"))
    installation.tomorrow()
    installation.ingest(*OTHERS)
    assert installation.run().accounting.accepted == 1
    assert len(installation.mails("ada@example.org")) == 1
    installation.app.close()


def test_a_preview_shows_what_the_run_then_sends(installation: Installation) -> None:
    installation.reader("ada@example.org", '"walking robots"^2, whale')
    installation.ingest(*ROBOTS, *OTHERS)
    before = installation.preview("ada@example.org")
    installation.run()
    after = installation.preview("ada@example.org", 1)
    assert after.subject == before.subject
    assert after.to_json()["papers"] == before.to_json()["papers"]
    tokens = re.compile(rb"unsubscribe%20\S+|unsubscribe=\S+")
    assert tokens.sub(b"", after.part("plain").encode()) == tokens.sub(
        b"", before.part("plain").encode()
    )


def test_a_preview_of_a_past_edition_is_the_bytes_in_the_mailbox(
    installation: Installation,
) -> None:
    installation.reader("ada@example.org", "robots")
    installation.reader("mori@example.org", "robots")
    installation.ingest(*ROBOTS)
    installation.run()
    installation.now += timedelta(days=20)
    for address in ("ada@example.org", "mori@example.org"):
        (sent,) = installation.mails(address)
        assert installation.preview(address, 1).raw.replace(b"\r\n", b"\n") == sent.replace(
            b"\r\n", b"\n"
        )


def test_after_the_run_there_is_nothing_left_to_preview(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(
        *[paper(f"{w} robots no {n}") for w in ("Red", "Blue", "Green") for n in range(8)]
    )
    installation.run()
    found = installation.preview("ada@example.org")
    note = "their issue of edition 1 is done: accepted"
    assert found.to_json() == {"subject": "", "edition": 1, "note": note, "papers": []}
    assert "accepted" in found.note


def test_a_rehearsal_keeps_nothing(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    ((reader, found),) = issue_operations.rehearse(installation.app, None)
    assert (reader.email, found.edition, len(found.picks)) == ("ada@example.org", 1, 4)
    assert installation.app.stores.editions.all() == []
    assert installation.mails("ada@example.org") == []
    assert installation.run().accounting.accepted == 1
    assert list(issue_operations.rehearse(installation.app, None)) == []
