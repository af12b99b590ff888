"""How many bytes a mail will have, and what to leave out so that Gmail does not clip it.

Pure arithmetic on lengths that are measured once a fragment: no mail is encoded to be measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from digest.composing.card_text import DENSITIES, Density
from digest.mail import HOLES, Fragment

Weigh = Callable[["Measured", int], int]  # a piece and the token's length → bytes

_PLAIN = bytes(b for b in range(33, 127) if b != ord("=")) + b" \t"
_ESCAPED_AT_END = re.compile(rb"[ \t]$|^\.$", re.MULTILINE)  # white space, and a dot alone
_TOKEN = HOLES["token"]
_html_bytes, _tokens = attrgetter("html_bytes"), attrgetter("tokens")


@dataclass(frozen=True, slots=True)
class Measured:
    """Some fragments in a row, with what their HTML weighs."""

    fragments: tuple[Fragment, ...]
    html_bytes: int  # quoted-printable, holes counted as 9 bytes each
    tokens: int  # how many times the mail's token is put in
    read: int = 0  # of a card: the characters that one reads, its title's and its abstract's


@dataclass(frozen=True, slots=True)
class Fitted:
    """The cards that fit, one for each paper shown, in order."""

    cards: tuple[Measured, ...]
    left_out: int  # papers for which there was no room


def measured(fragment: Fragment) -> Measured:
    """Measure a fragment once."""
    html = fragment.html
    return Measured((fragment,), quoted_printable_length(html), html.count(_TOKEN))


def quoted_printable_length(text: str) -> int:
    """Return at least the bytes of a text as quoted-printable (RFC 2045, 6.7), lines of 76."""
    raw = text.encode()
    breaks = raw.count(b"\n")
    escaped = len(raw.translate(None, _PLAIN)) - breaks + len(_ESCAPED_AT_END.findall(raw))
    length = len(raw) + breaks + 2 * escaped
    return length + 3 * (length // 73 + 1)


def weight(piece: Measured, token_length: int) -> int:
    """Return the bytes of a piece's HTML, its tokens put in."""
    return piece.html_bytes + piece.tokens * token_length


def weight_with_text(piece: Measured, token_length: int) -> int:
    """Return the bytes of a piece's HTML and of its plain text, tokens put in."""
    texts = [fragment.text for fragment in piece.fragments]
    tokens = sum(text.count(_TOKEN) for text in texts)
    plain = sum(map(quoted_printable_length, texts))
    return weight(piece, token_length) + plain + tokens * token_length


def fit(
    room: int,
    token_length: int,
    full: Sequence[Measured],
    card: Callable[[int, Density], Measured],
    weigh: Weigh = weight,
) -> Fitted:
    """Return the fullest cards that fit into `room` bytes, as `weigh` counts them.

    `full` are whole cards, the lead's first; `card(place, density)` gives one that says less. From
    the end forward, abstracts get shorter, then go; then papers go, from the end. The lead always
    stays.
    """
    cards, count = list(full), len(full)
    total = weight_of(cards, token_length, weigh)
    if total <= room:
        return Fitted(tuple(cards), 0)
    for density in DENSITIES[1:]:
        for place in range(count - 1, -1, -1):
            if place == 0 and density == "title" and count > 1:
                continue
            thinner = card(place, density)
            total += weigh(thinner, token_length) - weigh(cards[place], token_length)
            cards[place] = thinner
            if total <= room:
                return Fitted(tuple(cards), 0)
    while len(cards) > 1 and total > room:
        total -= weigh(cards.pop(), token_length)
    return Fitted(tuple(cards), count - len(cards))


def weight_of(pieces: Sequence[Measured], token_length: int, weigh: Weigh = weight) -> int:
    """Return the bytes of some pieces of one mail, its tokens put in."""
    if weigh is weight:  # in one go: this is asked for each mail
        total: int = sum(map(_html_bytes, pieces)) + token_length * sum(map(_tokens, pieces))
        return total
    return sum([weigh(piece, token_length) for piece in pieces])
