"""What every dialect makes of a page: pieces of text, each with its line and its marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a page, or one block of a marked-up page, as a reader sees it."""

    text: str  # visible text, without the dialect's marks
    line: int  # where it begins, from 1
    last: int  # the line where it ends
    gap: bool = False  # a blank line, or the edge of a block, stands before it
    heading: bool = False  # the dialect marks it as a heading or as bold
    item: bool = False  # a bullet stood before it
    links: tuple[str, ...] = ()  # addresses that it leads to
    whole: bool = False  # a paragraph of its own, never joined with a neighbour
    raw: str = ""  # the visible text with its bullet, for the middle of a paragraph
    level: int = 0  # of a heading, from 1; 0 where it has none, as bold text
    printed: int = 0  # how long the line was, with its bullet and the space before it


@dataclass(frozen=True, slots=True)
class Source:
    """A page as a dialect read it."""

    pieces: tuple[Piece, ...]
    markup: frozenset[int] = frozenset()  # lines that hold nothing but marks of the dialect
    bad: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))  # line → reason
