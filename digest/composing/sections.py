"""An issue of some length, in sections: each paper under the keyword that gives it most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from digest.composing.excerpt import harmless
from digest.ranking.interface import Pick, Reason

AT_LEAST = 4  # papers of an issue that has sections by keyword
_LONGEST_KEYWORD = 60
_WEIGHT = re.compile(r"\^[\d.]+\s*$")
_TASTE = ("likes", "dislikes")  # what a reader said of other papers is no keyword
_MOST_TOPICS = 50_000  # about 5 MB
_SPACES = re.compile(r"\s+")

SectionKind = Literal["keyword", "group", "likes", "picked", "trending"]


class Topic(NamedTuple):
    """What of a profile a paper is about: what gives it most."""

    keyword: str  # as one reads it
    group: str = ""  # that the keyword stands in, if the reader named one


class IssueSection(NamedTuple):
    """Papers of an issue that stand together."""

    kind: SectionKind
    name: str  # the keyword as one reads it, or the group; else empty
    places: tuple[int, ...]  # of its picks

    @property
    def is_lead_alone(self) -> bool:
        """Return whether nothing but the lead stands under its keyword or group."""
        return self.places == (0,) and bool(self.name)


def sections_of(picks: Sequence[Pick]) -> list[IssueSection]:
    """Return an issue's sections: the lead's first, then by their best paper, the fill last.

    Within a section the picks keep their order. A short issue has none by keyword.
    """
    by_keyword = len(picks) >= AT_LEAST
    found: dict[tuple[SectionKind, str], list[int]] = {}
    heading: tuple[SectionKind, str]
    for place, pick in enumerate(picks):
        if pick.section == "trending":
            heading = ("trending", "")
        elif not by_keyword:
            heading = ("picked", "")
        elif topic := topic_of(pick):
            heading = ("group", topic[1]) if topic[1] else ("keyword", topic[0])
        else:
            heading = ("likes" if pick.reasons else "picked", "")
        found.setdefault(heading, []).append(place)
    return [IssueSection(*heading, tuple(places)) for heading, places in found.items()]


_topics: dict[int, Topic | None] = {}  # of what the same reasons give: see `Pick.grounds`


def topic_of(pick: Pick) -> Topic | None:
    """Return what of a profile gives a paper most: a keyword, or a group and the best of its own.

    What a group's keywords give adds up. None where no keyword gives anything.
    """
    if not pick.grounds:
        return _topic(pick.reasons)
    try:
        return _topics[pick.grounds]
    except KeyError:
        if len(_topics) >= _MOST_TOPICS:
            _topics.clear()
        found = _topics[pick.grounds] = _topic(pick.reasons)
        return found


def _topic(reasons: Sequence[Reason]) -> Topic | None:
    gains: dict[str, float] = {}
    for reason in reasons:
        if reason.group:
            return _topic_in_groups(reasons)
        if reason.field not in _TASTE:
            gains[reason.keyword] = gains.get(reason.keyword, 0.0) + reason.gain
    return Topic(displayed_keyword(max(gains, key=gains.__getitem__))) if gains else None


def _topic_in_groups(reasons: Sequence[Reason]) -> Topic:
    """Return what gives most where some keywords stand in groups; others stand for themselves."""
    by_heading: dict[tuple[str, str], float] = {}  # (group, "") or ("", keyword) → gain
    by_keyword: dict[tuple[str, str], float] = {}  # (group, keyword) → gain
    for reason in reasons:
        if reason.field not in _TASTE:
            group, keyword = reason.group, reason.keyword
            heading = (group, "" if group else keyword)
            by_heading[heading] = by_heading.get(heading, 0.0) + reason.gain
            by_keyword[group, keyword] = by_keyword.get((group, keyword), 0.0) + reason.gain
    best = max(by_heading, key=by_heading.__getitem__)
    inside = [each for each in by_keyword if each[0] == best[0] and (best[0] or each[1] == best[1])]
    group, keyword = max(inside, key=by_keyword.__getitem__)
    return Topic(displayed_keyword(keyword), displayed_keyword(group))


@lru_cache(maxsize=4096)  # many readers share each
def displayed_keyword(keyword: str) -> str:
    """Return a keyword as one reads it: without the grammar's quotes and weight."""
    return short_name(_WEIGHT.sub("", keyword).strip().strip('"“”'), _LONGEST_KEYWORD)


def short_name(text: str, limit: int) -> str:
    """Return a name from outside on one line, in so many characters."""
    text = _SPACES.sub(" ", harmless(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
