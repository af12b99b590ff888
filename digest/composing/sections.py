"""An issue of some length, in sections: each paper under the keyword that gives it most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from digest.composing.excerpt import harmless
from digest.ranking.interface import Pick, Reason

AT_LEAST = 4  # papers of an issue that has sections by keyword
_LONGEST_KEYWORD = 60
_WEIGHT = re.compile(r"\^[\d.]+\s*$")
_TASTE = ("likes", "dislikes")  # what a reader said of other papers is no keyword
_UNKNOWN = "unknown"
_MOST_TOPICS = 50_000  # about 5 MB
_SPACES = re.compile(r"\s+")

SectionKind = Literal["keyword", "group", "likes", "picked", "trending"]


class Topic(NamedTuple):
    """What of a profile a paper is about: what gives it most."""

    keyword: str  # as one reads it
    group: str = ""  # that the keyword stands in, if the reader named one

    @property
    def heading(self) -> str:
        """Return what its section is called."""
        return self.group or self.keyword


@dataclass(frozen=True, slots=True)
class IssueSection:
    """Papers of an issue that stand together."""

    kind: SectionKind
    name: str  # the keyword as one reads it, or the group; else empty
    places: tuple[int, ...]  # of its picks

    @property
    def is_lead_alone(self) -> bool:
        """Return whether nothing but the lead stands under its keyword or group."""
        return bool(self.name) and self.places == (0,)


def sections_of(picks: Sequence[Pick]) -> list[IssueSection]:
    """Return an issue's sections: the lead's first, then by their best paper, the fill last.

    Within a section the picks keep their order. A short issue has none by keyword.
    """
    by_keyword = len(picks) >= AT_LEAST
    found: dict[tuple[SectionKind, str], list[int]] = {}
    for place, pick in enumerate(picks):
        found.setdefault(_section_of(pick, by_keyword), []).append(place)
    return [IssueSection(kind, name, tuple(places)) for (kind, name), places in found.items()]


def _section_of(pick: Pick, by_keyword: bool) -> tuple[SectionKind, str]:
    if pick.section == "trending":
        return "trending", ""
    if not by_keyword:
        return "picked", ""
    topic = topic_of(pick)
    if topic is not None:
        return "group" if topic.group else "keyword", topic.heading
    return ("likes" if pick.reasons else "picked"), ""


def topic_of(pick: Pick) -> Topic | None:
    """Return what of a profile gives a paper most: a keyword, or a group and the best of its own.

    What a group's keywords give adds up. None where no keyword gives anything.
    """
    if not pick.grounds:
        return _topic(pick.reasons)
    found = _topics.get(pick.grounds, _UNKNOWN)
    if isinstance(found, str):
        if len(_topics) >= _MOST_TOPICS:
            _topics.clear()
        found = _topics[pick.grounds] = _topic(pick.reasons)
    return found


_topics: dict[int, Topic | None] = {}  # of what the same reasons give: see `Pick.grounds`


def _topic(reasons: Sequence[Reason]) -> Topic | None:
    if len(reasons) == 1 and reasons[0].field not in _TASTE:
        return Topic(displayed_keyword(reasons[0].keyword), displayed_keyword(reasons[0].group))
    by_heading: dict[tuple[str, str], float] = {}  # (group, or keyword without one) → gain
    by_keyword: dict[tuple[str, str], float] = {}  # (group, keyword) → gain
    for reason in reasons:
        if reason.field not in _TASTE:
            group, keyword, gain = reason.group, reason.keyword, reason.gain
            by_keyword[group, keyword] = by_keyword.get((group, keyword), 0.0) + gain
            if group:
                by_heading[group, ""] = by_heading.get((group, ""), 0.0) + gain
    if not by_keyword:
        return None
    if by_heading:
        by_heading |= {each: gain for each, gain in by_keyword.items() if not each[0]}
        best = max(by_heading, key=by_heading.__getitem__)[0]
        by_keyword = {each: gain for each, gain in by_keyword.items() if each[0] == best}
    group, keyword = max(by_keyword, key=by_keyword.__getitem__)
    return Topic(displayed_keyword(keyword), displayed_keyword(group))


@lru_cache(maxsize=4096)  # many readers share each
def displayed_keyword(keyword: str) -> str:
    """Return a keyword as one reads it: without the grammar's quotes and weight."""
    return short_name(_WEIGHT.sub("", keyword).strip().strip('"“”'), _LONGEST_KEYWORD)


def short_name(text: str, limit: int) -> str:
    """Return a name from outside on one line, in so many characters."""
    text = _SPACES.sub(" ", harmless(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
