"""A profile's items → weighted features. What an item is worth in a paper is at most 1."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from digest.ranking.features import Feature
from digest.ranking.text import is_content, stem, tokens_of

if TYPE_CHECKING:
    from digest.ranking.background import Background
    from subscribers.profile import Item

# What a pair of neighbours counts beside its words: in `protein design` it is what was meant, in a
# long question it is chance. So all pairs together count TOGETHER words, and none less than LOOSE;
# nor more than LOOSE where the archive never has them side by side, as of `shape humans`.
TOGETHER, LOOSE = 3.0, 0.2
USUAL_IDF = 2.5  # of a word in one paper of twelve
LEAST_SPECIFIC = 0.75  # of a word that all papers have: in an archive of one subject many do

Run = tuple[str, ...]  # stems that stand together
Neighbours = Callable[[Run], float]  # of some stems, how surely they are, in this order: 0 to 1


class Term(NamedTuple):
    """One feature of an item with its share; the shares of an item add up to 1."""

    feature: Feature
    share: float
    cover: float = 1.0  # how telling it is beside the item's most telling word; 0: a pair
    idf: float = 0.0  # of its rarest stem
    surely: float = 0.0  # of a pair: how surely the archive has it side by side, 0 to 1
    known: bool = True  # of a word: whether the archive has it


def terms_of(
    item: Item, background: Background, neighbours: Neighbours = lambda _: 1.0
) -> tuple[Term, ...]:
    """Return an item's terms: one for a phrase; words and neighbouring pairs for a bag.

    A bag's words count by their idf, divided by the sum over the item, so that an item whose
    words are all there is worth the same whether they are rare or common. `neighbours` says how
    surely two words of it belong side by side (`Corpus.neighbours`).
    """
    parts = [part for part in map(_stems, item.words) if part]
    if not parts:
        return ()
    if item.phrase or item.scope or len(parts) == 1:
        whole = parts[0] if len(parts) == 1 else tuple(chain.from_iterable(parts))
        variants = _variants(whole)
        if item.scope not in ("author", "org"):
            variants += _equivalents(whole, background)
        rarest = max(map(background.idf, whole)) if len(whole) > 1 else background.idf(whole[0])
        return (Term(Feature(variants, item.scope), 1.0, 1.0, rarest),)
    return _bag(*_telling(parts), background, neighbours)


def words_in(terms: Sequence[Term]) -> int:
    """Return how many words an item has that tell something; of a phrase one."""
    return sum(term.cover > 0 for term in terms)


def without_the_rarest(terms: Sequence[Term]) -> float:
    """Return the share of what a bag's words tell that its other words do, 0 to 1."""
    return 1 - 1 / sum(term.cover for term in terms)


def known_share(terms: Sequence[Term]) -> float:
    """Return the share of what a bag's words tell that those do which the archive has, 0 to 1."""
    return sum(term.cover for term in terms if term.known) / sum(term.cover for term in terms)


def rarest_word(item: Item, terms: Sequence[Term]) -> str:
    """Return the most telling word of a bag as its reader typed it."""
    rarest = next(term.feature.variants[0] for term in terms if term.cover == 1)
    return next(word for word in item.words if _stems(word) == rarest)


def missing_words(item: Item, missing: Collection[Feature]) -> tuple[str, ...]:
    """Return the words of a bag that some of its features stand for, as its reader typed them."""
    stems = {feature.variants[0] for feature in missing}
    return tuple(dict.fromkeys(word for word in item.words if _stems(word) in stems))


def length_of(item: Item) -> int:
    """Return how many words hold an item where it stands as it was typed."""
    return sum(len(_stems(word)) for word in item.words)


def specificities(terms: Sequence[Sequence[Term]]) -> npt.NDArray[np.float64]:
    """Return how much more than is usual each item's rarest word tells (Spärck Jones 1972).

    Where a rare word stands once it is a match; where a common one does, seldom.
    """
    rarest = [
        each[0].idf if len(each) == 1 else max([term.idf for term in each], default=USUAL_IDF)
        for each in terms
    ]
    return np.maximum(np.sqrt(np.array(rarest, float) / USUAL_IDF), LEAST_SPECIFIC)


