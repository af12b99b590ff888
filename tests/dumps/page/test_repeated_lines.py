"""Lines that a program prints on every card, or a stray one: no titles, and no titles' ends."""

from __future__ import annotations

import pytest

from tests.dumps.pages import papers, parse, titles

PAIRS = papers(6)
JUNK = ["Share this", "3 min read", "AI", "Recommended for you", "Accepted at PondConf 2026"]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("line", [*JUNK, "see also"])
def test_a_line_between_every_title_and_abstract_is_left_out_and_said(line: str, gap: str) -> None:
    dump = parse(gap.join(f"{title}{gap}{line}{gap}{abstract}" for title, abstract in PAIRS))
    assert [(r.title, r.source_abstract) for r in dump.records] == PAIRS
    assert [note.reason for note in dump.notes] == [
        f"{line!r} left out: 6 cards say it, and no paper"
    ]
    assert dump.rejections == ()


@pytest.mark.parametrize("line", JUNK)
def test_a_line_below_every_abstract_is_left_out(line: str) -> None:
    dump = parse("\n\n".join(f"{title}\n\n{abstract}\n\n{line}" for title, abstract in PAIRS))
    assert titles(dump) == [title for title, _ in PAIRS]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("line", JUNK)
def test_one_short_line_between_a_title_and_its_abstract_is_refused_alone(
    line: str, gap: str
) -> None:
    cards = [f"{title}{gap}{abstract}" for title, abstract in PAIRS]
    title, abstract = PAIRS[2]
    cards[2] = f"{title}{gap}{line}{gap}{abstract}"
    dump = parse(gap.join(cards))
    assert [(r.title, r.source_abstract) for r in dump.records] == PAIRS
    assert [rejection.reason for rejection in dump.rejections] == ["title without abstract"]


def test_papers_of_one_short_name_are_all_kept() -> None:
    pairs = [("Editorial" if n % 2 else title, told) for n, (title, told) in enumerate(PAIRS)]
    dump = parse("\n\n".join(f"{title}\n\n{abstract}" for title, abstract in pairs))
    assert [(r.title, r.source_abstract) for r in dump.records] == pairs
