"""Which records of a dump are new, which are papers of the archive, and which papers are one."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from digest.archive import diff
from digest.archive.diff import Intents, decide
from digest.archive.merging import FIELDS
from digest.archive.title_blocks import CROWDED
from digest.papers import Link, Paper, PaperRecord, keys_of


class Archive:
    """The smallest store that carries out intents; it checks what a database would refuse."""

    def __init__(self) -> None:
        self.papers: dict[int, Paper] = {}
        self.owners: dict[str, int] = {}
        self.aliases: dict[int, int] = {}
        self._last = 0

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        return {key: self.papers[self.owners[key]] for key in keys if key in self.owners}

    def ingest(self, *records: PaperRecord) -> Intents:
        intents = decide(records, self)
        self.carry_out(intents)
        placed = [index for new in intents.new for index in new.records]
        placed += [index for update in intents.updates for index in update.records]
        assert sorted(placed) == list(range(len(records))), "every record has exactly one place"
        return intents

    def carry_out(self, intents: Intents) -> None:
        for merge in intents.merges:
            loser = self.papers.pop(merge.loser)
            self.aliases[loser.id] = merge.survivor
            self.papers[merge.survivor] = replace(self.papers[merge.survivor], **merge.changes)
            for key, owner in self.owners.items():
                if owner == loser.id:
                    self.owners[key] = merge.survivor
        for update in intents.updates:
            self.papers[update.id] = replace(self.papers[update.id], **update.changes)
            self._claim(update.id, update.new_keys)
        for new in intents.new:
            self._last += 1
            facts = {name: getattr(new.record, name) for name in FIELDS}
            self.papers[self._last] = Paper(self._last, **facts)
            self._claim(self._last, new.keys)

    def _claim(self, paper: int, keys: Sequence[str]) -> None:
        for key in keys:
            assert key not in self.owners, f"{key} has two owners"
            self.owners[key] = paper

    def number_of(self, record: PaperRecord) -> int:
        return self.owners[next(key for key in keys_of(record) if key in self.owners)]


def told(title: str, **facts: object) -> PaperRecord:
    return PaperRecord(title=title, abstract="", source_title=title, source_abstract="", **facts)  # type: ignore[arg-type]


def test_a_paper_is_known_by_its_title_whatever_its_case_hyphens_and_spaces() -> None:
    archive = Archive()
    archive.ingest(told("Self-Tuning Bees: A Study"))
    again = archive.ingest(told("self tuning bees – a STUDY"))
    assert not again.new
    assert [update.id for update in again.updates] == [1]


def test_a_dump_that_is_read_again_changes_nothing() -> None:
    archive = Archive()
    dump = [told("Bees", arxiv_id="2401.00001"), told("Wasps"), told("Bees!")]
    archive.ingest(*dump)
    again = archive.ingest(*dump)
    assert not again.new
    assert not again.merges
    assert all(not update.changes and not update.new_keys for update in again.updates)


def test_a_paper_told_twice_in_one_dump_is_one_paper_with_the_facts_of_both() -> None:
    [new] = Archive().ingest(told("Bees", upvotes=3), told("BEES", arxiv_id="2401.00001")).new
    assert new.records == (0, 1)
    assert (new.record.upvotes, new.record.arxiv_id) == (3, "2401.00001")
    assert new.keys == ("title:bees", "arxiv:2401.00001")


def test_an_id_that_comes_later_finds_the_paper_under_a_new_title() -> None:
    archive = Archive()
    archive.ingest(told("Bees"))
    archive.ingest(told("Bees", arxiv_id="2401.00001"))
    assert not archive.ingest(told("On Bees, Revised", arxiv_id="2401.00001v3")).new
    assert not archive.ingest(told("On bees, revised")).new


def test_two_arxiv_ids_are_two_papers_under_one_title() -> None:
    archive = Archive()
    archive.ingest(told("Bees", arxiv_id="2401.00001"))
    [second] = archive.ingest(told("Bees", arxiv_id="2401.00002")).new
    assert second.keys == ("arxiv:2401.00002",), "the title key stays with the first"


def test_a_title_alone_counts_for_the_first_of_two_papers_of_that_title() -> None:
    archive = Archive()
    archive.ingest(told("Bees", arxiv_id="2401.00001"), told("Bees", arxiv_id="2401.00002"))
    [update] = archive.ingest(told("Bees")).updates
    assert update.id == 1


def test_a_title_alone_takes_the_first_arxiv_id_that_comes_and_no_second() -> None:
    archive = Archive()
    archive.ingest(told("Bees"))
    assert not archive.ingest(told("Bees", arxiv_id="2401.00002")).new
    assert archive.ingest(told("Bees", arxiv_id="2401.00001")).new
    assert not archive.ingest(told("Bees", arxiv_id="2401.00002")).new


def test_two_dois_under_one_title_are_two_papers() -> None:
    archive = Archive()
    archive.ingest(told("Editorial", doi="10.1234/a.1"))
    [second] = archive.ingest(told("Editorial", doi="10.1234/a.2")).new
    assert second.keys == ("doi:10.1234/a.2",)


def test_the_preprint_and_the_journal_doi_of_one_arxiv_id_are_one_paper() -> None:
    archive = Archive()
    archive.ingest(told("Bees", arxiv_id="2401.00001", doi="10.1101/2024.01.01.1"))
    archive.ingest(told("Bees", arxiv_id="2401.00001", doi="10.1234/journal.7"))
    assert not archive.ingest(told("Bees in print", doi="10.1234/journal.7")).new


def test_arxivs_own_doi_is_the_arxiv_id() -> None:
    archive = Archive()
    archive.ingest(told("Bees", arxiv_id="2401.00001", doi="10.1234/journal.7"))
    assert not archive.ingest(told("Of Bees", doi="10.48550/arXiv.2401.00001")).new
    assert archive.ingest(told("Bees", doi="10.48550/arXiv.2401.00002")).new


def test_a_record_that_is_two_papers_of_the_archive_merges_them() -> None:
    archive = Archive()
    archive.ingest(told("Bees", comments=5), told("Of Bees", arxiv_id="2401.00001"))
    intents = archive.ingest(told("Bees", arxiv_id="2401.00001"))
    [merge] = intents.merges
    assert (merge.survivor, merge.loser) == (1, 2), "the older number survives"
    assert merge.changes == {"arxiv_id": "2401.00001"}
    assert [update.id for update in intents.updates] == [1]
    assert {archive.number_of(told("Bees")), archive.number_of(told("Of bees"))} == {1}


def test_papers_of_two_arxiv_ids_do_not_merge_though_a_record_points_at_both() -> None:
    archive = Archive()
    archive.ingest(told("Bees", arxiv_id="2401.00001"), told("Wasps", arxiv_id="2401.00002"))
    intents = archive.ingest(told("Bees", arxiv_id="2401.00002"))
    assert not intents.merges
    assert [update.id for update in intents.updates] == [2], "the id is the stronger key"


def test_a_merge_within_a_dump_gives_the_new_paper_to_the_archives() -> None:
    archive = Archive()
    archive.ingest(told("Bees"))
    intents = archive.ingest(
        told("Of Bees", doi="10.1234/a.1"), told("Bees", doi="10.1234/a.1", upvotes=2)
    )
    assert not intents.new
    [update] = intents.updates
    assert update.id == 1
    assert update.new_keys == ("doi:10.1234/a.1", "title:ofbees")
    assert update.records == (0, 1)
    assert update.changes == {"doi": "10.1234/a.1", "upvotes": 2}


def test_what_a_paper_gains_is_told_field_by_field() -> None:
    archive = Archive()
    archive.ingest(told("Bees", upvotes=2, published=date(2024, 1, 2)))
    link = Link("paper", "https://example.org/bees")
    [update] = archive.ingest(
        told("Bees", upvotes=1, comments=4, links=(link,), published=date(2024, 1, 3))
    ).updates
    assert update.changes == {"comments": 4, "links": (link,)}


def test_no_order_of_dumps_gives_a_key_two_owners_or_one_paper_two_arxiv_ids() -> None:
    rng = random.Random(6)
    for _ in range(200):
        archive = Archive()
        for _ in range(6):
            archive.ingest(*(_any_record(rng) for _ in range(rng.randint(1, 5))))
        for key, owner in archive.owners.items():
            if key.startswith("arxiv:"):
                assert archive.papers[owner].arxiv_id == key.removeprefix("arxiv:")
        assert set(archive.owners.values()) == set(archive.papers), "no paper without a key"


def _any_record(rng: random.Random) -> PaperRecord:
    return told(
        rng.choice(["Bees", "Wasps", "Of Bees", "Of Wasps"]),
        arxiv_id=rng.choice([None, None, "2401.00001", "2401.00002", "2401.00003"]),
        doi=rng.choice([None, None, "10.1234/a.1", "10.1234/a.2", "10.48550/arXiv.2401.00001"]),
    )


class Filed(Archive):
    """An archive in which each block holds so many papers."""

    def __init__(self, papers: int) -> None:
        super().__init__()
        self._filed = [Paper(1000 + n, f"Annual Report of Station {n}", "") for n in range(papers)]

    def by_blocks(self, hashes: Sequence[int]) -> Mapping[int, Sequence[Paper]]:
        return dict.fromkeys(hashes, self._filed)


@pytest.mark.parametrize(("papers", "compared"), [(CROWDED, CROWDED), (CROWDED + 1, 0)])
def test_a_crowded_block_is_not_searched(
    papers: int, compared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = comparisons(monkeypatch)
    archive = Filed(papers)
    decide([told("Annual Report of Station Nine")], archive, archive)
    assert len(asked) == compared


def test_a_series_in_a_dump_costs_no_more_than_its_first_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = comparisons(monkeypatch)
    series = [told(f"Proceedings of the Conference on Beekeeping {n}") for n in range(300)]
    assert len(decide(series, Archive()).new) == len(series)
    assert len(asked) <= len(series) + CROWDED * (CROWDED + 1) / 2, "not every pair"


def comparisons(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each comparison that `decide` makes; nothing is alike."""
    asked: list[str] = []
    monkeypatch.setattr(diff, "same_paper", lambda one, other: asked.append(other.title))
    return asked


