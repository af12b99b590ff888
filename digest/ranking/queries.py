"""A profile's items → weighted features. What an item is worth in a paper is at most about 1."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from digest.ranking.features import Feature
from digest.ranking.text import is_content, stem, tokens_of

if TYPE_CHECKING:
    from digest.ranking.background import Background
    from subscribers.profile import Item

ADJACENT = 0.3  # what a pair of neighbours adds, beside the words themselves


class Term(NamedTuple):
    """One feature of an item with its share; the shares of an item add up to 1."""

    feature: Feature
    share: float


def terms_of(item: Item, background: Background) -> tuple[Term, ...]:
    """Return an item's terms: one for a phrase; words and neighbouring pairs for a bag.

    A bag's words count by their idf, divided by the sum over the item, so that an item whose
    words are all there is worth the same whether they are rare or common.
    """
    parts = [_stems(word) for word in item.words]
    parts = [part for part in parts if part]
    if not parts:
        return ()
    if item.phrase or item.scope or len(parts) == 1:
        return (Term(Feature(_variants(tuple(s for p in parts for s in p)), item.scope), 1.0),)
    content = [part for part in parts if any(map(is_content, part))] or parts
    worths = [max(map(background.idf, part)) for part in content]
    terms: dict[Feature, float] = {}
    for part, worth in zip(content, worths, strict=True):
        feature = Feature(_variants(part))
        terms[feature] = terms.get(feature, 0.0) + worth
    for (left, worth), (right, other) in pairwise(zip(content, worths, strict=True)):
        feature = Feature(((left[-1], right[0]),))
        terms[feature] = terms.get(feature, 0.0) + ADJACENT * (worth + other) / 2
    total = sum(terms.values())
    return tuple(Term(feature, worth / total) for feature, worth in terms.items())


def _stems(word: str) -> tuple[str, ...]:
    return tuple(token.stem for token in tokens_of(word))


def _variants(stems: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the ways to write a run of words: apart, or as one (`pre-training`, `pretraining`)."""
    if len(stems) == 2:
        return (stems, (stem("".join(stems)),))
    return (stems,)
