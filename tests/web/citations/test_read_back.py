"""What is written for reference managers is read back as the same papers, by ours and by others."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs

import pybtex.database
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from digest.dumps import formats
from digest.papers import Link, Paper, PaperRecord, keys_of
from digest.web.citations.bibtex_writer import written_bibtex
from digest.web.citations.coins import context_object
from digest.web.citations.csl_json_writer import written_csl_json
from digest.web.citations.markdown_writer import written_markdown
from digest.web.citations.person import Person, person_of
from digest.web.citations.ris_writer import written_ris

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SIGNS = "{}&%$#_~^\\`<>*[]()|@!=+-:;,./?\"' "

_letters = st.text(st.characters(categories=["L"], max_codepoint=0x24F), min_size=2, max_size=9)
_odd = st.text(st.sampled_from("aeiouxyzäλ王1" + SIGNS), max_size=25).map(
    lambda text: " ".join(text.split())
)
# What a display text can hold, between words so that it is no markup of its own.
_titles = (
    st.tuples(_letters, _odd, _letters, _letters)
    .map(" ".join)
    .map(lambda text: " ".join(text.split()))
)
_names = st.one_of(
    _letters.map(str.title).filter(lambda name: name not in ("And", "Und", "Others")),
    st.tuples(_letters, _letters).map(lambda two: f"{two[0].title()} {two[1].title()}"),
    st.tuples(_letters, _letters).map(lambda two: f"{two[0].title()} van der {two[1].title()}"),
    st.tuples(_letters, _letters).map(lambda two: f"{two[0].title()} {two[1].title()} Jr."),
)
_numbers = st.integers(10_000, 99_999)
_papers = st.builds(
    lambda number, title, abstract, names, day, arxiv, doi, venue: Paper(
        number,
        title,
        abstract,
        authors=tuple(dict.fromkeys(names)),
        published=day,
        arxiv_id=f"2603.{arxiv}" if arxiv else None,
        doi=f"10.1234/ab_{doi}(x)" if doi else None,
        venue=venue,
        links=(Link("paper", f"https://papers.example/{number}?a=b_c&d=%20"),),
        keywords=("machine learning", "speech"),
    ),
    number=st.integers(1, 999),
    title=_titles,
    abstract=st.one_of(st.just(""), _titles),
    names=st.lists(_names, max_size=4),
    day=st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2030, 1, 1))),
    arxiv=st.one_of(st.none(), _numbers),
    doi=st.one_of(st.none(), _numbers),
    venue=st.sampled_from([None, "Journal of Tests & Trials"]),
)
# No two papers of an archive have one number, arXiv id or DOI.
_lists = st.lists(
    _papers,
    min_size=1,
    max_size=3,
    unique_by=(
        lambda paper: paper.id,
        lambda paper: paper.arxiv_id or f"none: {paper.id}",
        lambda paper: paper.doi or f"none: {paper.id}",
    ),
)


def identifiers(paper: Paper | PaperRecord) -> tuple[object, ...]:
    return paper.arxiv_id, paper.doi, paper.published, [link.url for link in paper.links][:1]


def read_back(text: str, name: str) -> Sequence[PaperRecord]:
    dump = formats.read(text.encode(), now=NOW)
    assert dump.format == name
    assert dump.rejections == ()
    return dump.records


@pytest.mark.parametrize(
    ("write", "name"),
    [(written_bibtex, "bibtex"), (written_ris, "ris"), (written_csl_json, "csl-json")],
)
@settings(max_examples=60, deadline=None)
@given(papers=_lists)
def test_our_own_readers_find_the_same_papers(
    write: Callable[[Sequence[Paper]], str], name: str, papers: list[Paper]
) -> None:
    plain = [p for p in papers if name == "bibtex" or not set("\\$^_{}`~<>'&*") & set(p.title)]
    if not plain:
        return
    for paper, again in zip(plain, read_back(write(plain), name), strict=True):
        assert identifiers(again) == identifiers(paper)
        assert again.authors == paper.authors
        assert again.venue == paper.venue
        if name != "bibtex":  # RIS and CSL JSON have no escape: their readers render what is TeX
            assert again.title == paper.title
        assert set(keys_of(again)) & {f"arxiv:{paper.arxiv_id}", f"doi:{paper.doi}"} or (
            not paper.arxiv_id and not paper.doi
        )


TITLES = [
    "A {brace} and one } more { alone",
    "50% of $x_1^2$ is #1 & more",
    r"Paths such as C:\temp and ~ home",
    "A^2 = B_3 – an en dash, -- two hyphens",
    "`code` and ``quotes''",
    "Größe, naïve Łódź, λ-calculus, 深度学习",
    'Say "hello", C++ and A*',
    "@article{x, title = {no}}",
    "What? Why! <And> then",
]


@pytest.mark.parametrize("title", TITLES)
def test_every_sign_of_a_title_comes_back_from_bibtex(title: str) -> None:
    paper = Paper(1, title, f"Of {title}", authors=("Ann Moss",), published=date(2026, 3, 2))
    (again,) = read_back(written_bibtex([paper]), "bibtex")
    assert again.title.replace("“", "``").replace("”", "''") == title
    assert again.title in again.abstract


# pylatexenc takes these for the accents alone, which TeX's fonts draw alike.
PYLATEXENC_S_OWN = str.maketrans({"ˆ": "^", "˜": "~", "ˋ": "`", "”": '"'})


@settings(max_examples=60, deadline=None)
@given(papers=_lists)
def test_pybtex_finds_the_same_papers(papers: list[Paper]) -> None:
    found = pybtex.database.parse_string(written_bibtex(papers), "bibtex")
    assert len(found.entries) == len(papers)
    for paper, entry in zip(papers, found.entries.values(), strict=True):
        title = entry.fields["title"]
        for macro, sign in (("left", "{"), ("right", "}")):  # LaTeX's, which pylatexenc lacks
            title = title.replace(f"{{\\textbrace{macro}}}", f"\\{sign}")
        told = LatexNodes2Text(math_mode="verbatim").latex_to_text(title)
        told = told.translate(PYLATEXENC_S_OWN)
        assert "".join(told.split()) == "".join(paper.title.split())
        assert entry.fields.get("doi") == paper.doi
        assert entry.fields.get("eprint") == paper.arxiv_id
        people = entry.persons.get("author", [])
        assert len(people) == len(paper.authors)
        for person, name in zip(people, paper.authors, strict=True):
            told = " ".join([*person.first_names, *person.middle_names, *person.prelast_names,
                             *person.last_names, *person.lineage_names])  # fmt: skip
            assert told.strip("{}") == name


@settings(max_examples=60, deadline=None)
@given(papers=_lists)
def test_rispy_finds_the_same_papers(papers: list[Paper]) -> None:
    for paper, told in zip(papers, rispy.loads(written_ris(papers)), strict=True):
        assert told["title"] == paper.title
        assert told.get("doi") == paper.doi
        assert told.get("authors", []) == [person_of(name).inverted for name in paper.authors]
        assert told.get("abstract", "") == paper.abstract
        assert told.get("year") == (f"{paper.published.year:04}" if paper.published else None)


@settings(max_examples=60, deadline=None)
@given(papers=_lists)
def test_csl_json_is_json_with_every_paper(papers: list[Paper]) -> None:
    items = json.loads(written_csl_json(papers))
    assert [item["title"] for item in items] == [paper.title for paper in papers]
    assert len({item["id"] for item in items}) == len(papers)


def test_no_two_entries_of_a_file_share_a_key() -> None:
    papers = [Paper(n, "The tides", "", authors=("Ann Moss",)) for n in range(1, 5)]
    papers += [Paper(9, "潮汐", ""), Paper(10, "潮汐", "")]
    entries = pybtex.database.parse_string(written_bibtex(papers), "bibtex").entries
    assert list(entries) == [
        *("mosstides", "mosstides-2", "mosstides-3", "mosstides-4", "paper9", "paper10"),
    ]


def test_a_title_alone_makes_a_key_that_merged_files_tell_apart() -> None:
    titles = ("High Tides of a Northern Coast in Winter", "High Tides on Mars", "On the Tides")
    entries = pybtex.database.parse_string(
        written_bibtex([Paper(n, title, "") for n, title in enumerate(titles)]), "bibtex"
    ).entries
    assert list(entries) == ["hightidesnortherncoast", "hightidesmars", "tides"]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("title", [*TITLES, "[x](javascript:y)", "<script>a</script>", "# h"])
def test_markdown_shows_a_title_as_it_is(title: str) -> None:
    paper = Paper(1, title, "", links=(Link("paper", "https://papers.example/1"),))
    line = written_markdown([paper])
    assert line.startswith("- **[")
    assert line.endswith("](<https://papers.example/1>)**\n")
    shown = line.removeprefix("- **[").rpartition("](<")[0]
    # Each sign that could begin a markup has its backslash, and taking them away gives the title.
    bare, at = [], 0
    while at < len(shown):
        if shown[at] == "\\":
            at += 1
        else:
            assert shown[at] not in "`*_{}[]<>#|~$&"
        bare.append(shown[at])
        at += 1
    assert "".join(bare) == title


def test_a_context_object_tells_what_zotero_reads() -> None:
    paper = Paper(1, "Tides & <moons>", "", authors=("Ann van der Berg", "Bo Li"),
                  published=date(2026, 3, 2), doi="10.1234/a(b)",
                  links=(Link("paper", "https://papers.example/1?a=b&c=d"),))  # fmt: skip
    told = parse_qs(context_object(paper), strict_parsing=True)
    assert told["ctx_ver"] == ["Z39.88-2004"]
    assert told["rft.atitle"] == ["Tides & <moons>"]
    assert told["rft.au"] == ["Ann van der Berg", "Bo Li"]
    assert (told["rft.aufirst"], told["rft.aulast"]) == (["Ann"], ["van der Berg"])
    assert told["rft_id"] == ["info:doi/10.1234/a(b)", "https://papers.example/1?a=b&c=d"]
    assert told["rft.date"] == ["2026-03-02"]


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Ann Moss", Person("Moss", "Ann")),
        ("Ludwig van Beethoven", Person("Beethoven", "Ludwig", "van")),
        ("Ann van der Berg", Person("Berg", "Ann", "van der")),
        ("Sammy Davis Jr.", Person("Davis", "Sammy", "", "Jr.")),
        ("王小明", Person("王小明")),
        ("CMS Collaboration", Person("CMS Collaboration")),
        ("Barnes and Noble", Person("Barnes and Noble")),
        ("van Berg", Person("Berg", "van")),
    ],
)
def test_a_name_is_taken_apart(name: str, person: Person) -> None:
    assert person_of(name) == person
