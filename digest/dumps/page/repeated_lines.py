"""Short lines that stand on every card between title and abstract, or below it, and tell nothing.

What a program or a site prints with each paper ("Share this", "3 min read") is no title: it has
prose on one side only, and something else there each time. Three papers called "Editorial" have
prose on both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from digest.dumps.page.card_facts import read_facts
from digest.dumps.page.pieces import Piece

_FEWEST = 3  # times
_LONGEST = 60  # characters
_PROSE = 200  # characters of an abstract on one line


def without_repeated_lines(
    pieces: Sequence[Piece],
) -> tuple[list[Piece], frozenset[int], list[tuple[Piece, int]]]:
    """Return pieces without lines that every card repeats, their lines, and each with its count."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, piece in enumerate(pieces[1:-1], start=1):
        if len(piece.text) <= _LONGEST and not piece.links:
            places[piece.text].append(at)
    told = [found for found in places.values() if _tells_nothing(pieces, found)]
    dropped = {at for found in told for at in found}
    if not dropped:
        return list(pieces), frozenset(), []
    lines = frozenset(n for at in dropped for n in range(pieces[at].line, pieces[at].last + 1))
    kept = [piece for at, piece in enumerate(pieces) if at not in dropped]
    return kept, lines, [(pieces[found[0]], len(found)) for found in told]


def _tells_nothing(pieces: Sequence[Piece], places: Sequence[int]) -> bool:
    if len(places) < _FEWEST:
        return False
    before, after = [pieces[at - 1].text for at in places], [pieces[at + 1].text for at in places]
    if min(len(set(before)), len(set(after))) < 0.7 * len(places):
        return False
    sides = [
        (len(one) >= _PROSE, len(two) >= _PROSE) for one, two in zip(before, after, strict=True)
    ]
    if sum(one != two for one, two in sides) < 0.9 * len(places):
        return False
    # A byline's organisation is repeated, too: its card's facts follow it.
    facts = sum(read_facts(text) is not None for text in after)
    return read_facts(pieces[places[0]].text) is None and 2 * facts < len(places)
