"""The page in the forms in which people keep it, and the law: no line of it vanishes."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps import formats, text
from digest.dumps.page.plain import read_text
from digest.dumps.page.reading import PageReading, read_page
from digest.errors import DumpError
from tests.dumps.page_forms import FORMS, WITHOUT_ABSTRACTS
from tests.dumps.pages import (
    NOW,
    SAMPLES,
    alternating,
    blank_separated,
    papers,
    parse,
    titles,
    with_bylines,
)

PAIRS = papers(12)
PAGES = {form: page(PAIRS) for form, page in FORMS.items()}


def as_bytes(form: str) -> bytes:
    page = PAGES[form]
    return page.encode() if isinstance(page, str) else page


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_recognised_and_read_whole(form: str) -> None:
    dump = formats.read(as_bytes(form), now=NOW)
    assert titles(dump) == [title for title, _ in PAIRS]
    assert dump.rejections == ()
    told = [record.source_abstract for record in dump.records]
    assert told == ["" if form in WITHOUT_ABSTRACTS else abstract for _, abstract in PAIRS]


def test_the_facts_of_a_card_are_read() -> None:
    record = formats.read(as_bytes("markdown"), now=NOW).records[1]
    assert (record.arxiv_id, record.author_count) == ("2609.00001", 8)
    assert (record.upvotes, record.comments) == (1, 6)
    trend = formats.read(as_bytes("trending"), now=NOW).records[2]
    assert (trend.upvotes, trend.published) == (2, date(2026, 9, 3))
    day = formats.read(as_bytes("daily in lines"), now=NOW)
    assert [r.upvotes for r in day.records[:3]] == [None, 7, 14]
    assert [r.comments for r in day.records[:3]] == [None, 1, 2]


# --- other dress ------------------------------------------------------------------------------


def wrapped(page: str, width: int) -> str:
    lines = (
        textwrap.wrap(line, width, break_long_words=False) or [""] for line in page.split("\n")
    )
    return "\n".join(piece for line in lines for piece in line)


DRESS: dict[str, Callable[[str], str]] = {
    "quoted": lambda page: "> " + page.replace("\n", "\n> "),
    "wrapped at 60": lambda page: wrapped(page, 60),
    "wrapped at 80": lambda page: wrapped(page, 80),
    "wrapped at 100": lambda page: wrapped(page, 100),
    "double-spaced": lambda page: wrapped(page, 76).replace("\n", "\n\n"),
    "twice": lambda page: page + page,
}


@pytest.mark.parametrize("dress", DRESS)
@pytest.mark.parametrize("form", ["alternating", "blank", "bylines"])
def test_the_page_in_other_dress_is_the_same_page(form: str, dress: str) -> None:
    page = PAGES[form]
    assert isinstance(page, str)
    dump = parse(DRESS[dress](page))
    assert titles(dump) == [title for title, _ in PAIRS]
    assert dump.rejections == ()
    assert [r.source_abstract for r in dump.records] == [abstract for _, abstract in PAIRS]


def test_two_layouts_in_one_file_are_each_read_in_their_own() -> None:
    page = alternating(PAIRS[:4]) + "\n" + with_bylines(PAIRS[4:], ["Nov 2, 2024"] * 8)
    dump = parse(page)
    assert titles(dump) == [title for title, _ in PAIRS]
    assert [r.author_count for r in dump.records] == [None] * 4 + [4] * 8


def test_a_page_that_breaks_off_is_kept_and_said() -> None:
    page = blank_separated(PAIRS)
    dump = parse(page[: page.rindex(" ")])
    assert titles(dump) == [title for title, _ in PAIRS]
    assert dump.rejections == ()
    assert [note.reason for note in dump.notes] == [
        "it looks cut off: the last abstract ends in mid-sentence"
    ]


# --- the law ----------------------------------------------------------------------------------


def read(page: str) -> tuple[list[str], PageReading]:
    lines = text.decode_text(page.encode())
    return list(lines.all), read_page(read_text(lines))


def lost_lines(page: str) -> list[str]:
    """Lines that are in no paper, no rejection and no furniture."""
    lines, reading = read(page)
    return [
        line
        for number, line in enumerate(lines, 1)
        if text.visible(line) and number not in reading.lines
    ]


PLAIN = sorted(form for form, page in PAGES.items() if isinstance(page, str) and form[0] != "r")
JUNK = [
    "101",
    "-",
    "· · ·",
    "Load more",
    "Submitted by",
    "https://x.org/a",
    "#",
    "[](",
    "---",
    "| a |",
]


@given(seed=st.integers(0, 10**6), form=st.sampled_from(PLAIN))
@settings(max_examples=60, deadline=None)
def test_every_line_is_in_a_paper_in_a_rejection_or_known_furniture(seed: int, form: str) -> None:
    chance = random.Random(seed)
    page = PAGES[form]
    assert isinstance(page, str)
    lines = page.split("\n")
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(JUNK))
            case 2:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 3:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case _:
                lines[at] += chance.choice(JUNK)
    assert lost_lines("\n".join(lines)) == []
    try:
        dump = parse("\n".join(lines))
    except DumpError:
        return
    for title in titles(dump):
        assert any(c.isalpha() for c in title)
        assert not title.startswith(("http", "#", "[", "Submitted by"))


@pytest.mark.shared
def test_no_line_of_the_real_dumps_vanishes(shared: Path) -> None:
    for path in [*sorted((shared / "dumps").glob("*.txt")), *sorted(SAMPLES.glob("day-*.txt"))]:
        assert lost_lines(path.read_text(encoding="utf-8")) == []
