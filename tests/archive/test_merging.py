"""What a paper gains from another record of it, and from whom."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from itertools import permutations

import pytest

from digest.archive.merging import FIELDS, improvements, provenance_of
from digest.papers import Link, Paper, PaperRecord, contradiction


def told(title: str = "Bees", abstract: str = "", **facts: object) -> PaperRecord:
    return PaperRecord(title, abstract, title, abstract, **facts)  # type: ignore[arg-type]


def test_a_paper_gains_what_it_lacks_and_keeps_the_rest() -> None:
    page = Paper(1, "Bees", "They fly.", author_count=3, published=date(2024, 1, 2), comments=4)
    listing = told(abstract="They fly.", authors=("Ada Lovelace",), arxiv_id="2401.00001")
    gained = improvements(page, listing)
    assert gained == {"authors": ("Ada Lovelace",), "arxiv_id": "2401.00001"}


@pytest.mark.parametrize(
    ("ours", "theirs", "best"),
    [
        ("Bees of the …", "Bees of the north", "theirs"),
        ("Bees of the north", "Bees of the …", "ours"),
        (r"The $\alpha$-bee", "The α-bee", "theirs"),
        ("THE BEES OF THE FAR NORTH", "The Bees of the Far North", "theirs"),
        ("The bees of the north", "The Bees of the North", "ours"),
        ("Bees", " ", "ours"),
    ],
)
def test_a_title_gives_way_only_to_one_with_fewer_faults(ours: str, theirs: str, best: str) -> None:
    gained = improvements(told(ours), told(theirs))
    assert ("title" in gained, "source_title" in gained) == ((best == "theirs"),) * 2


@pytest.mark.parametrize(
    ("ours", "theirs", "best"),
    [
        ("", "They fly.", "theirs"),
        ("They fly over …", "They fly over hills.", "theirs"),
        ("They fly …", "They fly over …", "theirs"),
        ("They fly over …", "They fly …", "ours"),
        ("They fly.", "They fly over hills and meadows and …", "ours"),
        ("They fly.", "We revised this: they fly, and they walk.", "ours"),
        ("They fly.", "", "ours"),
    ],
)
def test_an_abstract_gives_way_only_to_one_that_says_more(
    ours: str, theirs: str, best: str
) -> None:
    assert ("abstract" in improvements(told("B", ours), told("B", theirs))) == (best == "theirs")


def test_counts_days_links_and_keywords_do_not_depend_on_the_order_of_dumps() -> None:
    records = [
        told(upvotes=3, published=date(2024, 1, 3), keywords=("cs.LG",)),
        told(upvotes=9, comments=1, published=date(2024, 1, 2), keywords=("cs.lg", "bees")),
        told(links=(Link("code", "https://example.org/code"),), author_count=7),
    ]
    ends = set()
    for order in permutations(records):
        facts = order[0]
        for record in order[1:]:
            facts = replace(facts, **improvements(facts, record))
        links, keywords = frozenset(facts.links), frozenset(map(str.lower, facts.keywords))
        counts = (facts.upvotes, facts.comments, facts.author_count)
        ends.add((counts, facts.published, links, keywords))
    assert len(ends) == 1


def test_every_fact_of_a_record_is_a_papers_but_its_place_in_the_dump() -> None:
    facts = {field.name for field in fields(PaperRecord)}
    assert facts - set(FIELDS) <= {"position", "line", "version", "revised"}
    assert set(FIELDS) <= facts & {field.name for field in fields(Paper)}


def test_full_names_are_better_than_initials() -> None:
    short, full = told(authors=("A. Lovelace",)), told(authors=("Ada Lovelace",))
    assert improvements(short, full)["authors"] == ("Ada Lovelace",)
    assert "authors" not in improvements(full, short)


def test_merging_a_record_with_itself_gains_nothing() -> None:
    record = told("Bees", "They fly.", authors=("Ada",), author_count=1, arxiv_id="2401.00001")
    assert improvements(record, record) == {}


def test_a_journals_doi_takes_the_place_of_arxivs_own() -> None:
    preprint, journal = told(doi="10.48550/arxiv.2401.00001"), told(doi="10.1234/j.7")
    assert improvements(preprint, journal)["doi"] == "10.1234/j.7"
    assert contradiction(preprint, journal) is None


def test_the_version_that_a_preprint_server_appends_to_a_doi_does_not_count() -> None:
    one, other = told(doi="10.1101/2024.01.02.123456v1"), told(doi="10.1101/2024.01.02.123456")
    assert contradiction(one, other) is None


def test_only_filled_fields_have_a_provenance() -> None:
    assert set(provenance_of(told("Bees", upvotes=0), "page-text")) == {
        "title",
        "source_title",
        "upvotes",
    }


def test_a_merge_gathers_what_each_source_tells_besides() -> None:
    page = told(organisations=("Moss Labs",), submitter="cy", github_stars=4, comment="12 pages")
    other = told(
        ai_summary="They fly.",
        ai_summary_model="acme/summary-1",
        organisations=("moss labs", "University of Tests"),
        venue="ICML 2026",
        comment="12 pages, accepted at ICML 2026",
        github_stars=3,
        submitter="bo",
    )
    assert improvements(page, other) == {
        "ai_summary": "They fly.",
        "ai_summary_model": "acme/summary-1",
        "organisations": ("Moss Labs", "University of Tests"),
        "venue": "ICML 2026",
        "comment": "12 pages, accepted at ICML 2026",
    }


def test_a_summary_keeps_the_model_that_wrote_it() -> None:
    ours = told(ai_summary="They fly.")
    theirs = told(ai_summary="Bees fly.", ai_summary_model="acme/summary-1")
    assert improvements(ours, theirs) == {}


def test_an_abstract_replaces_the_summary_that_stood_in_for_it() -> None:
    ours = told(abstract="They fly.", ai_summary="They fly.")
    assert improvements(ours, told(abstract="We fly."))["abstract"] == "We fly."
    assert improvements(told(abstract="We fly."), ours) == {
        "ai_summary": "They fly.",
    }
