"""What readers find at their own desk of what they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.operations.readers_pages import own_desk
from digest.settings import EditionSettings
from subscribers.store import Feedback, Subscriber
from subscribers.web.own_papers import OwnDesk
from tests.installation import Installation, paper


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    place = Installation(tmp_path / "data").reopened(edition=EditionSettings(min_papers=1))
    yield place
    place.app.close()


@pytest.fixture
def ada(installed: Installation) -> Subscriber:
    reader = installed.reader("ada@example.org", "tides, otters")
    installed.reader("bo@example.org", "cranes")
    installed.ingest(paper("Replay of tides"), paper("Sleep of otters"), paper("Cranes"))
    installed.run()
    installed.tomorrow()
    installed.ingest(paper("Größe der tides", "Naïve STRASSE of Tides"))
    installed.run()
    return reader


@pytest.fixture
def desk(installed: Installation) -> OwnDesk:
    return own_desk(installed.app)


def test_issues_come_newest_first_with_their_papers(ada: Subscriber, desk: OwnDesk) -> None:
    assert desk.papers.count(ada.id) == 2
    new, old = desk.papers.issues(ada.id, 0, 10)
    assert (new.edition, old.edition) == (2, 1)
    assert [each.title for each in new.papers] == ["Größe der tides"]
    assert {each.title for each in old.papers} == {"Replay of tides", "Sleep of otters"}
    assert [i.edition for i in desk.papers.issues(ada.id, 1, 10)] == [1]
    assert desk.papers.issue(ada.id, 1) == old
    assert desk.papers.issue(ada.id, 3) is None
    assert desk.papers.issue(ada.id + 7, 1) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tides", ["Größe der tides", "Replay of tides"]),
        ("TIDES replay", ["Replay of tides"]),
        ("größe", ["Größe der tides"]),
        ("GROSSE", ["Größe der tides"]),
        ("grösser", []),
        ("naive strasse", ["Größe der tides"]),
        ("cranes", []),
        ("100%", []),
    ],
)
def test_search_finds_words_in_titles_and_abstracts_of_ones_own(
    ada: Subscriber, desk: OwnDesk, text: str, found: list[str]
) -> None:
    assert [each.paper.title for each in desk.papers.search(ada.id, text).papers] == found


def test_a_search_says_that_there_is_more(
    ada: Subscriber, desk: OwnDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not desk.papers.search(ada.id, "tides").has_more
    monkeypatch.setattr("digest.web.own_papers._FOUND", 1)
    found = desk.papers.search(ada.id, "tides")
    assert found.has_more
    assert len(found.papers) == 1


@pytest.mark.parametrize(
    ("form", "sign"), [("bib", "@"), ("ris", "TY  - "), ("json", "["), ("md", "- ")]
)
def test_an_issue_and_likes_are_files(
    installed: Installation, ada: Subscriber, desk: OwnDesk, form: str, sign: str
) -> None:
    text = desk.papers.cited(ada.id, 1, form)  # type: ignore[arg-type]
    assert text is not None
    assert text.startswith(sign)
    assert "Replay of tides" in text
    assert "Cranes" not in text
    assert desk.papers.cited(ada.id, 9, form) is None  # type: ignore[arg-type]
    number = installed.app.stores.archive.titled("Cranes")[0].id
    readers = installed.app.stores.readers
    readers.set_feedback(ada.id, Feedback(number, "more", installed.now))
    likes = desk.papers.cited_likes(ada.id, form)  # type: ignore[arg-type]
    assert "Cranes" in likes
    assert "Replay of tides" not in likes


def test_a_merged_paper_is_shown_under_the_number_that_was_mailed(
    installed: Installation, ada: Subscriber, desk: OwnDesk
) -> None:
    from sqlalchemy import update

    from digest.storage.schema import papers

    archive = installed.app.stores.archive
    gone, kept = archive.titled("Replay of tides")[0], archive.titled("Sleep of otters")[0]
    with installed.app.stores.database.write() as connection:
        row = papers.c.id == gone.id
        connection.execute(update(papers).where(row).values(merged_into=kept.id))
    issue = desk.papers.issue(ada.id, 1)
    assert issue is not None
    assert {(p.number, p.title) for p in issue.papers} == {
        (gone.id, "Sleep of otters"), (kept.id, "Sleep of otters"),
    }  # fmt: skip
    assert (desk.papers.cited(ada.id, 1, "bib") or "").count("@misc") == 1