MOSS = {"authors": ("Ann Moss",)}
LI = {"authors": ("Bo Li",)}


def page(address: str) -> dict[str, object]:
    return {"links": (Link("paper", f"https://journal.example.org/{address}"),)}


@pytest.mark.parametrize(
    ("title", "one", "other"),
    [
        ("Editorial", MOSS, LI),
        ("A Study of the Hive in Winter and Spring", MOSS, LI),
        ("Editorial", {"abstract": "On bees."}, {"abstract": "Wasps are discussed at length."}),
        ("Editorial", MOSS | {"abstract": "On bees."}, MOSS | {"abstract": "Wasps sting us all."}),
        ("Editorial", page("a/1"), page("a/2")),
        ("Editorial", MOSS | page("a/1"), MOSS | page("a/2")),
        ("Editorial", page("show?id=1"), page("show?id=2")),
    ],
)
def test_papers_that_share_only_a_title_are_two(
    title: str, one: dict[str, object], other: dict[str, object]
) -> None:
    archive = Archive()
    dump = [rewritten(title, **one), rewritten(title, **other)]
    assert len(archive.ingest(*dump).new) == 2
    assert len(archive.papers) == 2
    again = archive.ingest(*dump)
    assert not again.new
    assert [update.id for update in again.updates] == [1, 2]
    assert len(Archive().ingest(*reversed(dump)).new) == 2


