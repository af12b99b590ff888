"""From lines to paragraphs: what a hard wrap has broken is joined again, and nothing else.

A wrapped line is full: the first word of the next line would not have fitted. So a line with
room for it ends a paragraph, and a full one does not, unless a title begins or ends there, which
only a paragraph's own words can tell (greedy wrapping as in Knuth and Plass, 1981, section 1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from digest.dumps.page.alternation import part_lines
from digest.dumps.page.card_facts import SUBMITTED_BY
from digest.dumps.page.line_words import calls_for_more
from digest.dumps.page.pieces import Piece

LONGEST_TITLE = 300  # characters
SENTENCE_END = re.compile(r"[.!?…。！？]['\")\]’”»*_]*$")
_SENTENCES = re.compile(
    r"(?<![A-Z])(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\bal)[.!?。][)\"'”’»\]]*(?:\s|$)"
)
_SHORTEST_FULL_LINE = 25  # characters: no wrapped text is narrower
_HYPHEN = re.compile(r"\w-$")
_GOES_ON = re.compile(r"(?!(?:and|or|to|und|as)\b)\w")
# A heading or a link in a markup that is not read: Jira's and Textile's, AsciiDoc's, MediaWiki's.
_MARKUP = re.compile(
    r"^h[1-6]\. [\[\"]|\|https?://[^\s\]]+\]$|"
    r"\":https?://\S+$|^=+ \S*https?://|^\[?https?://[^\s\[]+[\[ ]"
)
_NO_TITLE = re.compile(
    rf"(?:\W{{0,8}}https?://|www\.|[\[\]{{}}<>|#!]|==|[-,;:)%]\S|-{{3}}|{SUBMITTED_BY}|@\w+$)",
    re.IGNORECASE,
)
_LOWER = re.compile(r"[\"'(“‘\[]?[a-z]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph: a title, an abstract, or what is none."""

    pieces: tuple[Piece, ...]
    text: str
    doubts: tuple[Piece, ...] = ()  # its lines that may begin another one

    @property
    def line(self) -> int:
        """Return where it begins."""
        return self.pieces[0].line

    @property
    def last(self) -> int:
        """Return the line where it ends."""
        return self.pieces[-1].last


@dataclass(frozen=True, slots=True)
class Wrap:
    """How a text was wrapped."""

    width: int  # characters of its fullest line
    slack: int = 0  # how much room a full line may leave: proportional fonts fill unevenly
    seen: int = 0  # lines that tell so


def unit_of(pieces: Sequence[Piece]) -> Unit:
    """Return pieces as one paragraph; its text is on one line."""
    told = [pieces[0].text]
    for piece in pieces[1:]:
        shown = piece.raw or piece.text
        told += [shown] if _is_broken_word(told[-1], shown) else [" ", shown]
    return Unit(tuple(pieces), "".join(told))


def _is_broken_word(before: str, after: str) -> bool:
    """Return whether a line was broken after a word's hyphen, as `state-` / `of-the-art`."""
    return bool(_HYPHEN.search(before[-2:])) and bool(_GOES_ON.match(after))


def closes_sentence(text: str) -> bool:
    """Return whether a text ends as a sentence does."""
    return SENTENCE_END.search(text) is not None


def count_sentences(text: str) -> int:
    """Return how many sentences end in a text; initials and "e.g." end none."""
    return len(_SENTENCES.findall(text))


def continues(before: str, after: str) -> bool:
    """Return whether a line goes on in mid-sentence.

    No end stands before it and no capital at its start, or its last word calls for another.
    """
    if closes_sentence(before):
        return False
    return _LOWER.match(after) is not None or calls_for_more(before)


def find_wrap(block: Sequence[Piece]) -> Wrap | None:
    """Return how a run of lines without gaps was wrapped; None when it was not."""
    return wrap_of(full_lines(block))


