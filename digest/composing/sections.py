"""An issue of some length, in sections: each paper under the keyword that gives it most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from digest.composing.excerpt import harmless
from digest.ranking.interface import Pick

AT_LEAST = 4  # papers of an issue that has sections by keyword
_LONGEST_KEYWORD = 60
_WEIGHT = re.compile(r"\^[\d.]+\s*$")
_TASTE = ("likes", "dislikes")  # what a reader said of other papers is no keyword
_SPACES = re.compile(r"\s+")

SectionKind = Literal["keyword", "likes", "picked", "trending"]


@dataclass(frozen=True, slots=True)
class IssueSection:
    """Papers of an issue that stand together."""

    kind: SectionKind
    keyword: str  # as one reads it; empty but for a keyword's section
    places: tuple[int, ...]  # of its picks


def sections_of(picks: Sequence[Pick]) -> list[IssueSection]:
    """Return an issue's sections: the lead's first, then by their best paper, the fill last.

    Within a section the picks keep their order. A short issue has none by keyword.
    """
    by_keyword = len(picks) >= AT_LEAST
    found: dict[tuple[SectionKind, str], list[int]] = {}
    for place, pick in enumerate(picks):
        found.setdefault(_section_of(pick, by_keyword), []).append(place)
    return [IssueSection(kind, keyword, tuple(places)) for (kind, keyword), places in found.items()]


def _section_of(pick: Pick, by_keyword: bool) -> tuple[SectionKind, str]:
    if pick.section == "trending":
        return "trending", ""
    if not by_keyword:
        return "picked", ""
    keyword = topic_of(pick)
    if keyword:
        return "keyword", keyword
    return ("likes" if pick.reasons else "picked"), ""


def topic_of(pick: Pick) -> str:
    """Return the keyword that gives a paper most, as one reads it; empty if none does."""
    reasons = pick.reasons
    if len(reasons) == 1 and reasons[0].field not in _TASTE:
        return displayed_keyword(reasons[0].keyword)
    gains: dict[str, float] = {}
    for reason in reasons:
        if reason.field not in _TASTE:
            gains[reason.keyword] = gains.get(reason.keyword, 0.0) + reason.gain
    return displayed_keyword(max(gains, key=gains.__getitem__)) if gains else ""


@lru_cache(maxsize=4096)  # many readers share each
def displayed_keyword(keyword: str) -> str:
    """Return a keyword as one reads it: without the grammar's quotes and weight."""
    return short_name(_WEIGHT.sub("", keyword).strip().strip('"“”'), _LONGEST_KEYWORD)


def short_name(text: str, limit: int) -> str:
    """Return a name from outside on one line, in so many characters."""
    text = _SPACES.sub(" ", harmless(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
