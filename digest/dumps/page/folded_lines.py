"""Lines that were cut at a column, in mid-word (`fold -w 72`): put together before they are read.

Such a cut keeps every character: a line that reaches the column goes on, any other one ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from digest.dumps.page.paragraphs import LONGEST_TITLE
from digest.dumps.page.pieces import Source

_NARROWEST = 20  # columns
_FEWEST = 6  # lines that reach the column
_MOST_LINES = 0.4  # of the lines with text reach it: those of a text that was filled, one in six
_CUT_WORDS = 0.1  # of the cuts are within a word that the text writes elsewhere, too
_SHORTEST_WORD = 3  # characters
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w+$")
_WORDS = re.compile(r"\w[\w'-]* \w")
_ADDRESS_AT_END = re.compile(r"https?://[^\s()]{0,300}[\w/]$")
_OPENING = re.compile(r"(?:^|[\s(])[\"'“]$")
_ENDS = frozenset(".!?…)]}\"'”’")


@dataclass(frozen=True, slots=True)
class UnfoldedText:
    """A text as it was before it was cut."""

    data: bytes
    spans: tuple[tuple[int, int], ...] = ()  # of each line, where it was cut from and to, from 1


def unfolded(data: bytes) -> UnfoldedText:
    """Return a text in UTF-8 with its lines whole; as it is when it was not cut.

    Columns may be characters or, as in older programs, bytes, where a character may be cut too.
    """
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    texts = [line.decode("utf-8", "replace") for line in lines]
    for unit in (lines, texts):
        sizes = [len(line) for line in unit]
        if (width := _column(sizes, texts)) is not None:
            return _joined(lines, texts, sizes, width)
    return UnfoldedText(data)


def renumbered(source: Source, spans: Sequence[tuple[int, int]]) -> Source:
    """Return pieces with the numbers of the lines that they were cut into."""
    if not spans:
        return source
    pieces = (
        replace(piece, line=spans[piece.line - 1][0], last=spans[piece.last - 1][1])
        for piece in source.pieces
    )
    markup = (
        n for each in source.markup for n in range(spans[each - 1][0], spans[each - 1][1] + 1)
    )
    bad: Mapping[int, str] = {spans[line - 1][0]: why for line, why in source.bad.items()}
    return Source(tuple(pieces), frozenset(markup), MappingProxyType(dict(bad)))


def _column(sizes: Sequence[int], texts: Sequence[str]) -> int | None:
    """Return at which column lines of these sizes were cut in mid-word; None when none was."""
    width = max(sizes)
    full = [at for at, size in enumerate(sizes[:-1]) if size == width]
    if width < _NARROWEST or len(full) < max(_FEWEST, _MOST_LINES * sum(map(bool, sizes))):
        return None
    known = _known_words(texts)
    within = between = 0
    for at in full:
        begun, rest = _LAST_WORD.search(texts[at]), _WORD.match(texts[at + 1])
        if begun and rest:
            parts = begun[0].lower(), rest[0].lower()
            within += "".join(parts) in known
            between += parts[0] in known and parts[1] in known and "".join(parts) not in known
    return width if within >= _CUT_WORDS * len(full) and within > between else None


def _known(line: str, known: set[str]) -> bool:
    found = _WORD.match(line)
    return found is not None and found[0].lower() in known


def _known_words(texts: Sequence[str]) -> set[str]:
    """Return the words that stand within lines, where none is cut."""
    return {word.lower() for text in texts for word in _WORD.findall(text)[1:-1]}


def _joined(
    lines: Sequence[bytes], texts: Sequence[str], sizes: Sequence[int], width: int
) -> UnfoldedText:
    known = _known_words(texts)
    whole: list[bytes] = []
    spans: list[tuple[int, int]] = []
    first = 1
    for number, size in enumerate(sizes, start=1):
        is_full = size == width and number < len(lines)
        if not is_full or _ends("".join(texts[first - 1 : number]), texts[number], known):
            whole.append(b"".join(lines[first - 1 : number]))
            spans.append((first, number))
            first = number + 1
    return UnfoldedText(b"\n".join(whole), tuple(spans))


def _ends(told: str, following: str, known: set[str]) -> bool:
    """Return whether a line that reaches the column happens to end there: the next is no rest.

    Between two words a space would stand. A capital within a word ("GFlow" / "Nets") is told from
    a title's end by the words that the text writes elsewhere.
    """
    if not following[:1].isupper() or told[-1:].isspace():
        return False
    begun, rest = _LAST_WORD.search(told), _WORD.match(following)
    if _ADDRESS_AT_END.search(told):  # a title's first words, not the rest of the address
        return _WORDS.match(following) is not None and _known(following, known)
    if begun is None or rest is None:
        return told[-1:] in _ENDS and not _OPENING.search(told)
    if begun[0].isdecimal():
        return rest[0][1:].islower() and begun[0] + rest[0].lower() not in known
    if len(told) > LONGEST_TITLE or ". " in told:
        return False
    one, two = begun[0].lower(), rest[0].lower()
    if one + two in known:
        return False
    if len(begun[0]) < _SHORTEST_WORD:  # "2D" or "GPU" may be cut within, but "It" / "Previous"
        return begun[0][-1:].islower() and one in known and two in known
    return one in known or one.removesuffix("s") in known or two in known
