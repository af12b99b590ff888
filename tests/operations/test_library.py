"""A reader's own library: read from their file, theirs alone, known and a taste."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.operations.library import UploadedLibraries
from subscribers.web.own_papers import LibraryError, Uploaded
from tests.installation import Installation, paper

BIB = """
@article{a, title={Replay of tides}, author={Moss, Ann}, year={2026}}
@misc{b, title={Sleep of otters}, eprint={2604.01234}, archiveprefix={arXiv}}
@misc{c, author={Nobody}}
@article{d, title={{Replay} of Tides}}
"""
RIS = "TY  - JOUR\r\nTI  - Moons of tin\r\nDO  - 10.1234/moons\r\nER  - \r\n"


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


def test_counts_are_said_back_with_what_could_not_be_read(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "tides")
    library = UploadedLibraries(installed.app)
    first = library.add(ada.id, BIB.encode())
    assert (first.added, first.known, first.no_room) == (2, 1, 0)
    assert [(line, "title" in reason) for line, reason in first.rejections] == [(4, True)]
    assert library.add(ada.id, BIB.encode()).added == 0
    assert library.add(ada.id, RIS.encode()) == Uploaded(1, 0, 0, ())
    assert [each.title for each in library.papers(ada.id)] == [
        *("Moons of tin", "Sleep of otters", "Replay of tides"),
    ]


@pytest.mark.parametrize("data", [b"", b"  \n", b"Hello", b"\x00\xff", b"[{}]", b"%PDF-1.7 \xff"])
def test_what_is_no_bibliography_is_refused(installed: Installation, data: bytes) -> None:
    with pytest.raises(LibraryError):
        UploadedLibraries(installed.app).add(1, data)


@pytest.mark.parametrize("first", ["the library", "the dump"])
def test_a_paper_of_the_library_is_never_sent_as_new_and_nobody_else_misses_it(
    installed: Installation, first: str
) -> None:
    ada = installed.reader("ada@example.org", "tides")
    installed.reader("bo@example.org", "tides")
    library = UploadedLibraries(installed.app)
    if first == "the library":
        library.add(ada.id, BIB.encode())
    installed.ingest(paper("Replay of tides"), paper("Tides that turn"))
    if first == "the dump":
        library.add(ada.id, BIB.encode())
    installed.run()
    assert installed.titles("ada@example.org", 1) == ["Tides that turn"]
    assert set(installed.titles("bo@example.org", 1)) == {"Replay of tides", "Tides that turn"}
    assert installed.app.stores.archive.count() == 2  # nothing of it is in the archive


def test_what_is_removed_comes_again(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "tides")
    library = UploadedLibraries(installed.app)
    library.add(ada.id, BIB.encode())
    installed.ingest(paper("Replay of tides"))
    assert installed.titles("ada@example.org") == []
    number = library.papers(ada.id)[1].number
    assert library.remove(ada.id, number) == 1
    assert installed.titles("ada@example.org") == ["Replay of tides"]
    library.add(ada.id, BIB.encode())
    assert library.remove(ada.id + 1) == 0
    assert library.remove(ada.id) == 2
    assert library.papers(ada.id) == []


def test_a_library_is_a_taste(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "tides")
    now = installed.now
    assert installed.app.history.tastes([ada.id], now) == {}
    UploadedLibraries(installed.app).add(ada.id, BIB.encode())
    (taste,) = installed.app.history.tastes([ada.id], now).values()
    assert [(each.paper.title, each.kind) for each in taste] == [
        ("Sleep of otters", "like"), ("Replay of tides", "like"),
    ]  # fmt: skip


def test_a_common_title_does_not_hide_another_paper(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "editorial")
    library = UploadedLibraries(installed.app)
    library.add(ada.id, b"@article{a, title={Editorial}, doi={10.1234/mine}}")
    app = installed.app
    from digest.archive.dump_results import IncomingDump
    from digest.operations.dumps import ingest_one

    other = b"@article{a, title={Editorial}, doi={10.1234/other}, abstract={An editorial.}}"
    ingest_one(app, IncomingDump("other.bib", other))
    assert app.history.sent_to([ada.id], installed.now) == {}
    same = b"@article{a, title={Whatever it is called}, doi={10.1234/mine}}"
    ingest_one(app, IncomingDump("same.bib", same))
    assert len(app.history.sent_to([ada.id], installed.now)[ada.id]) == 1


def test_a_library_is_bounded(installed: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.storage.libraries.MOST_PAPERS", 3)
    ada = installed.reader("ada@example.org", "tides")
    library = UploadedLibraries(installed.app)
    many = "\n".join(f"@misc{{k{n}, title={{Paper number {n}}}}}" for n in range(5))
    told = library.add(ada.id, many.encode())
    assert (told.added, told.known, told.no_room) == (3, 0, 2)
