"""Nearly the same title: one paper, or its dangerous twin."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from bench.title_blocks import TitleBlocks
from digest.archive.diff import NewPaper, decide
from digest.archive.near_duplicates import Different, Same, abstract_agreement, same_paper
from digest.archive.title_blocks import blocking_hashes
from digest.archive.title_words import title_words
from digest.dumps.page.as_text import PageText
from digest.papers import Paper, PaperRecord
from digest.storage.archive import ArchiveStore as Store
from digest.storage.database import open_database, sqlite_url
from digest.storage.migrate import migrate

TITLE = "Honey bees that learn long routes between scattered meadows and remember them over winter"
ABSTRACT = (
    "We follow forty hives over three years and find that foragers keep their routes in mind. "
    "A simple model of place memory explains which meadows are visited first after the frost. "
    "It also predicts how often a route is shortened, and why some hives never change theirs."
)
OTHER = (
    "Rivers carry sand to the sea in amounts that dams have changed. From ninety gauges we "
    "estimate the loss along six coasts and give a map of beaches that will be gone by autumn."
)


def told(title: str, abstract: str = "", **facts: object) -> PaperRecord:
    return PaperRecord(title, abstract, title, abstract, **facts)  # type: ignore[arg-type]


def is_same(one: str, other: str, abstract: str = "") -> bool:
    forth = same_paper(told(one, abstract), told(other, abstract))
    back = same_paper(told(other, abstract), told(one, abstract))
    assert isinstance(forth, Same) == isinstance(back, Same), "it does not matter who asks"
    return isinstance(forth, Same)


@pytest.mark.parametrize(
    "other",
    [
        TITLE.upper(),
        TITLE.replace("Honey bees", "Honey-bees"),
        TITLE.replace("Honey bees", "Honeybees"),
        TITLE.replace("meadows", "meadow"),
        TITLE.replace(" that", ""),
        TITLE.replace("meadows", "fields"),
    ],
)
def test_a_title_a_little_changed_is_the_same_paper_if_the_abstracts_agree(other: str) -> None:
    assert is_same(TITLE, other, ABSTRACT)
    assert isinstance(same_paper(told(TITLE, ABSTRACT), told(other, OTHER)), Different)


def test_tex_and_unicode_are_the_same_title() -> None:
    tex = r"K\"ahler metrics, $\alpha$-stable noise and the bound $\mathcal{O}(n^2)$ revisited"
    assert is_same(tex, "Kähler metrics, α-stable noise and the bound 𝒪(n²) revisited")


def test_without_an_abstract_the_titles_must_be_all_but_equal() -> None:
    assert is_same(TITLE, TITLE.replace("meadows", "meadow"))
    assert not is_same(TITLE, TITLE.replace("meadows", "mountain lakes"))


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        ("MEAL {}: boosting plain networks without tricks", "", "V2"),
        ("On the foraging of bees, Part {}", "I", "II"),
        ("On the foraging of bees, part {}", "one", "two"),
        ("On the foraging of bees: Type-{} colonies", "A", "B"),
        ("On the foraging of bees: census of {}", "March", "April"),
        ("{} On the foraging of bees in the warm month of May", "", "Erratum:"),
        ("What {} knows about the foraging of bees", "GPT-3", "GPT-4"),
        ("Llama {} and the foraging of bees", "3.1", "31"),
        ("Teaching {} to the students of biology", "C", "C++"),
        ("Mapping of hives in {} from single images", "2D", "3D"),
        ("The {}-decay of heavy nuclei in the shell model", "α", "β"),
        ("Routes {} landmarks are learned by foragers", "with", "without"),
        ("Attention is {} all a forager needs in a meadow", "", "not"),
        ("Learning {} routes over long distances", "supervised", "unsupervised"),
        ("Learning {} routes over distances", "semi-supervised", "self-supervised"),
    ],
)
def test_twins_are_two_papers_even_if_their_abstracts_agree(
    form: str, one: str, other: str
) -> None:
    assert not is_same(form.format(one), form.format(other), ABSTRACT)
    assert not is_same(form.format(one), form.format(other))


@pytest.mark.parametrize("abstract", [ABSTRACT, ""])
def test_dotted_numerals_keep_papers_apart_in_one_dump_and_over_several(
    tmp_path: Path, abstract: str
) -> None:
    """Their letters and digits are the same, and nothing else tells them apart."""
    database = open_database(sqlite_url(tmp_path / "papers.db"))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    migrate(database, backups=tmp_path, now=now)
    archive = Store(database)
    ours, theirs, both = (
        [told(f"Llama {number} and the foraging of bees", abstract) for number in numbers]
        for numbers in (["3.1"], ["31"], ["3.1", "31"])
    )
    assert len(decide(both, Archive()).new) == 2
    for dump, papers in ((ours, 1), (theirs, 2), (both, 2), (ours, 2)):
        with archive.changing() as change:
            change.carry_out(decide(dump, change, change), source="page-text", now=now)
        assert archive.count() == papers


def test_a_part_in_roman_and_in_arabic_numerals_is_the_same_part() -> None:
    assert is_same("On the foraging of bees, Part II", "On the foraging of bees, part 2", ABSTRACT)


def test_another_name_is_another_paper_if_no_abstract_says_otherwise() -> None:
    long = " for the recognition of many kinds of meadow flowers in photographs from drones"
    assert not is_same("A CNN" + long, "An RNN" + long)
    assert not is_same("RoBERTa" + long, "BERTa" + long)


def test_identifiers_that_differ_are_two_papers_whatever_else_agrees() -> None:
    for name, one, other in [
        ("arxiv_id", "2401.00001", "2401.00002"),
        ("doi", "10.1234/a.1", "10.1234/a.2"),
    ]:
        ours, theirs = (told(TITLE, ABSTRACT, **{name: found}) for found in (one, other))
        assert isinstance(same_paper(ours, theirs), Different)


def test_an_arxiv_version_is_no_other_paper() -> None:
    ours, theirs = (
        told(TITLE, ABSTRACT, arxiv_id=found) for found in ("2401.00001v1", "2401.00001v2")
    )
    assert isinstance(same_paper(ours, theirs), Same)


def test_without_an_abstract_the_authors_must_have_a_name_in_common() -> None:
    other = TITLE.replace("meadows", "meadow")
    ada, grace = told(TITLE, authors=("Ada Lovelace",)), told(other, authors=("Grace Hopper",))
    assert isinstance(same_paper(ada, grace), Different)
    assert isinstance(same_paper(ada, told(other, authors=("Lovelace, A.",))), Same)


def test_a_cut_abstract_agrees_with_the_whole_one_and_a_first_phrase_does_not() -> None:
    assert abstract_agreement(ABSTRACT, ABSTRACT[:170] + " …") >= 0.8
    assert abstract_agreement(ABSTRACT, "We follow forty hives.") < 0.8
    assert abstract_agreement(ABSTRACT, OTHER) < 0.1
    assert abstract_agreement("", "") == 0


def test_telling_words_inside_a_compound_do_not_count_but_numerals_do() -> None:
    assert title_words("Up-sampling with X-ray and GPT-4, Type-B").marks == ("4", "b")


def test_titles_that_differ_in_one_word_share_a_block() -> None:
    for other in (
        TITLE.replace("meadows", "lakes"),
        TITLE.replace("meadows", ""),
        TITLE.upper().replace("HONEY BEES", "honey-bees"),
        TITLE.replace("Honey bees", "Honey-bees").replace("winter", "summer"),
    ):
        assert set(blocking_hashes(TITLE)) & set(blocking_hashes(other)), other
    assert not set(blocking_hashes(TITLE)) & set(blocking_hashes(OTHER))


def test_blocks_are_the_same_in_every_process() -> None:
    program = f"from digest.archive.title_blocks import blocking_hashes as b; print(b({TITLE!r}))"
    told_elsewhere = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told_elsewhere.stdout.strip() == str(blocking_hashes(TITLE))
    assert all(-(2**63) <= block < 2**63 for block in blocking_hashes(TITLE))
    assert blocking_hashes("Bees") == (-8220289603455428282,)


def test_sorted_blocks_find_what_was_filed_early_and_late() -> None:
    blocks = TitleBlocks()
    for paper in range(30_000):
        blocks.add(paper, [paper * 7, paper * 7 + 1, -paper - 1, paper * 7 + 2])
    assert blocks.candidates([7 * 5 + 1, -6]) == {5: 2}
    assert blocks.candidates([29_999 * 7]) == {29_999: 1}
    assert blocks.candidates([3]) == {}


class Archive:
    """Papers in memory with their blocks; no keys, so that only their looks find them."""

    def __init__(self, *papers: Paper) -> None:
        self.papers = papers

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        return {}

    def by_blocks(self, hashes: Sequence[int]) -> Mapping[int, Sequence[Paper]]:
        return {
            block: [paper for paper in self.papers if block in blocking_hashes(paper.title)]
            for block in hashes
        }


def test_a_lookalike_updates_its_paper_and_its_title_becomes_a_key() -> None:
    archive = Archive(Paper(7, TITLE, ABSTRACT))
    other = TITLE.replace("meadows", "fields")
    intents = decide([told(other, ABSTRACT, upvotes=3)], archive, archive)
    [update] = intents.updates
    assert (update.id, update.changes) == (7, {"upvotes": 3})
    assert update.new_keys[0].startswith("title:honeybees")
    assert set(update.new_blocks) == set(blocking_hashes(other))


def test_a_twin_is_a_new_paper_with_blocks_of_its_own() -> None:
    archive = Archive(Paper(7, TITLE + ", Part I", ABSTRACT))
    [new] = decide([told(TITLE + ", Part II", ABSTRACT)], archive, archive).new
    assert new.blocks == blocking_hashes(TITLE + ", Part II")


def test_lookalikes_within_one_dump_are_one_paper() -> None:
    nobody = Archive()
    dump = [told(TITLE, ABSTRACT), told(TITLE.replace("meadows", "fields"), ABSTRACT)]
    [new] = decide(dump, nobody, nobody).new
    assert isinstance(new, NewPaper)
    assert new.records == (0, 1)


@pytest.mark.shared
def test_the_papers_of_the_real_dumps_stay_distinct(shared: Path) -> None:
    records: list[PaperRecord] = []
    for path in sorted((shared / "dumps").glob("*.txt")):
        now = datetime(2026, 1, 1, tzinfo=UTC)
        records += PageText().parse(path.read_bytes(), now=now, captured_on=None).records
    nobody = Archive()
    distinct = [new.record for new in decide(records, nobody).new]
    assert len(distinct) == 318
    assert not [
        (one.title, other.title)
        for one, other in combinations(distinct, 2)
        if isinstance(same_paper(one, other), Same)
    ]
