"""Lines of the page's own that a line end has broken: made whole before they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digest.dumps.page import furniture
from digest.dumps.page.card_facts import SEPARATORS, read_facts, without_picture
from digest.dumps.page.pieces import Piece

_LONGEST_SIGN = 80  # characters
_LONGEST_BYLINE = 160


def with_whole_lines(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with the header's sentences and the cards' bylines whole."""
    found: list[Piece] = []
    for piece in pieces:
        if not piece.gap and (length := _broken_off(found, piece)):
            parts = (*found[-length:], piece)
            del found[-length:]
            found.append(_joined(parts))
        else:
            found.append(piece)
    return found


def _broken_off(before: Sequence[Piece], piece: Piece) -> int:
    """Return how many of the pieces before begin what this one ends."""
    if not before or piece.heading or before[-1].heading:
        return 0
    if _ends_sign(before[-1], piece) or _ends_byline(before[-1:], piece):
        return 1
    # "Institute of Moss · Published on" / "Nov 28," / "2026"
    return 2 if not before[-1].gap and _ends_byline(before[-2:], piece) else 0


def _ends_sign(before: Piece, piece: Piece) -> bool:
    text = f"{before.text} {piece.text}"
    return (
        len(text) < _LONGEST_SIGN
        and furniture.is_sign(text)
        and not furniture.is_sign(before.text)
        and not furniture.is_sign(piece.text)
    )


def _ends_byline(before: Sequence[Piece], piece: Piece) -> bool:
    """Return whether a byline is broken within one of the facts between its separators."""
    if _shown(piece)[0] in SEPARATORS:
        # A name and its picture's are an organisation: no title, no end of an abstract.
        if without_picture(before[-1].text) == before[-1].text:
            return False
    elif not any(sign in _shown(before[0]) for sign in SEPARATORS):
        return False
    text = " ".join(map(_shown, (*before, piece)))
    if len(text) > _LONGEST_BYLINE or before[-1].heading:
        return False
    facts = read_facts(text)
    if facts is None or (facts.day is None and facts.author_count is None):
        return False
    return read_facts(before[0].text) is None or read_facts(piece.text) is None


def _joined(parts: Sequence[Piece]) -> Piece:
    text = " ".join(map(_shown, parts))
    links = tuple(link for part in parts for link in part.links)
    return replace(parts[0], text=text, raw=text, last=parts[-1].last, links=links)


def _shown(piece: Piece) -> str:
    """Return a line with the dot that stood before it: it may be no bullet but a separator."""
    return piece.raw if piece.item and piece.raw[:1] in SEPARATORS else piece.text
