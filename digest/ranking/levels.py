"""How much of an item stands in each paper, and how sure that makes a match.

- WHOLE: the word or the phrase; of a bag, all its neighbours side by side;
- ENOUGH: of a bag, words that tell ENOUGH_COVER of what all do (of a long one MOST_COVER is
  enough), or most of its neighbours side by side;
- TELLING: a word that tells ENOUGH_COVER of what the most telling one does;
- PART: some of an item that needs its most telling word, without that word (`needs_rarest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.features import Csr, Feature, csr
from digest.ranking.queries import Term, known_share, without_the_rarest, words_in

ENOUGH_COVER = 0.75
MOST_COVER = 1.5  # of an item of more than USUAL_WORDS, in terms of its most telling word
USUAL_WORDS = 3  # a longer one is seldom a term
BESIDE = 0.6  # share of a bag's neighbours that are most of them
PART, TELLING, ENOUGH, WHOLE = 1.0, 2.0, 3.0, 4.0  # how much of an item stands in a paper
# What a match counts by how much of an item of two to USUAL_WORDS stands in the paper: nothing; a
# part, or one word of it; its words, apart; all of it. By authors' keywords, of the first a third
# to an eighth as many are right as of the last. Longer items are seldom meant as one thing.
SURENESS = np.array([0.65, 0.75, 0.75, 0.75, 1.0], np.float32)
# The same where the archive has the item's words side by side: it is a term, and who writes of it
# writes it out. By authors' keywords one in ten is right that has the words apart.
SURENESS_OF_TERMS = np.array([0.65, 0.75, 0.75, 0.82, 1.05], np.float32)
ROUNDING = 1e-5


def sureness(terms: Sequence[Term], level: float, *, near: bool = False) -> float:
    """Return what a match of an item counts by how much of the item stands in the paper.

    `near`: the paper is near in meaning to the most telling word of an item that needs it.
    """
    return 1.0 if near else float(sureness_by_level(terms)[int(level)])


def sureness_by_level(terms: Sequence[Term]) -> npt.NDArray[np.float32]:
    """Return what a match of an item counts, level by level, from nothing to WHOLE.

    What a paper has of an item without the words that nobody in the archive writes tells of the
    others only: `language models that hallucinate less` of language models.
    """
    if 1 < words_in(terms) <= USUAL_WORDS:
        sure = SURENESS_OF_TERMS if _is_attested(terms) else SURENESS
    else:
        lacking = without_the_rarest(terms) if needs_rarest(terms) else 1.0
        sure = np.array([lacking, lacking, 1, 1, 1], np.float32)
    if all(term.known for term in terms):
        return sure
    return np.where(np.arange(len(sure)) < WHOLE, sure * np.float32(known_share(terms)), sure)


def needed_cover(terms: Sequence[Term]) -> float:
    """Return what an item's words have to tell together, in terms of the most telling one."""
    share = ENOUGH_COVER * sum(term.cover for term in terms)
    return share if words_in(terms) <= USUAL_WORDS else min(share, MOST_COVER)


def needs_rarest(terms: Sequence[Term]) -> bool:
    """Return whether an item of many words is one thing, no match without its most telling word.

    So it is where the archive has most of its neighbours side by side: `theory of large language
    models` is not matched by any paper on large language models. Those of a loose row of words are
    seldom more than they are one by one.
    """
    if len(terms) <= USUAL_WORDS or words_in(terms) <= USUAL_WORDS:
        return False
    return _is_attested(terms)


def _is_attested(terms: Sequence[Term]) -> bool:
    """Return whether the archive has most of a bag's neighbours side by side."""
    pairs = [term.surely for term in terms if not term.cover]
    return sum(pairs) >= BESIDE * len(pairs)


def levels_of_words(
    terms: Sequence[Sequence[Term]], features: Sequence[Feature], strengths: Csr, lexical: Csr
) -> Csr:
    """Return how much of some items stands in each paper: WHOLE, ENOUGH, TELLING, PART, or nothing.

    `lexical` is what the items' words give, at the same places.
    """
    # An item of one feature that stands anywhere stands there whole: no product is needed.
    levels = sparse.csr_matrix(
        (np.full(lexical.nnz, WHOLE, np.float32), lexical.indices, lexical.indptr), lexical.shape
    )
    bags = [at for at, item in enumerate(terms) if len(item) > 1]
    if not bags:
        return levels
    made = _levels_of_bags([terms[at] for at in bags], features, strengths)
    others = np.setdiff1d(np.arange(len(terms)), bags)
    order = np.argsort(np.concatenate([others, bags]))
    return sparse.vstack([levels[others], made], format="csr")[order]


def _levels_of_bags(
    terms: Sequence[Sequence[Term]], features: Sequence[Feature], strengths: Csr
) -> Csr:
    standing = (strengths > 0).astype(np.float32)
    covers = [[term.cover for term in item] for item in terms]
    told = (_by_feature(terms, features, covers) @ standing).tocsr()
    needed = np.repeat([needed_cover(item) for item in terms], np.diff(told.indptr))
    enough = told.copy()
    enough.data = (told.data + ROUNDING >= needed).astype(np.float32)
    pairs = [[term for term in item if not term.cover] for item in terms]
    shares = [[1 / len(each)] * len(each) for each in pairs]
    beside = _by_feature(pairs, features, shares) @ standing
    rarest = [_that_it_needs(item) for item in terms]
    having = at_least(_by_feature(terms, features, rarest) @ standing, 1)
    most, telling = at_least(beside, BESIDE), at_least(told, ENOUGH_COVER)
    levels = (
        (PART * telling.maximum(most))
        .maximum(TELLING * having.multiply(telling))
        .maximum(ENOUGH * having.multiply(enough.maximum(most)))
        .maximum(WHOLE * at_least(beside, 1))
    ).tocsr()
    levels.eliminate_zeros()
    return levels


def _that_it_needs(terms: Sequence[Term]) -> list[float]:
    """Return 1 for the terms of an item of which one has to stand there, beside what they tell."""
    least = 1.0 if needs_rarest(terms) else 0.0
    return [float(term.cover > 0 and term.cover >= least) for term in terms]


def at_least(matrix: Csr, least: float) -> Csr:
    """Return 1 where a sparse matrix holds `least` or more, nothing elsewhere."""
    kept = matrix.tocsr().copy()
    kept.data = (kept.data >= least - ROUNDING).astype(np.float32)
    kept.eliminate_zeros()
    return kept


def _by_feature(
    terms: Sequence[Sequence[Term]],
    features: Sequence[Feature],
    values: Sequence[Sequence[float]],
) -> Csr:
    """Return items × features with a value for each term of each item."""
    column = {feature: at for at, feature in enumerate(features)}
    rows = np.repeat(np.arange(len(terms)), np.fromiter(map(len, terms), int, len(terms)))
    columns = [column[term.feature] for term in chain.from_iterable(terms)]
    flat = list(chain.from_iterable(values))
    return csr(flat, rows, columns, (len(terms), len(features)))
