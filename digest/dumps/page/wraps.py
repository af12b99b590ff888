"""How the lines of a text were wrapped: as a whole, and whether it is double-spaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median_low

from digest.dumps.page import paragraphs
from digest.dumps.page.paragraphs import Wrap
from digest.dumps.page.pieces import Piece

_FEW_LINES = 3


def runs_without_gap(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the runs of lines without a gap, whatever they are."""
    run: list[Piece] = []
    for piece in pieces:
        if piece.gap and run:
            yield run
            run = []
        run.append(piece)
    yield run


def usual_wrap(blocks: Iterable[Sequence[Piece]]) -> Wrap | None:
    """Return how most of a text was wrapped; None when it was not.

    Where blocks are short, as titles without abstracts are, all of them together tell the width.
    """
    told = [lines for block in blocks if (lines := paragraphs.full_lines(block))]
    if not told:
        return None
    if median_low(map(len, told)) < _FEW_LINES:
        return paragraphs.wrap_of([line for lines in told for line in lines])
    wraps = [wrap for lines in told if (wrap := paragraphs.wrap_of(lines))]
    return Wrap(median_low(w.width for w in wraps), median_low(w.slack for w in wraps))


def is_double_spaced(pieces: Sequence[Piece]) -> bool:
    """Return whether a blank line stands after each line, as some programs paste a wrapped text."""
    if sum(piece.gap for piece in pieces) < 0.95 * len(pieces):
        return False
    broken = sum(
        30 <= len(one.text) <= 400 and not two.heading and paragraphs.continues(one.text, two.text)
        for one, two in pairwise(pieces)
    )
    return broken >= 3 and broken >= 0.25 * len(pieces)
