"""The keys by which two records are known to be the same paper."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.dumps.affiliations import split_byline
from digest.dumps.bibliographic_record import initials_first
from digest.dumps.names import given_first, separate_names
from digest.papers import (
    _OLD_ARCHIVES,
    NAME_SUFFIX,
    PaperRecord,
    _any_key,
    _ascii_key,
    bare_arxiv_id,
    contradiction,
    find_arxiv_id,
    find_doi,
    keys_of,
    other_authors,
    title_key,
    twin_key,
)
from digest.web.citations.person import Person, person_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://arxiv.org/abs/2401.01234v2", "2401.01234"),
        ("https://arxiv.org/pdf/2401.01234v2.pdf", "2401.01234"),
        ("arXiv:0704.0001", "0704.0001"),
        ("http://arxiv.org/abs/math.GT/0309136v1", "math/0309136"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("https://example.org/news/2024123", None),
        ("https://example.org/2024.12345", None),
        ("10.5281/zenodo.1234567", None),
        ("version 2401.012345", None),
        ("", None),
    ],
)
def test_an_arxiv_id_is_found_and_nothing_that_only_looks_like_one(
    text: str, found: str | None
) -> None:
    assert find_arxiv_id(text) == found


def test_an_id_without_version_stays_as_it_is() -> None:
    assert bare_arxiv_id("2401.01234") == bare_arxiv_id("arXiv:2401.01234v12") == "2401.01234"


def test_a_doi_loses_the_punctuation_of_its_sentence() -> None:
    assert find_doi("see https://doi.org/10.1234/A.Bc-7).") == "10.1234/a.bc-7"
    assert find_doi("10.12/short") is None


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/A<B>;C", "10.1000/a<b>;c"),
        ("10.1000/a<12:ab>-c", "10.1000/a<12:ab>-c"),
        ("10.1175/15(1998)055&lt;0477:AB&gt;2.0.CO;2", "10.1175/15(1998)055<0477:ab>2.0.co;2"),
        ("https://doi.org/10.1175/15(1998)055%3C0477:AB%3E2.0.CO;2", None),
        ("10.1175/15(1998)055&#60;0477:AB&#x3E;2.0.CO;2", None),
        ("10.1000/a&amp;b", "10.1000/a&b"),
        ("10.1000/a&amp;lt;b", "10.1000/a&lt;b"),  # unescaped once
        ("<10.1000/a>, and", "10.1000/a"),
        ("10.1000/a<br>Next", "10.1000/a"),
        ("10.1000/a<br/>10.1000/b", "10.1000/a"),
        ("10.1000/a<sub>2</sub>", "10.1000/a"),
        ("<a href='x'>10.1000/a</a>;b", "10.1000/a"),
        ("10.1000/a<ann@pond.example>", "10.1000/a"),
        ("10.1000/a<b>", "10.1000/a"),
        ("10.1000/a<b> c", "10.1000/a"),
        ("10.1000/" + "a<" * 50_000, "10.1000/a"),
    ],
)
def test_a_doi_is_whole_and_ends_where_it_ends(text: str, doi: str | None) -> None:
    assert find_doi(text) == (doi or "10.1175/15(1998)055<0477:ab>2.0.co;2")


def test_keys_come_strongest_first() -> None:
    record = PaperRecord(
        "The α-bee", "", r"The $\alpha$-bee", "", arxiv_id="2401.00001v2", doi="10.1234/A"
    )
    assert keys_of(record) == (
        "arxiv:2401.00001",
        "doi:10.1234/a",
        "title:thealphabee",
        "title:theαbee",
    )


def test_titles_that_differ_in_what_counts_have_other_keys() -> None:
    assert len({title_key(title) for title in ("C", "C++", "C#", "C*", "+", "#", "")}) == 7
    assert len({title_key(f"Llama {number}") for number in ("31", "3.1", "3.10", "310")}) == 4
    assert title_key("In v1.0. 2 steps, 1,000 times.") == title_key("in V1.0 2 Steps 1000 Times")


@given(st.text(alphabet="aZ09.+#* -(", max_size=12))
@example("0+.0")
def test_the_quick_way_to_an_ascii_title_key_is_the_same(title: str) -> None:
    assert _ascii_key(title.lower()) == _any_key(title)


@given(st.text())
def test_a_title_key_does_not_see_case_or_the_form_of_unicode(title: str) -> None:
    key = title_key(title)
    assert key
    if not key.startswith("raw-"):
        assert title_key(key) == key
        assert title_key(unicodedata.normalize("NFD", title)) == key
        assert title_key(title.replace(" ", " - ")) == key


@pytest.mark.parametrize(
    ("ours", "theirs", "other"),
    [
        (["Ann Moss"], ["Moss, Ann"], False),
        (["Ann Moss"], ["Moss AB"], False),
        (["Ann Moss Jr."], ["Moss, A., Jr."], False),
        (["Ann Moss, Jr."], ["A. Moss"], False),
        (["Jan van der Berg"], ["van der Berg, Jan", "Bo Li"], False),
        (["Gabriel García Márquez"], ["Garcia Marquez, G."], False),
        (["Li Wei"], ["Wei Li"], False),
        (["Ann Moss"], ["Ann Li"], True),
        (["Moss, Ann", "Fern, Cy"], ["Li, Ann"], True),
        (["Ann Moss Jr."], ["Bo Li Jr."], True),
        (["Ann Moss III"], ["Bo Li III"], True),
        (["Moss AB"], ["Li AB"], True),
        (["Ann Moss"], [], False),
        (["", " , "], ["Bo Li"], False),
    ],
)
def test_authors_are_others_when_no_family_name_is_shared(
    ours: list[str], theirs: list[str], other: bool
) -> None:
    assert other_authors(ours, theirs) is other
    assert other_authors(theirs, ours) is other


@pytest.mark.parametrize("suffix", [*NAME_SUFFIX.removeprefix("(?:").removesuffix(")").split("|")])
def test_a_suffix_of_a_name_is_one_wherever_names_are_read_and_written(suffix: str) -> None:
    for written in (suffix, f"{suffix}."):
        assert not other_authors([f"Ann Moss {written}"], [f"Moss, A. B., {written}"])
        assert not other_authors(["Ann Moss"], [f"Moss AB, {written}"])
        assert given_first(f"Moss, Ann, {written}") == f"Ann Moss {written}"
        assert given_first(f"Moss, Ann {written}") == f"Ann Moss {written}"
        assert separate_names(f"Ann Moss, {written}, Bo Li") == [f"Ann Moss, {written}", "Bo Li"]
        assert split_byline(f"Ann Moss, {written}, Bo Li (CERN)").names == (
            f"Ann Moss, {written}",
            "Bo Li",
        )
        assert initials_first(f"Moss AB {written}") == f"A. B. Moss {written}"
        assert person_of(f"Ann Moss {written}") == Person("Moss", "Ann", "", written)


@pytest.mark.parametrize("archive", ["acc-phys", "comp-gas", "math-ph", "supr-con"])
def test_the_old_archives_are_known_from_the_first_to_the_last(archive: str) -> None:
    assert archive in _OLD_ARCHIVES.split("|")
    assert find_arxiv_id(f"{archive}/9901001") == f"{archive}/9901001"


def identified(doi: str | None = None, arxiv_id: str | None = None) -> PaperRecord:
    return PaperRecord("T", "", "T", "", doi=doi, arxiv_id=arxiv_id)


@pytest.mark.parametrize(
    ("a", "b", "is_one"),
    [
        (identified("10.1/a"), identified("10.1/a"), True),
        (identified("10.1/a"), identified("10.1/b"), False),
        (identified("10.1/a", "2601.00001"), identified("10.1/b"), False),
        (identified("10.1/a"), identified("10.1/b", "2601.00001"), False),
        (identified("10.1/a", "2601.00001"), identified("10.1/b", "2601.00001"), True),
        (identified("10.1/a", "2601.00001"), identified("10.1/a", "2601.00002"), False),
        (identified("10.1101/2026.01.02.1v1"), identified("10.1101/2026.01.02.1v2.full"), True),
        (identified("10.64898/2026.01.02.1v1"), identified("10.64898/2026.01.02.1"), True),
        (identified("10.1234/v1"), identified("10.1234/v2"), False),
        (identified("10.48550/arXiv.2601.00001"), identified("10.1/b", "2601.00001"), True),
    ],
)
def test_identifiers_tell_papers_apart(a: PaperRecord, b: PaperRecord, is_one: bool) -> None:
    assert (contradiction(a, b) is None) == is_one
    assert (contradiction(b, a) is None) == is_one


def test_the_key_of_a_papers_twin_is_stored_and_stays_as_it_is() -> None:
    by_authors = PaperRecord("Tides", "They rise.", "", "", authors=("Ann Moss", "Bo Li"))
    by_abstract = PaperRecord("Tides", "They rise.", "", "")
    assert twin_key(by_authors) == "title:tides|c5f717a09182d387"
    assert twin_key(by_abstract) == "title:tides|6ff59c308c66b5a9"


@pytest.mark.parametrize(
    ("ours", "theirs", "others"),
    [
        ("Ann Moss", "Moss AB", False),
        ("Ann Moss", "Moss, Ann", False),
        ("A. Smith-Jones", "B. Jones", False),
        ("A. Smith-Jones", "A. Smith-Reed", True),
        ("Ann Moss", "Ann Reed", True),
        ("Ann Moss", "", False),
    ],
)
def test_other_authors_share_no_family_name(ours: str, theirs: str, others: bool) -> None:
    assert other_authors([ours], [theirs]) == others
    assert other_authors([theirs], [ours]) == others


def test_a_title_of_a_broken_character_alone_has_a_key() -> None:
    assert title_key("\ud800").startswith("raw-")


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("(see 10.1234/ab(1))", "10.1234/ab(1)"),
        ("10.1234/ab(1)", "10.1234/ab(1)"),
        ("(10.1234/ab)", "10.1234/ab"),
        ("[10.1234/ab[2]].", "10.1234/ab[2]"),
    ],
)
def test_a_doi_keeps_the_brackets_that_it_opened(text: str, doi: str) -> None:
    assert find_doi(text) == doi
