"""Editions: one of a label, unless a further part is asked for."""

from __future__ import annotations

from datetime import date, timedelta

from digest.editions import Edition
from digest.storage.archive import ArchiveStore
from digest.storage.database import Database
from digest.storage.editions import EditionStore
from tests.storage.conftest import NOW
from tests.storage.test_archive import ingest, record

DAY = date(2026, 3, 14)


def opened(editions: EditionStore, *, extra: bool, day: date = DAY) -> Edition | None:
    return editions.open(day, now=NOW, expiry=timedelta(hours=36), extra=extra)


def test_what_comes_later_on_a_day_is_a_part_of_its_own_where_it_is_asked_for(
    database: Database,
) -> None:
    archive, editions = ArchiveStore(database), EditionStore(database)
    assert opened(editions, extra=True) is None
    ingest(archive, record("One paper"))
    first = opened(editions, extra=True)
    assert first is not None
    assert (first.number, first.part, first.name) == (1, 1, "2026-03-14")
    ingest(archive, record("Another, quite different"))
    assert opened(editions, extra=False) == first
    second = opened(editions, extra=True)
    assert second is not None
    assert (second.number, second.part, second.papers, second.name) == (2, 2, 1, "2026-03-14-2")
    assert opened(editions, extra=True) == opened(editions, extra=False) == second
    assert editions.find(DAY) == second
    ingest(archive, record("A third that nobody knew"))
    assert opened(editions, extra=False, day=date(2026, 3, 15)) == editions.newest()
    assert [edition.name for edition in editions.all()] == [
        "2026-03-14",
        "2026-03-14-2",
        "2026-03-15",
    ]


def test_an_edition_is_found_by_its_name_and_by_no_other_text(database: Database) -> None:
    archive, editions = ArchiveStore(database), EditionStore(database)
    made = []
    for title in ("One paper", "Another, quite different"):
        ingest(archive, record(title))
        made.append(opened(editions, extra=True))
    assert [editions.named(edition.name) for edition in made if edition] == made
    for wrong in ("2026-03-14-1", "2026-03-14-3", "2026-03-14-02", "20260314", "2026-03-13", "x"):
        assert editions.named(wrong) is None
