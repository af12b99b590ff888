"""The text twin's lines: at most 72 columns, counted as a terminal shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wcwidth import wcwidth

WIDTH = 72
_BREAKABLE = re.compile(r"[^\S\u00a0\u202f]+")  # any white space but the no-break ones

# Any character that may take no column, or two: all but Latin letters and usual punctuation.
_NOT_NARROW = re.compile("[\u00ad\u0300-\u200f\u2028-\U0010ffff]")


def wrap(text: str, first: str = "", indent: str = "", width: int = WIDTH) -> str:
    """Return a paragraph in lines of at most `width` columns.

    `first` stands before the first line and `indent` before the others. A link is never broken,
    however long; Chinese and Japanese are broken between characters, each two columns wide.
    """
    narrow = not _NOT_NARROW.search(f"{first}{indent}{text}")
    lines = (_by_lines if narrow else _by_words)(text, first, indent, width)
    return "\n".join(lines).replace("\u00a0", " ")  # it has done its work; a space copies better


def _by_lines(text: str, first: str, indent: str, width: int) -> list[str]:
    """Wrap a text whose characters take a column each: a look a line, not a look a word."""
    text = " ".join(_BREAKABLE.split(text.strip()))
    lines: list[str] = []
    at, before = 0, first
    while len(text) - at > (room := width - len(before)):
        end = text.rfind(" ", at, max(at, at + room + 1))
        if end < 0:
            end = text.find(" ", at)  # after a word that is longer than the line
        if end < 0:
            break
        lines.append(before + text[at:end])
        at, before = end + 1, indent
    return [*lines, before + text[at:]]


def _by_words(text: str, first: str, indent: str, width: int) -> list[str]:
    """Wrap any text."""
    lines: list[str] = []
    line, used = first, columns(first)
    empty = True
    for word, glued in _words(text):
        size = columns(word)
        space = 0 if empty or glued else 1
        if not empty and used + space + size > width:
            lines.append(line)
            line, used, space = indent, columns(indent), 0
        line += " " * space + word
        used += space + size
        empty = False
    return [*lines, line]


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii() or not _NOT_NARROW.search(text):
        return len(text)
    return sum([max(wcwidth(c), 0) for c in text])


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what may stand on a line of its own, and whether no space comes before it."""
    wide = not text.isascii() and any(map(_is_wide, text))
    for word in _BREAKABLE.split(text.strip()):
        if wide and any(map(_is_wide, word)):
            yield from ((part, place > 0) for place, part in enumerate(_cjk(word)))
        else:
            yield word, False


def _cjk(word: str) -> list[str]:
    """Break between wide characters, but never before closing punctuation."""
    parts: list[str] = []
    for character in word:
        joins = parts and (
            not (_is_wide(character) or _is_wide(parts[-1][-1]))
            or character in "、。，．！？；：）】」』》"
        )
        if joins:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _is_wide(character: str) -> bool:
    return wcwidth(character) == 2
