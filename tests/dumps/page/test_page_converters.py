"""The page as converters and browsers for terminals write it: menus, glued words, RTF's fields."""

from __future__ import annotations

from datetime import date

import pytest

from digest.dumps import formats
from digest.dumps.page.dates import printed_day
from digest.dumps.page.furniture import is_furniture, is_sign
from tests.dumps.pages import NOW, papers, parse, titles

PAIRS = papers(6)


@pytest.mark.parametrize(
    "line",
    [
        *("o Tasks", "+ Models", "o Blog o Posts o Daily Papers o Learn"),
        *("PreviousNext", "TOSPrivacyAbout", "ModelsDatasetsSpacesPricingDocs"),
    ],
)
def test_menu_words_with_marks_or_glued_are_the_pages_own(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line", ["o Moss", "DeepMoss", "ModelsOfMoss", "Models o Moss", "Moss + Stone", "e - e + moss"]
)
def test_titles_are_not_taken_for_menus(line: str) -> None:
    assert not is_furniture(line)


def test_a_picture_in_the_pages_byline_changes_nothing() -> None:
    assert is_sign("by [图片：无替代文本] AK and the research community")
    assert is_sign("byAK and the AI research community")


@pytest.mark.parametrize(
    ("line", "day", "count"),
    [
        ("Nov 282", date(2026, 11, 28), 2),
        ("Aug 191", date(2026, 8, 19), 1),
        ("Oct 3, 20251", date(2025, 10, 3), 1),
        ("Nov 412", date(2026, 11, 4), 12),
    ],
)
def test_a_count_glued_to_a_day_is_told_apart(line: str, day: date, count: int) -> None:
    told = printed_day(line)
    assert told is not None
    assert (told[0].on(2026), told[1]) == (day, count)


def test_glued_buttons_and_pager_make_no_paper() -> None:
    lines = ["Trending Papers", "o Tasks", "PreviousNext"]
    for title, abstract in PAIRS:
        lines += ["Submitted by", "ann", title, abstract, "Moss Lab · Nov 282", "Upvote", "7"]
        lines += ["GitHub 31arXiv Page"]
    dump = parse("\n\n".join([*lines, "PreviousNext", "TOSPrivacyAbout"]))
    assert titles(dump) == [title for title, _ in PAIRS]
    assert dump.rejections == ()
    assert [(r.comments, r.github_stars, r.upvotes) for r in dump.records] == [(2, 31, 7)] * 6


def test_links_and_pictures_of_rich_text_are_no_titles() -> None:
    told = []
    for at, (title, abstract) in enumerate(PAIRS):
        url = f"https://huggingface.co/papers/2609.000{at:02}"
        link = r'{\field{\*\fldinst{HYPERLINK "%s"}}{\fldrslt{%s}}}\par'
        told += [link % (url, title), abstract + r"\par"]
        told += [link % ("https://huggingface.co/moss", "[image: https://x.org/a.png]Moss Lab")]
    body = "\n".join(["Daily Papers\\par", *told])
    coded = "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in body)
    dump = formats.read((r"{\rtf1\ansi" + "\n" + coded + "}").encode(), now=NOW)
    assert titles(dump) == [title for title, _ in PAIRS]
    assert [r.arxiv_id for r in dump.records] == [f"2609.000{at:02}" for at in range(6)]


@pytest.mark.parametrize(
    "line",
    ['("https://huggingface.co/papers/2604.25402")', "==== https://x.org/papers/2605.1[Moss"],
)
def test_an_address_in_marks_is_no_title(line: str) -> None:
    lines = [part for title, abstract in PAIRS for part in (title, abstract)]
    dump = parse("\n\n".join(["Daily Papers", *lines[:4], line, *lines[4:]]))
    assert titles(dump) == [title for title, _ in PAIRS]


@pytest.mark.parametrize("apart", [" ", "\n", "\n\n"])
def test_buttons_whose_links_go_over_two_lines_are_buttons(apart: str) -> None:
    """Firecrawl's form: what stood over one another in a button stands in one link."""
    lines = ["# Trending Papers"]
    for n, (title, abstract) in enumerate(PAIRS):
        site = f"https://huggingface.co/papers/2609.0123{n}"
        lines += [f"### [{title}]({site})", abstract, "·Published on Sep 3, 2026"]
        buttons = [
            f"[Upvote\\\\\n{n + 1}](https://huggingface.co/login?next=%2Fpapers%2F2609.0123{n})"
        ]
        buttons += [f"[GitHub\\\\\n{n}.02k](https://github.com/moss/r{n})"]
        buttons += [f"[arXiv Page](https://arxiv.org/abs/2609.0123{n})"]
        lines.append(apart.join(buttons))
    dump = parse("\n\n".join(lines))
    assert titles(dump) == [title for title, _ in PAIRS]
    assert [record.upvotes for record in dump.records] == [n + 1 for n in range(len(PAIRS))]
    assert dump.rejections == ()
