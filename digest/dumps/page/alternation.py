"""Titles and abstracts that follow one another in wrapped lines without a blank line between.

Where the last line of a title or an abstract happens to be full, its length does not tell that it
is the last. So all lines of a block are read at once: each way to part them has a likelihood
(negative logarithms, added up), and the likeliest wins (a hidden Markov model, Viterbi's path).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from digest.dumps.page.pieces import Piece

_NEVER = 1e9
_TITLE_LINES = 5
_ENOUGH = 6  # abstracts whose lengths tell what is usual
_NO_TITLE = 3.5  # a block begins with an abstract
_FULL_AND_LAST = 2.5  # a paragraph's last line is full: one in twelve is
_OPEN_END = re.compile(
    r"(?:[,:;–—-]|\b(?:a|an|the|of|for|in|on|with|and|or|to|from|by|via|as|at|is|are|using"
    r"|towards?|into|over|under|between|without|through|that|which|we|our|its|their|than))$",
    re.IGNORECASE,
)
_CAPITAL_START = re.compile(r"[\"'(“‘\[$#\\]*[^\Wa-z_]")
_STOP = re.compile(r"(?<!\bvs)[.。…][)\"'”’»\]]*$")
_ASKED = re.compile(r"[!?][)\"'”’»\]]*$")
_ADDRESS_END = re.compile(r"https?://\S+$", re.IGNORECASE)
_SENTENCE_START = re.compile(
    r"(?:We|Our|This|These|However|Moreover|Furthermore|Additionally|Finally|Here|Code|In this)\b"
)
_INNER_STOP = re.compile(r"(?<!\bvs)(?<![A-Z])\.[)\"'”’»\]]*\s+[A-Z]")

# States: a title's nth line, an abstract's first, second, or later line.
_TITLE = tuple(range(_TITLE_LINES))
_ABSTRACT = tuple(range(_TITLE_LINES, _TITLE_LINES + 3))
_STATES = range(_TITLE_LINES + 3)
_TITLE_LENGTH = (0.5, 0.9, 2.5, 4.0, 6.0)  # a title of so many lines
_ABSTRACT_LENGTH = (4.0, 2.0, 0.4)  # an abstract that ends so early


def part_lines(lines: Sequence[Piece], full: Sequence[bool]) -> list[list[Piece]]:
    """Return lines as titles and abstracts, each a list of lines.

    `full` says of each line but the last whether the next one's first word had no room on it.
    """
    parts = _part(lines, full, _FULL_AND_LAST)
    sizes = [len(part) for part in parts if len(part) > _TITLE_LINES]
    if len(sizes) < _ENOUGH:
        return parts
    usual = median(sizes)
    found: list[list[Piece]] = []
    at = 0
    for part in parts:
        again = [part]
        if len(part) > 1.35 * usual:  # two papers whose border nothing shows but their length
            again = _part(part, full[at : at + len(part) - 1], _FULL_AND_LAST / 3)
        found += again if len(again) == 3 else [part]
        at += len(part)
    return found


def _part(lines: Sequence[Piece], full: Sequence[bool], full_and_last: float) -> list[list[Piece]]:
    texts = [piece.text for piece in lines]
    best = [0.0 if n == 0 else _NO_TITLE if n == _ABSTRACT[0] else _NEVER for n in _STATES]
    best = [spent + cost for spent, cost in zip(best, _line_costs(texts[0]), strict=True)]
    back: list[list[int]] = []
    for at in range(1, len(lines)):
        own = _line_costs(texts[at])
        steps = _steps(texts[at - 1], texts[at], full[at - 1], full_and_last)
        came = [min(_STATES, key=lambda p, n=n: best[p] + steps[p][n]) for n in _STATES]  # type: ignore[misc]
        best = [best[came[n]] + steps[came[n]][n] + own[n] for n in _STATES]
        back.append(came)
    state = min(_STATES, key=lambda n: best[n] + _ending(n))
    starts: list[int] = []
    for at in range(len(lines) - 1, 0, -1):
        before = back[at - 1][state]
        if not _goes_on(before, state):
            starts.append(at)
        state = before
    return [list(lines[a:b]) for a, b in pairwise([0, *reversed(starts), len(lines)])]


def _goes_on(before: int, state: int) -> bool:
    """Return whether a step stays within one paragraph."""
    if state in _TITLE:
        return state == before + 1
    return before in _ABSTRACT and state == min(before + 1, _ABSTRACT[-1]) and state != _ABSTRACT[0]


def _ending(state: int) -> float:
    if state in _TITLE:
        return 1.5 + _TITLE_LENGTH[state]
    return _ABSTRACT_LENGTH[state - _ABSTRACT[0]]


def _line_costs(text: str) -> list[float]:
    """Return what a line costs as a title's and as an abstract's, by its capitals and stops."""
    words = [word for word in re.findall(r"[\w'-]+", text)[1:] if len(word) >= 4]
    share = sum(any(c.isupper() for c in word) for word in words) / len(words) if words else 0.5
    title = 0.2 if share >= 0.6 else 0.9 if share >= 0.3 else 1.8
    abstract = 3.0 if share >= 0.75 else 2.0 if share >= 0.6 else 0.7 if share >= 0.3 else 0.1
    if len(words) < 3:
        title, abstract = 0.6, 0.6
    title += 4.0 * bool(_INNER_STOP.search(text)) + 2.5 * bool(_STOP.search(text))
    return [title] * len(_TITLE) + [abstract] * len(_ABSTRACT)


def _steps(before: str, after: str, full: bool, full_and_last: float) -> list[list[float]]:
    """Return what each step from line to line costs."""
    stays, parts = (0.05, full_and_last) if full else (6.0, 0.05)
    if not full and not _STOP.search(before) and not _CAPITAL_START.match(after):
        stays = 1.5
    capital = _CAPITAL_START.match(after) is not None
    stopped = _STOP.search(before) is not None or _ADDRESS_END.search(before) is not None
    asked = _ASKED.search(before) is not None
    begins = parts + (0.05 if capital else 4.0)
    begins_title = 2.5 * bool(_SENTENCE_START.match(after))
    ends_title = begins + 5.0 * bool(_OPEN_END.search(before)) + 4.0 * stopped
    ends_abstract = begins + (0.05 if stopped else 1.5 if asked else 3.5)
    within = stays + (2.8 if stopped and capital else 2.0 if capital else 0.1)
    within_title = stays + 3.0 * stopped
    steps = [[_NEVER] * len(_STATES) for _ in _STATES]
    for n in _TITLE:
        if n + 1 in _TITLE:
            steps[n][n + 1] = within_title
        steps[n][_ABSTRACT[0]] = ends_title + _TITLE_LENGTH[n]
        steps[n][0] = ends_title + _TITLE_LENGTH[n] + 5.0  # an abstract is missing
    for n in _ABSTRACT:
        ending = ends_abstract + _ABSTRACT_LENGTH[n - _ABSTRACT[0]]
        steps[n][min(n + 1, _ABSTRACT[-1])] = within
        steps[n][0] = ending + begins_title
        steps[n][_ABSTRACT[0]] = ending + 6.0  # a title is missing
    return steps
