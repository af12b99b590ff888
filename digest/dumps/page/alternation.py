"""Titles and abstracts that follow one another in wrapped lines without a blank line between.

Where the last line of a title or an abstract happens to be full, its length does not tell that it
is the last. So all lines of a block are read at once: each way to part them has a likelihood
(negative logarithms, added up), and the likeliest wins (a hidden Markov model, Viterbi's path).
What it finds tells how long this page's abstracts are; with that it is read again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from digest.dumps.page.line_words import LineWords, read_words, sentence_starts, title_leanings
from digest.dumps.page.pieces import Piece

_NEVER = 1e9
_LONGEST_TITLE = 260  # characters in wrapped lines
_USUAL_TITLE, _TITLE_SPREAD = 72.0, 32.0  # characters
_ENOUGH = 6  # abstracts whose lengths tell what is usual
_NO_TITLE = 3.5  # a block begins with an abstract
_NO_TITLE_OF_CARD = 9.0  # … though a card begins there
_FULL_AND_LAST = 2.5  # a paragraph's last line is full: one in twelve is
_SHORTEST_ABSTRACT = 360.0  # characters: what is shorter is one less likely
_DOUBT = 4.0  # what a reading may cost more that is still to be told of
_SHORTER, _LONGER = 0.45, 0.25  # spread of the logarithm of an abstract's length


@dataclass(frozen=True, slots=True)
class _Lengths:
    """What titles and abstracts of so many lines cost."""

    width: int  # of a full line, in characters
    titles: int  # a title has so many lines at most
    abstracts: tuple[float, ...]  # of 1, 2, … lines; the last of so many or more

    def of_titles(self, last_line: int) -> list[float]:
        """Return what titles of 1, 2, … lines cost whose last line has so many characters."""
        sizes = (n * self.width + last_line for n in range(self.titles))
        return [min(8.0, 0.3 + ((n - _USUAL_TITLE) / _TITLE_SPREAD) ** 2 / 2) for n in sizes]


@dataclass(frozen=True, slots=True)
class _Path:
    """The likeliest reading of a block's lines."""

    parts: list[tuple[int, int]]  # where each title and abstract begins and ends
    cost: float
    # What the likeliest reading until a line costs on which it begins a title, or an abstract.
    begins_title: list[float]
    begins_abstract: list[float]


def part_lines(
    lines: Sequence[Piece], full: Sequence[bool], width: int, *, begins_card: bool = False
) -> tuple[list[list[Piece]], list[Piece]]:
    """Return lines as titles and abstracts, each a list of lines, and those that are in doubt.

    In doubt is a line within a title or an abstract that may well begin another one.

    `full` says of each line but the last whether the next one's first word had no room on it;
    `width` is that of the fullest line, in characters; `begins_card` that the first line follows
    a card's last one.
    """
    words = [read_words(piece.text) for piece in lines]
    leanings = title_leanings(words)
    starts = sentence_starts([piece.text for piece in lines])
    steps = [
        _Step(one, two, is_full, starts.get(two.first, 0.3))
        for (one, two), is_full in zip(pairwise(words), full, strict=True)
    ]
    no_title = _NO_TITLE_OF_CARD if begins_card else _NO_TITLE
    lengths = _any_lengths(width)
    path = _part(words, leanings, steps, lengths, no_title)
    sizes = [last - first for first, last in path.parts if (last - first) * width > _LONGEST_TITLE]
    if len(sizes) >= _ENOUGH:
        lengths = _usual_lengths(width, median(sizes))
        path = _part(words, leanings, steps, lengths, no_title)
    doubts = _doubts(words, leanings, steps, lengths, path)
    return [list(lines[first:last]) for first, last in path.parts], [lines[at] for at in doubts]


def _any_lengths(width: int) -> _Lengths:
    """Return what lengths cost on a page whose abstracts may be of any length."""
    count = max(2, math.ceil(_SHORTEST_ABSTRACT / width))
    short = [4.0 * (1 - (n * width) / _SHORTEST_ABSTRACT) for n in range(1, count + 1)]
    return _Lengths(width, _title_lines(width), tuple(max(0.4, cost) for cost in short))


def _usual_lengths(width: int, usual: float) -> _Lengths:
    """Return what lengths cost where abstracts have `usual` lines."""
    costs = (
        min(4.0, (math.log(n / usual) / (_SHORTER if n < usual else _LONGER)) ** 2 / 2)
        for n in range(1, math.ceil(2.2 * usual) + 1)
    )
    return _Lengths(width, _title_lines(width), tuple(costs))