@pytest.mark.parametrize(
    ("title", "one", "other"),
    [
        ("Editorial", MOSS, {"authors": ("A. Moss", "Bo Li")}),
        ("Editorial", MOSS, {}),
        ("Editorial", {"abstract": "On bees that dance."}, {"abstract": "On bees that dance!"}),
        ("Editorial", {"abstract": "On bees."}, MOSS),
        ("Editorial", page("a/1/abstract"), page("a/1/full?af=R")),
        ("Editorial", page("a/1"), {"links": (Link("paper", "https://other.example.org/b"),)}),
        ("A Study of the Hive in Winter", MOSS | page("a/1"), MOSS | page("b/2")),
        ("A Study of the Hive in Winter", {"abstract": "Teaser."}, {"abstract": "All of it."}),
    ],
)
def test_what_does_not_contradict_itself_is_one_paper(
    title: str, one: dict[str, object], other: dict[str, object]
) -> None:
    archive = Archive()
    assert len(archive.ingest(rewritten(title, **one), rewritten(title, **other)).new) == 1


def rewritten(title: str, **facts: object) -> PaperRecord:
    return replace(told(title), **facts)  # type: ignore[arg-type]


def test_many_papers_of_one_title_take_no_time() -> None:
    archive = Archive()
    dump = [told("Editorial", authors=(f"Author{n} Of{n}",)) for n in range(3_000)]
    assert len(archive.ingest(*dump).new) == 3_000
    assert not archive.ingest(*dump).new
