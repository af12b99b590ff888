"""Pages that a hard wrap has broken, without blank lines: right, or said."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.dumps.interface import Dump
from tests.dumps.pages import alternating, papers, parse, titles, with_bylines

PAIRS = papers(12)


def filled(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False) or [""]


def folded(line: str, width: int) -> list[str]:
    """Cut a line as `fold -s` does: the space stays at the line's end."""
    found = []
    while len(line) > width:
        at = line.rfind(" ", 0, width) + 1 or width
        found.append(line[:at])
        line = line[at:]
    return [*found, line]


Cut = Callable[[str, int], list[str]]
by_each_cut = pytest.mark.parametrize("cut", [filled, folded])


def wrapped(page: str, width: int, cut: Cut, *, gaps: bool = False) -> str:
    lines = (piece for line in page.split("\n") for piece in cut(line, width))
    return "\n".join(line for line in lines if gaps or line.strip())


def squeezed(told: str) -> str:
    return "".join(told.split()).replace("-", "")


def check_right_or_said(dump: Dump, expected: list[str], page: str) -> None:
    """Fail when a title is not there and nothing is said within its lines or beside them."""
    found = {squeezed(title) for title in titles(dump)}
    said = {each.line for each in (*dump.rejections, *dump.notes)}
    lines = page.split("\n")
    for title in expected:
        if squeezed(title) in found:
            continue
        begins = [
            n for n, line in enumerate(lines, 1) if squeezed(title).startswith(squeezed(line))
        ]
        near = {n + beside for n in begins for beside in range(-2, 8)}
        assert said & near, f"lost without a word: {title!r}"


@by_each_cut
@pytest.mark.parametrize("width", range(60, 101, 8))
def test_a_page_wrapped_at_a_usual_width_is_read_whole(width: int, cut: Cut) -> None:
    for page in (alternating(PAIRS), with_bylines(PAIRS, ["Nov 2, 2024"] * len(PAIRS))):
        dump = parse(wrapped(page, width, cut))
        assert [squeezed(title) for title in titles(dump)] == [squeezed(t) for t, _ in PAIRS]
        assert dump.rejections == ()


@pytest.mark.shared
@by_each_cut
@pytest.mark.parametrize(("width", "gaps"), [(41, False), (41, True), (52, False), (60, False)])
def test_real_pages_wrapped_narrowly_are_right_or_said(
    shared: Path, width: int, gaps: bool, cut: Cut
) -> None:
    for path in sorted((shared / "dumps").glob("*.txt"))[1 if width >= 60 else 2 :]:
        text = path.read_text(encoding="utf-8")
        page = wrapped(text, width, cut, gaps=gaps)
        dump = parse(page)
        expected = titles(parse(text))
        check_right_or_said(dump, expected, page)
        if width >= 60:
            assert [squeezed(t) for t in titles(dump)] == [squeezed(t) for t in expected]


def test_a_title_in_small_letters_below_a_byline_begins_a_paper() -> None:
    """All other blocks below a byline begin with a title: so does one that reads like prose."""
    pairs = list(PAIRS)
    title = "An adaptively inexact first-order method for bilevel optimization with learning"
    pairs[5] = (title, pairs[5][1])
    page = with_bylines(pairs, ["Nov 2, 2024"] * len(pairs))
    dump = parse(wrapped(page, 60, filled))
    assert titles(dump)[5] == title
    assert dump.rejections == ()


@pytest.mark.parametrize(
    "end",
    [
        "Code is available at:\nhttps://github.com/moss-lab/moss.",
        "Code is available at\nhttps://github.com/Moss-\nLAB/AudioMoss{this http url}",
    ],
    ids=["an address", "an address broken at its hyphen"],
)
def test_an_abstract_that_ends_in_an_address_does_not_swallow_the_next_paper(end: str) -> None:
    lines = []
    for at, (title, abstract) in enumerate(PAIRS):
        tail = f"\n{end}" if at == 4 else ""
        lines.append("\n".join(filled(title, 42)) + "\n" + "\n".join(filled(abstract, 42)) + tail)
    dump = parse("Daily Papers\n" + "\n".join(lines))
    assert [squeezed(t) for t in titles(dump)] == [squeezed(t) for t, _ in PAIRS]


@pytest.mark.parametrize("line", ["Submitted byann", "Submitted byhttps://x.org/a reader3"])
def test_a_name_glued_to_submitted_by_makes_no_title(line: str) -> None:
    lines = [part for title, abstract in PAIRS for part in (line, title, abstract)]
    assert titles(parse("Daily Papers\n\n" + "\n\n".join(lines))) == [t for t, _ in PAIRS]