def _title_lines(width: int) -> int:
    return max(2, _LONGEST_TITLE // width)


def _part(
    words: Sequence[LineWords],
    leanings: Sequence[float],
    steps: Sequence[_Step],
    lengths: _Lengths,
    no_title: float,
) -> _Path:
    """Return the likeliest reading."""
    titles, abstracts = lengths.titles, len(lengths.abstracts)
    best_title = [_NEVER] * titles
    best_abstract = [_NEVER] * abstracts
    best_title[0] = words[0].as_title - leanings[0]
    best_abstract[0] = no_title + words[0].as_abstract
    # Of each line: the state before it when it begins a title or an abstract, and whether a
    # later line of a long abstract came from the last state itself.
    began: list[tuple[int, int, bool]] = [(0, 0, False)]
    begins_title, begins_abstract = [best_title[0]], [best_abstract[0]]
    for at in range(1, len(words)):
        step = steps[at - 1]
        sizes = lengths.of_titles(words[at - 1].size)
        over_titles = [spent + cost for spent, cost in zip(best_title, sizes, strict=True)]
        over_abstracts = [
            spent + cost for spent, cost in zip(best_abstract, lengths.abstracts, strict=True)
        ]
        from_title = min(range(titles), key=over_titles.__getitem__)
        from_abstract = min(range(abstracts), key=over_abstracts.__getitem__)
        title_end = over_titles[from_title] + step.ends_title
        abstract_end = over_abstracts[from_abstract] + step.ends_abstract
        # An abstract is missing between two titles, or a title between two abstracts.
        to_title = (abstract_end + step.begins_title, titles + from_abstract)
        to_title = min(to_title, (title_end + step.begins_title + 5.0, from_title))
        to_abstract = min((title_end, from_title), (abstract_end + 6.0, titles + from_abstract))
        stays = best_abstract[-1] < best_abstract[-2]
        best_abstract = [
            to_abstract[0],
            *(spent + step.within_abstract for spent in best_abstract[:-2]),
            min(best_abstract[-2:]) + step.within_abstract,
        ]
        best_title = [to_title[0], *(spent + step.within_title for spent in best_title[:-1])]
        own, lean = words[at], leanings[at]
        best_title = [spent + own.as_title - lean for spent in best_title]
        best_abstract = [spent + own.as_abstract for spent in best_abstract]
        begins_title.append(best_title[0])
        begins_abstract.append(best_abstract[0])
        began.append((to_title[1], to_abstract[1], stays))
    sizes = lengths.of_titles(words[-1].size)
    ends = [
        *(1.5 + spent + cost for spent, cost in zip(best_title, sizes, strict=True)),
        *(spent + cost for spent, cost in zip(best_abstract, lengths.abstracts, strict=True)),
    ]
    last = min(range(len(ends)), key=ends.__getitem__)
    parts = _back(began, last, titles, abstracts)
    return _Path(parts, ends[last], begins_title, begins_abstract)


def _doubts(
    words: Sequence[LineWords],
    leanings: Sequence[float],
    steps: Sequence[_Step],
    lengths: _Lengths,
    path: _Path,
) -> list[int]:
    """Return the lines where a title or an abstract might begin: it would cost little more.

    What is left to spend after each line is added up from the end, as `_part` adds up what was
    spent before it (the max-marginals of the path).
    """
    sizes = lengths.of_titles(words[-1].size)
    title = [1.5 + cost for cost in sizes]
    abstract = list(lengths.abstracts)
    begun = {first for first, _ in path.parts}
    doubtful: list[int] = []
    for at in range(len(words) - 1, 0, -1):
        to_spend = min(path.begins_title[at] + title[0], path.begins_abstract[at] + abstract[0])
        if at not in begun and to_spend - path.cost < _DOUBT:
            doubtful.append(at)
        step, own, lean = steps[at - 1], words[at], leanings[at]
        as_title, as_abstract = own.as_title - lean, own.as_abstract
        to_title = title[0] + as_title + step.begins_title
        to_abstract = abstract[0] + as_abstract
        title_end = step.ends_title + min(to_abstract, to_title + 5.0)
        abstract_end = step.ends_abstract + min(to_title, to_abstract + 6.0)
        inner, within = as_title + step.within_title, as_abstract + step.within_abstract
        sizes = lengths.of_titles(words[at - 1].size)
        title = [
            min(stays + inner, cost + title_end)
            for stays, cost in zip([*title[1:], _NEVER], sizes, strict=True)
        ]
        abstract = [
            min(stays + within, cost + abstract_end)
            for stays, cost in zip([*abstract[1:], abstract[-1]], lengths.abstracts, strict=True)
        ]
    return doubtful[::-1]


def _back(
    began: Sequence[tuple[int, int, bool]], state: int, titles: int, abstracts: int
) -> list[tuple[int, int]]:
    """Walk the likeliest path back. States below `titles` are a title's lines."""
    starts: list[int] = []
    for at in range(len(began) - 1, 0, -1):
        from_title, from_abstract, stays = began[at]
        if state in (0, titles):
            starts.append(at)
            state = from_title if state == 0 else from_abstract
        elif not (state == titles + abstracts - 1 and stays):
            state -= 1
    return list(pairwise([0, *reversed(starts), len(began)]))


class _Step:
    """What each way from one line to the next costs."""

    def __init__(
        self, before: LineWords, after: LineWords, full: bool, starts_sentence: float
    ) -> None:
        stopped = before.stops or before.ends_in_address
        explains = 3.0 * after.explains  # "(IGMN)": what it stands for is right above
        stays, parts = (0.05, _FULL_AND_LAST) if full else (6.0, 0.05)
        if not full and not stopped and not after.capital:
            stays = 1.5
        begins = parts + (0.05 if after.capital else 4.0) + explains
        self.ends_title = begins + 4.0 * stopped + 6.0 * before.is_open
        self.ends_abstract = (
            begins + 4.0 * before.is_open + (0.05 if stopped else 1.5 if before.asks else 3.5)
        )
        self.begins_title = after.begins_title
        goes_on = 0.1 + 1.5 * (before.ends_in_address and not before.stops)
        if after.capital and stopped:
            goes_on = 2.8
        elif after.capital:
            goes_on = 1.2 + (1.0 if before.ends_in_name else 4.0) * starts_sentence
        self.within_abstract = stays + goes_on
        # An abstract likes to begin with its title's words.
        again = len(before.content & after.content) / max(1, len(after.content))
        prose = 2.5 * (after.begins_title > 0)  # "This work …"
        self.within_title = stays + 3.0 * stopped + 3.0 * again + prose
