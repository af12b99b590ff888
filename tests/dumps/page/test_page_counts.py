"""Pages changed by hand in a way that tells itself which papers must still be read, no other.

Each change is one that a person makes: a paper cut out, a line of one's own put in, a mail's
quotes. The real pages' titles are those that their unchanged page has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from digest.dumps import formats
from tests.dumps.pages import HEADER, NOW, papers

MANY = 30  # changes of each page
MOST = 8  # papers of a real page that are taken: reading a large one takes long

KINDS = ("none", "cut out", "cut off", "twice", "two pages", "votes", "foreign", "shuffled")
DRESSES = (
    *("plain", "CRLF", "CR", "NEL", "LS", "quoted", "bullets", "indented", "zero width", "NBSP"),
    *("blank dropped", "blank doubled"),
)

Card = tuple[str, ...]  # its lines; the first is the title


@dataclass(frozen=True)
class Page:
    """A page as its header and its cards."""

    header: tuple[str, ...]
    cards: tuple[Card, ...]
    gap: str  # between lines


@dataclass(frozen=True)
class Changed:
    """A changed page, and what is known of it."""

    text: str
    titles: tuple[str, ...]
    foreign: int = 0  # lines that nobody can place


FOREIGN = (
    "Remember to buy oat milk before the shop on the corner closes",
    "TODO ask the group which of these we want to read on Thursday",
)


def change(page: Page, chance: Random) -> Changed:
    """Return the page after one change of what stands in it and one of its dress."""
    cards = list(page.cards)
    foreign = 0
    kind = chance.choice(KINDS)
    if kind == "cut out":
        del cards[chance.randrange(len(cards))]
    elif kind == "cut off":
        cards = cards[: chance.randrange(len(cards) // 2, len(cards))]
    elif kind == "shuffled":
        chance.shuffle(cards)
    lines = [_card(card, kind, chance) for card in cards]
    if kind == "foreign":
        at, foreign = chance.randrange(1, len(lines)), 1
        lines.insert(at, ["", chance.choice(FOREIGN), ""])
    told = _joined(page, lines)
    if kind == "twice":
        told += ["", *told]
    elif kind == "two pages":
        half = len(lines) // 2
        told = [*_joined(page, lines[:half]), "", *_joined(page, lines[half:])]
    return Changed(_dress(told, chance), tuple(card[0] for card in cards), foreign)


def _card(card: Card, kind: str, chance: Random) -> list[str]:
    return [*([str(chance.randrange(1, 400))] if kind == "votes" else []), *card]


def _joined(page: Page, cards: Sequence[Sequence[str]]) -> list[str]:
    lines = [*page.header, *(line for card in cards for line in card)]
    return [line for each in lines for line in ([each, ""] if page.gap == "\n\n" else [each])]


def _dress(lines: list[str], chance: Random) -> str:
    dress = chance.choice(DRESSES)
    ends = {"CRLF": "\r\n", "CR": "\r", "NEL": "\x85", "LS": "\u2028"}
    blanks = [at for at, line in enumerate(lines) if not line]
    if dress == "quoted":
        lines = [f"> {line}" for line in lines]
    elif dress == "bullets":
        lines = [f"• {line}" if line else line for line in lines]
    elif dress == "indented":
        lines = [f"    {line}" for line in lines]
    elif dress == "zero width":
        lines = [f"\u200b{line}\ufeff" for line in lines]
    elif dress == "NBSP":
        lines = [line.replace(" ", "\u00a0") for line in lines]
    elif dress == "blank doubled" and blanks:
        lines.insert(chance.choice(blanks), "")
    elif dress == "blank dropped" and blanks:
        del lines[chance.choice(blanks)]
    return ends.get(dress, "\n").join(lines)


def check(page: Page, seed: int) -> None:
    changed = change(page, Random(seed))
    dump = formats.read(changed.text.encode(), now=NOW)
    found = sorted(_bare(record.source_title) for record in dump.records)
    assert found == sorted(set(map(_bare, changed.titles))), dump.rejections
    assert len(dump.rejections) <= changed.foreign, dump.rejections
    if changed.foreign:
        assert dump.rejections, "a line vanished"


def _bare(title: str) -> str:
    return re.sub(r"[\s\u200b\ufeff]+", " ", title).strip()


PAIRS = papers(6)
INVENTED = {
    "alternating": Page(HEADER[1:2], tuple(PAIRS), "\n"),
    "blank lines": Page((*HEADER, "Mar 13"), tuple(PAIRS), "\n\n"),
    "bylines": Page(
        (*HEADER, "Daily Papers"),
        tuple(
            (*pair, f"{n + 2} authors", "·", f"Nov {n + 1}, 2024") for n, pair in enumerate(PAIRS)
        ),
        "\n\n",
    ),
    "organisations": Page(
        (*HEADER, "Daily Papers"),
        tuple((*pair, f"Moss Lab · Nov {n + 1}, 2024") for n, pair in enumerate(PAIRS)),
        "\n\n",
    ),
}


@pytest.mark.parametrize("seed", range(MANY))
@pytest.mark.parametrize("form", INVENTED)
def test_an_invented_page_tells_what_was_left_in_it(form: str, seed: int) -> None:
    check(INVENTED[form], seed)


@pytest.mark.shared
def test_a_real_page_tells_what_was_left_in_it(shared: Path) -> None:
    files = sorted((shared / "dumps").glob("*.txt"))
    assert files
    for number, path in enumerate(files):
        page = _real(path)
        for seed in range(MANY):
            check(page, 1_000 * number + seed)


def _real(path: Path) -> Page:
    """Return a real page's first cards, by the lines on which its titles stand."""
    lines = path.read_text("utf-8").split("\n")
    records = formats.read(path.read_bytes(), now=NOW).records[: MOST + 1]
    starts = [record.line or 1 for record in records]
    # A button's word is glued to the first title of a page whose markup is gone.
    lines[starts[0] - 1] = lines[starts[0] - 1].removeprefix("Subscribe")
    cards = (tuple(lines[first - 1 : last - 1]) for first, last in pairwise(starts))
    return Page(tuple(lines[: starts[0] - 1]), tuple(cards), "\n")
