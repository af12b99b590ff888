"""Which lines of a saved page are titles and which abstracts.

Strict alternation decides: title, abstract, title, abstract. Only where that is implausible
(a title over 300 characters, an abstract shorter than its title, a byline at the wrong place)
a line is rejected, and the cheapest set of rejections is taken, so one bad line costs one paper
at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

LONGEST_TITLE = 300  # characters
LONGEST_ABSTRACT = 20_000
_SHORT_ABSTRACT = 300
_SENTENCE_END = re.compile(r"[.!?…。][)\"'”’}\]]*(?:\s|$)")

# Costs are in lost lines: rejecting one costs 1. The soft ones only choose between alignments
# that are all plausible; they never add up to a line that strict alternation would keep.
_REJECT_ONE = 1.0
_REJECT_PAPER = 1.3  # a title and an abstract that do not fit each other: one paper
_LOOKS_LIKE_TITLE = 0.8
_DOUBT = 0.2


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of running text between two separators: a title or an abstract."""

    text: str
    line: int  # where it begins, from 1
    last: int  # the line where it ends
    after_byline: bool = False  # a byline stands between it and the unit before
    before_byline: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """A unit, or a title with its misfit of an abstract, that is no paper."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """Units told apart: index pairs of (title, abstract), and what was lost."""

    pairs: tuple[tuple[int, int], ...]
    lost: tuple[Lost, ...] = field(default=())


def plausible(title: str, abstract: str) -> bool:
    """Say whether these two can be a paper's title and abstract, by their lengths."""
    return len(title) <= LONGEST_TITLE and len(title) <= len(abstract) <= LONGEST_ABSTRACT


def align(units: Sequence[Unit]) -> Alignment:
    """Tell titles from abstracts with the least loss; on a tie, what came first is paired first."""
    best: list[float] = [0.0] * (len(units) + 1)
    step: list[Literal["pair", "one", "paper"]] = ["one"] * len(units)
    for i in range(len(units) - 1, -1, -1):
        options: list[tuple[float, int, Literal["pair", "one", "paper"]]] = []
        if i + 1 < len(units):
            title, abstract = units[i], units[i + 1]
            if plausible(title.text, abstract.text) and not abstract.after_byline:
                options.append((_doubt(title, abstract) + best[i + 2], 0, "pair"))
            elif not abstract.after_byline:
                options.append((_misfit(abstract) + best[i + 2], 1, "paper"))
        options.append((_REJECT_ONE + best[i + 1], 2, "one"))
        best[i], _, step[i] = min(options)
    return _follow(units, step)


def _follow(units: Sequence[Unit], step: Sequence[str]) -> Alignment:
    pairs: list[tuple[int, int]] = []
    lost: list[Lost] = []
    i = 0
    while i < len(units):
        if step[i] == "pair":
            pairs.append((i, i + 1))
        elif step[i] == "paper":
            lost.append(Lost(units[i].line, _why_no_paper(units[i].text, units[i + 1].text)))
        else:
            lost.append(Lost(units[i].line, _why_alone(units[i].text)))
        i += 1 if step[i] == "one" else 2
    return Alignment(tuple(pairs), tuple(lost))


def _doubt(title: Unit, abstract: Unit) -> float:
    """How odd a plausible pair looks."""
    odd = [
        len(abstract.text) < _SHORT_ABSTRACT,
        not _SENTENCE_END.search(abstract.text),
        title.before_byline,
    ]
    return _DOUBT * sum(odd)


def _misfit(abstract: Unit) -> float:
    """What it costs to give up two units as one paper; more when the second is a title itself."""
    text = abstract.text
    is_title = len(text) <= LONGEST_TITLE and not _SENTENCE_END.search(text) and " " in text
    return _REJECT_PAPER + _LOOKS_LIKE_TITLE * is_title


def _why_no_paper(title: str, abstract: str) -> str:
    if len(title) > LONGEST_TITLE:
        return f"title of {len(title)} characters, more than {LONGEST_TITLE}"
    if len(abstract) > LONGEST_ABSTRACT:
        return f"abstract of {len(abstract)} characters, more than {LONGEST_ABSTRACT}"
    return f"abstract of {len(abstract)} characters, shorter than its title"


def _why_alone(text: str) -> str:
    return "title without abstract" if len(text) <= LONGEST_TITLE else "abstract without title"


def convincing(units: Sequence[Unit], alignment: Alignment) -> bool:
    """Say whether a text without any sign of the page can be one all the same.

    Prose, code, tables and logs do not alternate between a heading and a paragraph of sentences.
    """
    good = sum(_reads_like_paper(units[t].text, units[a].text) for t, a in alignment.pairs)
    return good >= 2 and 2 * good >= 0.85 * len(units)


def _reads_like_paper(title: str, abstract: str) -> bool:
    letters = sum(c.isalpha() or c.isspace() for c in abstract)
    return (
        len(abstract) >= max(200, 2 * len(title))
        and len(_SENTENCE_END.findall(abstract)) >= 2
        and letters >= 0.85 * len(abstract)
        and title[0] not in "#*-|<>{[/=+:;`~" + "•"
        and title[-1] not in ".;,:{\\"
        and sum(c.isalpha() or c.isspace() for c in title) >= 0.7 * len(title)
    )
