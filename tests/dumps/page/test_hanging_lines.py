"""Titles over two lines or more: arXiv's own line ends, and short wrapped blocks."""

from __future__ import annotations

import textwrap

import pytest

from tests.dumps.pages import papers, parse, titles

PAIRS = [
    *papers(8),
    ("Mending Broken Tablets and Torn Letters: A Survey of What Readers Lose to Language Models",
     "We ask what is lost when tablets break. We count the signs, and then the words. It is much."),
    ("Understanding the Slow Growth of Moss on Shaded Roofs in Winter: A Fine-grained Analysis",
     "We watch moss grow on roofs. It takes a year. We then fit a curve, and it fits rather well."),
]  # fmt: skip


def hung(title: str, width: int) -> str:
    return "\n".join(textwrap.wrap(title, width, subsequent_indent="  ", break_long_words=False))


@pytest.mark.parametrize("mark", ["### ", "## ", ""])
@pytest.mark.parametrize("width", [40, 50, 60, 72, 80])
def test_a_title_whose_later_lines_hang_is_one(width: int, mark: str) -> None:
    lines = ["# Daily Papers" if mark else "Daily Papers", ""]
    for n, (title, abstract) in enumerate(PAIRS):
        lines += [mark + hung(title, width), "", abstract, "", f"{n + 3} authors", ""]
    dump = parse("\n".join(lines))
    assert titles(dump) == [title for title, _ in PAIRS]
    assert dump.rejections == ()


def test_an_organisation_or_a_list_below_a_line_is_no_title() -> None:
    lines = ["Daily Papers", ""]
    for title, abstract in PAIRS:
        lines += [title, "", abstract, "", "Institute of Moss · Sep 3", "  GitHub", "  12", ""]
    dump = parse("\n".join(lines))
    assert titles(dump) == [title for title, _ in PAIRS]


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("width", [56, 60, 66, 72, 76, 80, 90])
def test_the_wrapped_titles_of_a_page_without_abstracts_are_whole(width: int, quoted: bool) -> None:
    lines = ["Daily Papers", "", "Nov 28", ""]
    for n, (title, _) in enumerate(PAIRS):
        lines += ["Submitted by", "", f"reader{n}", "", str(n * 7 or "-"), ""]
        lines += [textwrap.fill(title, width), "", f"{n + 3} authors", ""]
    page = "\n".join(f"> {line}" if quoted else line for line in lines)
    dump = parse(page)
    assert titles(dump) == [title for title, _ in PAIRS]
    assert dump.rejections == ()
