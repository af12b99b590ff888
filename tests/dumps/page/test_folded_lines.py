"""Pages that were cut at a column, in mid-word: put together as they were."""

from __future__ import annotations

import pytest

from digest.dumps.page.as_text import page_source
from digest.dumps.page.daily_mail import read_saved
from digest.dumps.page.folded_lines import unfolded
from tests.dumps.pages import alternating, blank_separated, papers, parse, titles

PAIRS = [
    *papers(10),
    ("Ponds ütter Größe: Zwölf Möglichkeiten für Moos", "We ask what the moss — über alles — "
     "does when a pond dries up. It waits. Then it grows, für sich, again and again, as we show."),
]  # fmt: skip


def folded(page: str, width: int, *, by_bytes: bool = False) -> bytes:
    lines = []
    for line in page.split("\n"):
        told = line.encode() if by_bytes else line
        size = max(1, len(told))
        parts = [told[at : at + width] for at in range(0, size, width)]
        lines += [part.encode() if isinstance(part, str) else part for part in parts]
    return b"\n".join(lines)


@pytest.mark.parametrize("by_bytes", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [44, 60, 72, 79, 80, 100])
def test_a_page_cut_in_mid_word_is_read_whole(width: int, end: str, by_bytes: bool) -> None:
    for page in (blank_separated(PAIRS), alternating(PAIRS)):
        data = folded(page, width, by_bytes=by_bytes).replace(b"\n", end.encode())
        dump, uncut = parse(data), parse(page)
        assert [(r.title, r.abstract) for r in dump.records] == [
            (r.title, r.abstract) for r in uncut.records
        ]
        assert dump.rejections == ()
        source, _ = page_source(data)
        told = read_saved(source).lines
        lines = data.replace(b"\r\n", b"\n").split(b"\n")
        assert {n for n, line in enumerate(lines, 1) if line.strip()} <= told.keys()


@pytest.mark.parametrize("width", [48, 56, 64])
def test_a_line_that_happens_to_end_at_the_column_is_the_last(width: int) -> None:
    pairs = list(PAIRS)
    title = pairs[4][0][:width].ljust(width, "x")
    title = f"Reeds of {title}"[: width - 6].rstrip(" -") + " ponds"
    pairs[4] = (title.ljust(width, "s"), pairs[4][1])
    dump = parse(folded(alternating(pairs), width))
    assert titles(dump) == [name for name, _ in pairs]


@pytest.mark.parametrize("width", [60, 72, 80])
@pytest.mark.parametrize(
    ("end", "title"),
    [
        ("code at https://ponds.org/moss", "Is Moss All You Need?"),
        ("see https://www.ponds.org/moss/", "Pond Moss and Its Friends"),
        ("of the moss at a rate of 0.75", "In-Pond Moss: Reeds and Ponds"),
    ],
)
def test_an_abstract_that_ends_at_the_column_takes_no_title_in(
    end: str, title: str, width: int
) -> None:
    pairs = list(PAIRS)
    told = f"{pairs[4][1]} We show"
    told += " moss" * ((-len(told) - len(end) - 1) % width // 5)
    told += "s" * ((-len(told) - len(end) - 1) % width)
    pairs[4] = (pairs[4][0], f"{told} {end}")
    pairs[5] = (title, pairs[5][1])
    dump = parse(folded(alternating(pairs), width))
    assert titles(dump) == [name for name, _ in pairs]


@pytest.mark.parametrize("width", [60, 72])
def test_a_title_of_the_columns_width_that_ends_in_a_short_word_is_whole(width: int) -> None:
    pairs = list(PAIRS)
    title = f"Why Moss {'grows ' * 20}"[: width - 13]
    pairs[4] = (f"{title.ljust(width - 13, 'x')} and to Fix It", pairs[4][1])
    pairs[4] = (pairs[4][0][-width:], f"Pond moss, as it is, stays. {pairs[4][1]}")
    dump = parse(folded(alternating(pairs), width))
    assert pairs[4][0] in titles(dump)


def test_a_quotation_that_a_cut_parts_from_its_mark_is_no_end() -> None:
    width = 60
    told = f"{PAIRS[4][1]} We say "
    told += "moss " * ((-len(told) - 2) % width // 5)
    told += "a" * ((-len(told) - 2) % width) + ' "'
    pairs = [*PAIRS[:4], (PAIRS[4][0], f'{told}I grow in ponds," said the moss, and it grew.')]
    dump = parse(folded(alternating([*pairs, *PAIRS[5:]]), width))
    assert dump.records[4].abstract == pairs[4][1]


def test_lines_are_named_by_their_own_numbers() -> None:
    page = folded(alternating(PAIRS), 60).split(b"\n")
    dump = parse(b"\n".join(page))
    for record in dump.records:
        assert record.line is not None
        shown = page[record.line - 1].decode().removeprefix("Subscribe")
        assert record.title.startswith(shown[:40])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "\n".join(["moss and reeds grow in ponds", "and die again", ""] * 9),
        "\n".join(f"{n:03},{n * 7:03},{n * 3:03},moss-{n:03}-reed" for n in range(90)),  # a table
        "\n".join(["0123456789abcdefABCDEF+/" * 3] * 40),  # base64: no words
    ],
)
def test_what_was_not_cut_in_mid_word_stays(text: str) -> None:
    assert unfolded(text.encode()).data == text.encode()
