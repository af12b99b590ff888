"""What ranking hands out: picks, and the exact reasons for them. All frozen, all plain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, NamedTuple, Self

Field = Literal[
    "title", "abstract", "keywords", "authors", "organisations", "meaning", "likes", "dislikes"
]
Section = Literal["picked", "trending"]
# How a keyword of several words stands in a paper: side by side; near each other; apart; some of
# them; one of them. "": a keyword of one word or in quotes, or what matches by its meaning alone.
Standing = Literal["phrase", "close", "apart", "part", "word", ""]


@dataclass(frozen=True, slots=True)
class Reason:
    """One keyword's part of a score, in one field. A pick's gains add up to its score."""

    keyword: str  # as the reader typed it; for likes and dislikes: papers with that opinion
    field: Field
    gain: float  # negative for dislikes alone
    standing: Standing = ""  # of the keyword in the paper, whatever the field
    group: str = ""  # the reader's name for the line that the keyword stands on
    missing: tuple[str, ...] = ()  # the words of it that are not in the paper, when some are


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a paper's display text that matched, to highlight: `text[start:end]`."""

    field: Literal["title", "abstract"]
    start: int
    end: int


_numbers = count(1)


def new_number() -> int:
    """Return a number that nothing else in this process has."""
    return next(_numbers)


class Grounds(NamedTuple):
    """What of an explanation a pick holds; equal for most readers of a paper, and then one."""

    reasons: tuple[Reason, ...]  # strongest first
    spans: tuple[Span, ...]  # in reading order, never overlapping
    closest_sentence: Span | None  # the abstract's or title's sentence nearest to a keyword
    number: int  # see `Pick.grounds`


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one paper has its score for one profile."""

    score: float
    reasons: tuple[Reason, ...]  # strongest first
    spans: tuple[Span, ...]  # in reading order, never overlapping
    closest_sentence: Span | None = None  # the abstract's or title's sentence nearest to a keyword


@dataclass(frozen=True, slots=True)
class Ranking:
    """One profile's papers, best first. Papers that match nothing are not in it."""

    papers: tuple[int, ...]  # paper numbers
    scores: tuple[float, ...]  # same length; comparable across days and profiles
    complete: bool = True  # False: cut off at the depth asked for


@dataclass(frozen=True, slots=True)
class Pick:
    """One paper chosen for one reader."""

    paper: int  # its number
    score: float  # 0 for a trending fill
    section: Section
    reasons: tuple[Reason, ...] = ()
    spans: tuple[Span, ...] = ()
    closest_sentence: Span | None = None
    # Picks of one number have the same reasons, spans and sentence. 0: no such; None: unknown.
    grounds: int | None = field(default=None, compare=False)


class Picks(tuple[Pick, ...]):
    """One choice of papers, best first, that many readers may share: it is known by its number."""

    number: int

    def __new__(cls, picks: Iterable[Pick] = ()) -> Self:
        """Put picks together under a new number."""
        made = super().__new__(cls, picks)
        made.number = new_number()
        return made
