"""The archive: what is new, what is the same, what merges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.archive.diff import decide
from digest.archive.merging import FIELDS
from digest.papers import PaperRecord
from digest.storage.archive import ArchiveStore
from digest.storage.database import Database
from digest.storage.editions import EditionStore

NOW = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def record(title: str, abstract: str = "An abstract.", **more: object) -> PaperRecord:
    return PaperRecord(
        title=title, abstract=abstract, source_title=title, source_abstract=abstract, **more
    )  # type: ignore[arg-type]


def ingest(archive: ArchiveStore, *records: PaperRecord, archive_only: bool = False) -> int:
    with archive.changing() as change:
        intents = decide(records, change)
        change.carry_out(intents, source="test", now=NOW, archive_only=archive_only)
    return len(intents.new)


def test_a_paper_is_new_once(database: Database) -> None:
    archive = ArchiveStore(database)
    assert ingest(archive, record("Walking Robots"), record("Speaking Robots")) == 2
    assert ingest(archive, record("Walking  robots!"), record("Swimming Robots")) == 1
    assert [paper.title for paper in archive.all()] == [
        "Walking Robots",
        "Speaking Robots",
        "Swimming Robots",
    ]


def test_another_source_adds_what_it_knows(database: Database) -> None:
    archive = ArchiveStore(database)
    ingest(archive, record("Walking Robots"))
    ingest(archive, record("Walking robots", arxiv_id="2601.00001", authors=("A. Lovelace",)))
    (paper,) = archive.all()
    assert (paper.arxiv_id, paper.authors) == ("2601.00001", ("A. Lovelace",))
    assert archive.find("2601.00001") == [paper]


def test_two_papers_that_turn_out_to_be_one_are_merged(database: Database) -> None:
    archive, editions = ArchiveStore(database), EditionStore(database)
    ingest(archive, record("Robots That Walk"))
    editions.open(NOW.date(), now=NOW, expiry=DAY)
    ingest(archive, record("Walking Robots", arxiv_id="2601.00001"))
    ingest(archive, record("Robots that walk", arxiv_id="2601.00001"))
    (paper,) = archive.all()
    assert paper.edition == 1, "it was offered: it is not offered again"
    assert archive.unoffered() == []
    assert set(archive.get([1, 2])) == {1, 2}, "the loser's number is an alias"
    assert archive.aliases() == {2: 1} or archive.aliases() == {1: 2}


def test_archive_only_papers_are_never_offered(database: Database) -> None:
    archive, editions = ArchiveStore(database), EditionStore(database)
    ingest(archive, record("Old Robots"), archive_only=True)
    assert editions.open(NOW.date(), now=NOW, expiry=DAY) is None
    ingest(archive, record("Old robots"), record("New Robots"))
    edition = editions.open(NOW.date(), now=NOW, expiry=DAY)
    assert edition is not None
    assert edition.papers == 1
    assert [paper.title for paper in archive.offered(after=0, upto=1)] == ["New Robots"]


def test_an_edition_keeps_its_label_and_its_papers(database: Database) -> None:
    archive, editions = ArchiveStore(database), EditionStore(database)
    ingest(archive, record("First"))
    first = editions.open(NOW.date(), now=NOW, expiry=DAY)
    ingest(archive, record("Second"))
    assert editions.open(NOW.date(), now=NOW, expiry=DAY) == first
    second = editions.open(NOW.date() + DAY, now=NOW, expiry=DAY)
    assert second is not None
    assert (second.number, second.papers) == (2, 1)
    assert editions.newest() == second


def test_papers_keep_the_order_of_their_page(database: Database) -> None:
    archive, editions = ArchiveStore(database), EditionStore(database)
    ingest(archive, record("B", position=1), record("A", position=0), record("C", position=2))
    editions.open(NOW.date(), now=NOW, expiry=DAY)
    assert [paper.title for paper in archive.offered(after=0, upto=1)] == ["A", "B", "C"]


def test_everything_that_was_told_comes_back(database: Database) -> None:
    from digest.papers import Link

    archive = ArchiveStore(database)
    told = record(
        "Ωmega",
        authors=("Ada", "Émile"),
        author_count=2,
        published=NOW.date(),
        comments=3,
        upvotes=0,
        links=(Link("code", "https://example.org/a?b=1&c=2"),),
        keywords=("robots",),
        doi="10.1000/x",
        position=7,
        ai_summary="It moves.",
        ai_summary_model="acme/summary-1",
        ai_keywords=("robots",),
        organisations=("Université d’Été", "Moss Labs"),
        venue="ICRA 2026",
        comment="12 pages",
        github_url="https://example.org/moss/omega",
        github_stars=0,
        submitter="cy",
    )
    ingest(archive, told)
    (paper,) = archive.all()
    for name in FIELDS:
        assert getattr(paper, name) == getattr(told, name), name
    assert paper.first_seen == NOW


@pytest.mark.parametrize(
    "text", ["d’été", "moss labs", "ICRA", "12 PAGES", "émile", "grippers", "Cy Reed", "It moves"]
)
def test_a_paper_is_found_by_what_its_source_tells_of_it(database: Database, text: str) -> None:
    archive = ArchiveStore(database)
    told = record(
        "Omega",
        authors=("Ada", "émile"),
        keywords=("grippers",),
        organisations=("Université d’été", "Moss Labs"),
        venue="ICRA 2026",
        comment="12 pages",
        submitter="Cy Reed",
        ai_summary="It moves.",
    )
    ingest(archive, told, record("Another"))
    assert [paper.title for paper in archive.find(text)] == ["Omega"]
    assert archive.titled(text) == []
    assert archive.find("100% of nothing") == []