def full_lines(block: Sequence[Piece]) -> list[tuple[int, int]]:
    """Return the length of each line that goes on in mid-sentence, and with the next one's word."""
    rooms: list[tuple[int, int]] = []  # of each line that goes on in mid-sentence: length, need
    for line, following in pairwise(block):
        if len(line.text) >= _SHORTEST_FULL_LINE and continues(line.text, following.text):
            need = _need(line, following)
            longest = max(_length(line), _length(following))
            if need > 0.7 * longest and not following.text.startswith("http"):
                # The last line of a paragraph may fill the place of the space after the others.
                rooms.append((_length(line), need))
    return rooms


def wrap_of(rooms: Sequence[tuple[int, int]]) -> Wrap | None:
    """Return the wrap that full lines show (see `full_lines`); None where there are none."""
    if not rooms:
        return None
    width = max(length for length, _ in rooms)
    left = sorted(max(0, width - need + 1) for _, need in rooms)
    return Wrap(width, left[int(0.95 * (len(left) - 1))], len(rooms))


def join(
    block: Sequence[Piece], wrap: Wrap | None, *, loose: bool, begins_card: bool = False
) -> list[Unit]:
    """Return the paragraphs of a run of lines without gaps.

    `loose`: no blank lines part titles from abstracts, so a full line may be the last of one.
    `begins_card`: the last line of a card stands before it, so a title begins it.
    """
    if wrap is None:
        return [unit_of([piece]) for piece in block]
    if loose and len(block) > 1:
        full = [_goes_on(a, b, wrap) for a, b in pairwise(block)]
        parts, doubts = part_lines(block, full, wrap.width, begins_card=begins_card)
        return [_with_doubts(unit_of(part), doubts) for part in parts]
    return [unit_of(run) for run in runs(block, wrap)]


def _with_doubts(unit: Unit, doubts: Sequence[Piece]) -> Unit:
    own = tuple(each for each in doubts if unit.line <= each.line <= unit.last)
    return replace(unit, doubts=own) if own else unit


def runs(block: Sequence[Piece], wrap: Wrap) -> list[list[Piece]]:
    """Return lines in runs, each but the last of which is full."""
    found: list[list[Piece]] = []
    for at, piece in enumerate(block):
        if at and (_goes_on(block[at - 1], piece, wrap) or _is_inner(block[at - 1], piece, wrap)):
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def is_full(line: Piece, following: Piece, wrap: Wrap) -> bool:
    """Return whether the next line's first word would not have fitted on a line."""
    return _fits(line, wrap) and _need(line, following) > wrap.width - wrap.slack


def _need(line: Piece, following: Piece) -> int:
    return _length(line) + 1 + len(following.text.split(" ", 1)[0])


def _length(line: Piece) -> int:
    """Return how long a line was printed, with its bullet and the space before it."""
    return line.printed or max(len(line.raw), len(line.text))


def _fits(line: Piece, wrap: Wrap) -> bool:
    """Return whether a line can be of a wrapped text: a long address is never broken."""
    return _length(line) <= 1.1 * wrap.width + 2 or " " not in line.text


def _goes_on(line: Piece, following: Piece, wrap: Wrap) -> bool:
    """Return whether a line is full, so that the next one may belong to its paragraph."""
    if line.whole or following.whole or line.heading or following.heading or following.item:
        return False
    if not _fits(line, wrap) or not _fits(following, wrap):
        return False
    if len(line.text) >= 0.5 * wrap.width and continues(line.text, following.text):
        return True
    return is_full(line, following, wrap)


def _is_inner(line: Piece, following: Piece, wrap: Wrap) -> bool:
    """Return whether a line begins in lower case after an abbreviation's dot: "…, i.e." / "so"."""
    return (
        2 * len(line.text) >= wrap.width
        and _LOWER.match(following.text) is not None
        and not (line.whole or following.whole or line.heading or following.item)
    )


def may_name_title(text: str) -> bool:
    """Return whether a text can be a title at all: it holds a word, and is no address or mark."""
    if _MARKUP.search(text):
        return False
    if _NO_TITLE.match(text):
        return bool(re.match(r"\[[^\]]{1,40}\] ?\w", text))
    return any(c.isalpha() for c in text)
