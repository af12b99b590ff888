"""Pages that a browser printed to PDF, and a program turned into text again; all invented."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from digest.dumps import formats
from digest.dumps.page.as_text import page_lines
from digest.dumps.page.daily_mail import read_saved
from digest.dumps.page.plain import read_text
from digest.dumps.page.printed import sheet_edges

_NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
_WORDS = [
    "moss",
    "fern",
    "pond",
    "reed",
    "heron",
    "model",
    "frog",
    "deep",
    "rain",
    "neural",
    "small",
    "cloud",
    "river",
    "stone",
    "drift",
]
_HEADER = [
    *("Models", "Datasets", "Spaces", "Docs", "new"),
    "Get trending papers in your email inbox once a day!",
    "Get trending papers in your email inbox!",
    *("Subscribe", "Daily Papers", "by AK and the research community", "Daily", "Weekly"),
    *("Monthly", "Nov 28"),
]


class _Card(NamedTuple):
    title: str
    abstract: str
    byline: str
    votes: str
    submitter: str
    comments: str


def _cards(seed: int) -> list[_Card]:
    rnd = random.Random(seed)

    def words(count: int) -> list[str]:
        return [rnd.choice(_WORDS) for _ in range(count)]

    def sentence() -> str:
        return f"{' '.join(words(rnd.randint(9, 22))).capitalize()}."

    def title(number: int) -> str:
        return f"{' '.join(words(rnd.choice((1, 3, 6, 9, 13, 16)))).title()} {number + 2}D"

    return [
        _Card(
            title(number),
            " ".join(sentence() for _ in range(rnd.randint(4, 9))),
            rnd.choice(("7 authors", "Pond Institute", "31 authors", "reed-ai")),
            rnd.choice(("-", "3", "142")),
            rnd.choice(("dana", "Ann Moss", "k8")),
            rnd.choice(("", "2")),
        )
        for number in range(14)
    ]


def _daily(card: _Card, width: int) -> list[str]:
    title = textwrap.wrap(card.title, width - 24)
    return ["Submitted by", card.submitter, card.votes, *title, card.byline, card.comments]


def _search(card: _Card, width: int) -> list[str]:
    title, abstract = textwrap.wrap(card.title, width - 24), textwrap.wrap(card.abstract, width)
    return [card.votes, *title, *abstract, f"{card.byline} · Nov 27", card.comments]


def _trending(card: _Card, width: int) -> list[str]:
    title, abstract = textwrap.wrap(card.title, width - 24), textwrap.wrap(card.abstract, width)
    above = ["Submitted by", card.submitter]
    buttons = f"Upvote {card.votes} GitHub 31 arXiv Page"
    return [*above, *title, *abstract, f"{card.byline} · Published on Nov 27", buttons]


_PAGES: dict[str, Callable[[_Card, int], list[str]]] = {
    "daily": _daily,
    "search": _search,
    "trending": _trending,
}
_ADDRESS = "https://huggingface.co/papers"
_TITLE = "Daily Papers - Hugging Face"


def _chrome(n: int, of: int) -> tuple[list[str], list[str]]:
    return ["12/1/26, 2:03 AM", "", _TITLE, ""], ["", _ADDRESS, "", f"{n}/{of}", ""]


def _chrome_layout(n: int, of: int) -> tuple[list[str], list[str]]:
    gap = " " * 40
    return [f"12/1/26, 2:03 AM{gap}{_TITLE}", ""], ["", "", f"{_ADDRESS}{gap}{n}/{of}"]


def _chrome_raw(n: int, of: int) -> tuple[list[str], list[str]]:
    return [], [f"01.12.26, 14:03 {_TITLE}", f"{_ADDRESS}?date=2026-11-… {n}/{of}"]


def _firefox(n: int, of: int) -> tuple[list[str], list[str]]:
    gap = " " * 30
    return [f"{_TITLE}{gap}{_ADDRESS}", ""], ["", f"{n} of {of}{gap}01/12/2026, 14:03"]


def _safari(n: int, of: int) -> tuple[list[str], list[str]]:
    gap = " " * 30
    return [f"{_TITLE}{gap}01/12/2026, 14:03", ""], ["", f"{_ADDRESS}{gap}Page {n} of {of}"]


_BROWSERS = {
    each.__name__: each for each in (_chrome, _chrome_layout, _chrome_raw, _firefox, _safari)
}


def _printed(
    lines: Sequence[str],
    height: int,
    browser: Callable[..., tuple[list[str], list[str]]],
    feed: str,
) -> str:
    sheets = [lines[at : at + height] for at in range(0, len(lines), height)]
    printed = []
    for number, sheet in enumerate(sheets, start=1):
        above, below = browser(number, len(sheets))
        printed.append("\n".join([*above, *sheet, *below]) + "\n")
    return feed.join(printed)


@pytest.mark.parametrize("feed", ["\f", ""])
@pytest.mark.parametrize("browser", _BROWSERS)
@pytest.mark.parametrize("page", _PAGES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_printed_page_has_its_papers_and_nothing_else(
    seed: int, page: str, browser: str, feed: str
) -> None:
    cards = _cards(seed)
    width, height = random.Random(seed).choice(((72, 31), (88, 44), (80, 23)))
    lines = [*_HEADER, *(line for card in cards for line in _PAGES[page](card, width) if line)]
    printed = _printed([*lines, "Previous Next"], height, _BROWSERS[browser], feed)
    dump = formats.read(printed.encode(), now=_NOW)
    assert [record.title for record in dump.records] == [card.title for card in cards]
    if page != "daily":
        assert [record.abstract for record in dump.records] == [card.abstract for card in cards]
    assert dump.rejections == ()
    source = page_lines(printed.encode())
    told = read_saved(read_text(source)).lines
    assert {n for n, line in enumerate(source.all, 1) if line.strip("\f \t")} <= told.keys()


@pytest.mark.parametrize(
    "text",
    [
        "A title\n1/2\nAn abstract\n2/2\n",  # scores, and nothing of a browser beside them
        "Submitted by\nann\n3\nA 2/3 Approximation of Ponds\n",
        "12/1/26, 2:03 AM\nA diary\n12/2/26, 2:03 AM\nA diary\n",  # nothing counts sheets
        "https://pond.example\nhttps://pond.example\n",
        "",
    ],
)
def test_what_no_browser_printed_stays(text: str) -> None:
    assert sheet_edges(text.split("\n")) == frozenset()


def test_the_edges_of_one_sheet_are_known() -> None:
    text = f"12/1/26, 2:03 AM\n\n{_TITLE}\n\nA Pond\n\n{_ADDRESS}\n\n1/1\n"
    assert sheet_edges(text.split("\n")) == {1, 3, 7, 9}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["pond reed\n", "pond reed\n\n", "3\npond reed moss\n\n", "a · Aug\n19\n", "1/9\n"]
)
def test_a_hostile_print_takes_no_time(piece: str) -> None:
    edge = f"12/1/26, 2:03 AM\n\n{_TITLE}\n\n{_ADDRESS} "
    printed = f"{edge}1/2\n3\n{piece * 8_000}{edge}2/2\n"
    assert sheet_edges(printed.split("\n"))
    read_text(page_lines(printed.encode()))
