"""Pages to parse: the sample papers, laid out as each of the three layouts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import digest
from digest.dumps.interface import Dump
from digest.dumps.page.as_text import PageText
from digest.papers import keys_of

SAMPLES = Path(digest.__file__).parent / "samples"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEADER = ("new", "Get trending papers in your email inbox!", "Subscribe")


def parse(text: str | bytes, *, now: datetime = NOW, captured_on: date | None = None) -> Dump:
    data = text.encode() if isinstance(text, str) else text
    return PageText().parse(data, now=now, captured_on=captured_on)


def papers(count: int) -> list[tuple[str, str]]:
    """Titles and abstracts, as the source has them."""
    found = parse((SAMPLES / "day-1.txt").read_bytes()).records[:count]
    assert len(found) == count
    return [(each.source_title, each.source_abstract) for each in found]


def alternating(pairs: list[tuple[str, str]], *, glue: str = "Subscribe") -> str:
    lines = [line for pair in pairs for line in pair]
    return "\n".join([*HEADER[1:2], glue + lines[0], *lines[1:]])


def blank_separated(pairs: list[tuple[str, str]], *, day: str | None = "Mar 13") -> str:
    blocks = [*HEADER, "byAK and the research community", *([day] if day else [])]
    return "\n\n".join([*blocks, *(text for pair in pairs for text in pair)])


def with_bylines(
    pairs: list[tuple[str, str]], bylines: list[str | None], *, day: str | None = "Dec 11"
) -> str:
    """`bylines` hold a date and maybe a count: "Nov 25, 2022 3"; None: no byline at all."""
    blocks = [*HEADER, "Daily Papers", "byAK and the research community", *([day] if day else [])]
    for (title, abstract), byline in zip(pairs, bylines, strict=True):
        blocks += [title, abstract]
        if byline:
            blocks.append(f"  • 4 authors\n·\n{byline}")
    return "\n\n".join(blocks)


def titles(dump: Dump) -> list[str]:
    return [record.source_title for record in dump.records]


def new_papers(dumps: list[Dump]) -> list[int]:
    """How many papers of each dump no earlier one had."""
    seen: set[str] = set()
    counts = []
    for dump in dumps:
        fresh = 0
        for record in dump.records:
            keys = set(keys_of(record))
            fresh += not seen & keys
            seen |= keys
        counts.append(fresh)
    return counts
