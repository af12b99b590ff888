"""Numbers before titles: `1. Title`, `2. Title` are a list's, `2048` is a game's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from digest.dumps.page.card import Card
from digest.dumps.page.paragraphs import unit_of

_NUMBER = re.compile(r"(?:\(?(\d{1,4})[.):]\)?|\[(\d{1,4})\]|#(\d{1,4})[.:]?)\s+(?=\S)")


def without_numbers(cards: Sequence[Card]) -> list[Card]:
    """Return cards with the numbers off their titles, where most titles count up."""
    found = [_NUMBER.match(card.title.text) for card in cards]
    numbers = [int(next(filter(None, match.groups()))) if match else None for match in found]
    steps = sum(
        one is not None and two is not None and two == one + 1 for one, two in pairwise(numbers)
    )
    if steps < max(1, len(cards) // 2):
        return list(cards)
    for card, match in zip(cards, found, strict=True):
        if match:
            first, *rest = card.title.pieces
            card.title = unit_of([replace(first, text=first.text[match.end() :]), *rest])
    return list(cards)