def _telling(parts: Sequence[Run]) -> tuple[Sequence[Run], Sequence[Run]]:
    """Return the parts that tell something, and the function words that stand before each."""
    telling: list[Run] = []
    led: list[Run] = []
    before: Run = ()
    for part in parts:
        if any(map(is_content, part)):
            telling.append(part)
            led.append(before)
            before = ()
        else:
            before += part
    return (telling, led) if telling else (parts, [()] * len(parts))


def _bag(
    parts: Sequence[Run],
    led: Sequence[Run],
    background: Background,
    neighbours: Neighbours,
) -> tuple[Term, ...]:
    worths = [max(map(background.idf, part)) for part in parts]
    shorts = _short_forms_within(parts, background)
    words: dict[Feature, float] = {}
    for at, (part, worth) in enumerate(zip(parts, worths, strict=True)):
        variants = _variants(part)
        if led[at]:  # who types `in context` means `in-context`, another word than `context`
            variants += ((stem("".join((*led[at], *part))),),)
        feature = Feature(variants + _equivalents(part, background) + shorts.get(at, ()))
        words[feature] = words.get(feature, 0.0) + worth
    more = max(TOGETHER / len(parts) - LOOSE, 0)
    pairs: dict[Feature, float] = {}
    sure: dict[Feature, float] = {}
    for at, ((left, worth), (right, other)) in enumerate(pairwise(zip(parts, worths, strict=True))):
        both = tuple(short for short in shorts.get(at, ()) if short in shorts.get(at + 1, ()))
        apart = ((*left, *led[at + 1], *right),) if led[at + 1] else ()  # theory of mind
        feature = Feature((*_beside(left, right), *apart, *both))
        sure[feature] = surely = 1.0 if both else neighbours((*left, *right))
        pairs[feature] = pairs.get(feature, 0.0) + (LOOSE + more * surely) * (worth + other) / 2
    total, most = sum(words.values()) + sum(pairs.values()), max(words.values())
    return (
        *(
            Term(
                feature,
                worth / total,
                worth / most,
                worth,
                known=any(map(background.has, feature.variants)),
            )
            for feature, worth in words.items()
        ),
        *(Term(pair, worth / total, 0.0, 0.0, sure[pair]) for pair, worth in pairs.items()),
    )


def _beside(left: Run, right: Run) -> tuple[Run, ...]:
    """Return the ways to write two parts side by side, each of them whole.

    `vision-language models` is not what `language models` is.
    """
    return tuple((*one, *other) for one in _variants(left) for other in _variants(right))


def _short_forms_within(parts: Sequence[Run], background: Background) -> dict[int, tuple[Run, ...]]:
    """Return which words of a bag belong to a long form: place → its short form."""
    found: dict[int, tuple[Run, ...]] = {}
    for first in range(len(parts)):
        for last in range(first + 1, min(first + 6, len(parts))):
            stems = tuple(chain.from_iterable(parts[first : last + 1]))
            short = background.short_forms.get(stems)
            if short:
                for at in range(first, last + 1):
                    found[at] = (*found.get(at, ()), (short,))
    return found


def _stems(word: str) -> Run:
    if word.isalnum() and word.isascii():  # what `tokens_of` says too, without the offsets
        return (stem(word),)
    return tuple(token.stem for token in tokens_of(word))


def _variants(stems: Run) -> tuple[Run, ...]:
    """Return the ways to write a run of words: apart, or as one (`pre-training`, `pretraining`)."""
    if len(stems) == 2:
        return (stems, (stem("".join(stems)),))
    return (stems,)


def _equivalents(stems: Run, background: Background) -> tuple[Run, ...]:
    """Return the long form of a short one, or the short form of a long one."""
    if len(stems) == 1:
        long = background.long_form(stems[0])
        return (long,) if long else ()
    short = background.short_forms.get(stems)
    return ((short,),) if short else ()
