"""Fields above and below a page, and titles that look like them."""

from __future__ import annotations

import textwrap

import pytest

from digest.dumps.page import furniture
from tests.dumps.pages import blank_separated, papers, parse, titles

PAIRS = papers(6)
_TITLE = "PAT-R: Exploring the Role of Ponds in Moss"


@pytest.mark.parametrize(
    "title", [_TITLE, "Order Matters: Sequences of Ponds", "Moss (a study): What Ponds Know"]
)
def test_a_title_with_a_colon_above_the_pages_name_is_a_paper(title: str) -> None:
    page = f"{title}\n\n{PAIRS[0][1]}\n\n{blank_separated(PAIRS[1:])}"
    dump = parse(page)
    assert titles(dump) == [title, *(name for name, _ in PAIRS[1:])]
    assert dump.rejections == ()


@pytest.mark.parametrize(
    "fields",
    [
        "Title: Daily Papers - Hugging Face\n\nURL Source: https://huggingface.co/papers",
        "Page Title: Daily Papers\nSaved on: Nov 3\nTags: moss, ponds",
        "source: a crawler\nword_count: 1204\nog:image: https://x.example/a.png",
        "Clipped from: https://huggingface.co/papers\nNotebook: Reading",
        "My bookmark: https://huggingface.co/papers",
        "Titel: Tägliche Arbeiten\nQuelle: https://huggingface.co/papers",
    ],
)
def test_fields_above_the_pages_name_are_none(fields: str) -> None:
    dump = parse(f"{fields}\n\n{blank_separated(PAIRS)}")
    assert titles(dump) == [name for name, _ in PAIRS]
    assert dump.rejections == ()


def test_what_a_program_keeps_below_a_note_is_no_paper() -> None:
    kept = "id: 3f1c5a7b\nparent_id: 9a\ncreated_time: 2026-11-27T09:00:00.000Z\ntype_: 1"
    dump = parse(f"{blank_separated(PAIRS)}\n\n{kept}")
    assert titles(dump) == [name for name, _ in PAIRS]
    assert dump.rejections == ()


def test_one_such_line_may_be_a_title() -> None:
    page = blank_separated([("moss: a small language for ponds", PAIRS[0][1]), *PAIRS[1:]])
    assert titles(parse(page))[0] == "moss: a small language for ponds"


@pytest.mark.parametrize(
    "line", ["Advertisement", "See translation", "Cookie settings", "View all activity"]
)
def test_more_words_of_the_page_and_of_its_neighbours_are_known(line: str) -> None:
    assert furniture.is_furniture(line)
    title, abstract = PAIRS[2]
    pairs = [*PAIRS[:2], (f"{title}\n\n{line}", abstract), *PAIRS[3:]]
    dump = parse(blank_separated(pairs))
    assert titles(dump) == [name for name, _ in PAIRS]


@pytest.mark.parametrize(
    ("shown", "stars"), [("1.02k", 1020), ("9.99k", 9990), ("12.4k", 12400), ("1.02M", 1_020_000)]
)
@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
def test_the_stars_of_a_repository_have_two_decimals(shown: str, stars: int, between: str) -> None:
    lines = ["Trending Papers"]
    for title, abstract in PAIRS:
        lines += [title, abstract, "Institute of Moss · Published on Sep 3, 2026", "Upvote", "7"]
        lines += [f"GitHub{between}{shown}", "arXiv Page"]
    dump = parse("\n\n".join(lines))
    assert [record.github_stars for record in dump.records] == [stars] * len(PAIRS)
    assert dump.rejections == ()


def test_a_dash_that_begins_a_wrapped_line_is_no_bullet_beside_bylines_with_bullets() -> None:
    lines = ["Daily Papers", ""]
    for n, (title, abstract) in enumerate(PAIRS):
        told = textwrap.wrap(abstract, 62)
        if n == 2:  # "… as a field of research" / "- dubbed moss - …"
            told = [told[0], *textwrap.wrap(f"- dubbed moss - {' '.join(told[1:])}", 62)]
        lines += [title, "", *told, "", f"  • {n + 2} authors"]
        lines += ["·", "Nov 3", ""]
    dump = parse("\n".join(lines))
    assert titles(dump) == [name for name, _ in PAIRS]
    assert dump.rejections == ()
