"""Items × papers: the lexical score and the meaning, blended; the only place that weighs them.

    score = SCALE · specificity · (words + meaning)
    meaning = max(0, EXPANSION · related + COSINE · (cosine - ordinary))

`words` is within [0, 1], `related` is the share of the item's related words in the paper,
`ordinary` the item's mean cosine to the archive; `specificity` is above 1 for an item that is rare
in the archive and below it for one that half of it speaks of (`queries.specificity`).

A paper matches an item (the table in docs/ranking.md) when

- the whole of it stands there: the word or phrase, or most of a bag's neighbours side by side;
- or, of a bag, words that tell ENOUGH_COVER of what all do, and the item's own vector is at least
  ALL_COSINE near; of a long question MOST_COVER is enough;
- or a word that tells ENOUGH_COVER of what the most telling one does, and LONE_COSINE;
- or, with a model, when its meaning is `least_meaning` or more and the vector LEAST_COSINE near,
  whatever the archive taught.

Without a model only the first two are left, and no vector is asked for. What the words of a paper
that does not match give counts AT_THE_MARGIN only, which stays below the default floor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.corpus import COSINE, Corpus, Expansion, spread_of
from digest.ranking.features import Csr, Feature, Matrix, csr
from digest.ranking.queries import Term, specificity
from digest.ranking.semantics import Semantics, Vectors

if TYPE_CHECKING:
    from subscribers.profile import Item

SCALE = 0.5
SCALE_ALONE = 0.575  # without a model, so that a floor lets as much through
EXPANSION = 0.6  # of related words beside a model's cosine
EXPANSION_ALONE = 0.7  # and without a model
LEAST_MEANING = 0.4
LEAST_COSINE = 0.35  # of an item, as it was typed, to a paper without its words
LONE_COSINE = 0.35  # to a paper with a word of it
ALL_COSINE = 0.25  # to a paper with all its words, but apart
ENOUGH_COVER = 0.75
MOST_COVER = 1.5  # of an item of more than USUAL_WORDS, in terms of its most telling word
USUAL_WORDS = 3  # a longer item is given more where no model sees its meaning
WHOLE = 0.6  # share of a bag's neighbours
AT_THE_MARGIN = 0.02
ROUNDING = 1e-5
CHUNK = 512


@dataclass(frozen=True, slots=True)
class ProfileMatrices:
    """Items made ready for scoring, once, from the archive; independent of the day's papers."""

    terms: Sequence[Sequence[Term]]
    vectors: Vectors | None  # of the items as they were typed: items × width, unit
    expansion: Expansion
    ordinary: npt.NDArray[np.float32] | None  # per item; None without a model


def prepare(
    items: Sequence[Item],
    terms: Sequence[Sequence[Term]],
    corpus: Corpus,
    semantics: Semantics | None,
) -> ProfileMatrices:
    """Embed items and expand them from the archive. Items with a scope have no meaning."""
    vectors: Vectors | None = None
    if semantics is not None:
        vectors = semantics.vectors([item.text for item in items])
    expansion = corpus.expand(terms, vectors)
    ordinary = None
    if expansion.vectors is not None:
        ordinary = corpus.ordinary(expansion.vectors)
    return ProfileMatrices(terms, vectors, expansion, ordinary)


def meaning_of(
    words: npt.NDArray[Any], prepared: ProfileMatrices, part: slice, papers: Vectors | None
) -> npt.NDArray[Any]:
    """Return the meaning of some items in every paper, before the threshold: items × papers.

    `words` is what their related words give.
    """
    vectors = prepared.expansion.vectors
    if vectors is None or papers is None or prepared.ordinary is None:
        return np.asarray(EXPANSION_ALONE * words)
    cosine = vectors[part] @ papers.T
    meaning = EXPANSION * words + COSINE * (cosine - prepared.ordinary[part, None])
    return np.asarray(np.maximum(meaning, 0))


def blend(
    items: Sequence[Item],
    prepared: ProfileMatrices,
    matrix: Matrix,
    words: Csr,
    papers: Vectors | None,
    least_meaning: float,
) -> Csr:
    """Return items × papers, float32, with only what counts.

    `words` is what the items' related words give: items × papers.
    With a `least_meaning` of 0, for measuring, every meaning counts.
    """
    spread, features = spread_of(prepared.terms)
    strengths = matrix.rows(features)
    lexical = (spread @ strengths).tocsr()
    standing = matches_of_words(prepared.terms, features, strengths)
    scoped = np.array([item.scope is not None for item in items])
    scale = sparse.diags(np.array([scale_of(each, papers) for each in prepared.terms], np.float32))
    if prepared.vectors is None or prepared.expansion.vectors is None or papers is None:
        meaning = sparse.diags((~scoped).astype(np.float32)) @ (EXPANSION_ALONE * words)
        counts = standing.whole.maximum(standing.enough)
        if not least_meaning:
            counts = counts.maximum(at_least(meaning, 1e-9))
        return (scale @ _weighed(lexical, meaning.multiply(counts), counts)).tocsr()
    blocks = []
    for start in range(0, len(items), CHUNK):
        part = slice(start, start + CHUNK)
        meaning = meaning_of(words[part].toarray(), prepared, part, papers)
        meaning[scoped[part]] = 0
        near = meaning >= max(least_meaning, 1e-9)
        matching = standing.whole[part].maximum(standing.enough[part])
        if least_meaning:
            cosine = prepared.vectors[part] @ papers.T
            near &= cosine >= LEAST_COSINE
            matching = standing.near(part, cosine)
        kept = matching.maximum(sparse.csr_matrix(near.astype(np.float32))).tocoo()
        values = meaning[kept.row, kept.col]
        block = csr(values, kept.row, kept.col, kept.shape)
        blocks.append(_weighed(lexical[part], block, kept.tocsr()))
    return (scale @ sparse.vstack(blocks, format="csr")).tocsr()


def scale_of(terms: Sequence[Term], papers: Vectors | None) -> float:
    """Return what an item's words and meaning are multiplied by."""
    if papers is not None:
        return SCALE * specificity(terms)
    words = sum(term.cover > 0 for term in terms)  # the more, the fewer of them stand in a paper
    return SCALE_ALONE * specificity(terms) * math.sqrt(max(words / USUAL_WORDS, 1))


@dataclass(frozen=True, slots=True)
class WordMatches:
    """Where items stand in papers, by how much of them does: items × papers, 1 or nothing."""

    whole: Csr
    enough: Csr
    telling: Csr

    def near(self, part: slice, cosine: npt.NDArray[Any]) -> Csr:
        """Return what matches among some items, whose cosines to the papers are given."""
        lone = _where(self.telling[part], cosine >= LONE_COSINE)
        apart = _where(self.enough[part], cosine >= ALL_COSINE)
        return self.whole[part].maximum(apart).maximum(lone)


def needed_cover(terms: Sequence[Term]) -> float:
    """Return what an item's words have to tell together, in terms of the most telling one."""
    share = ENOUGH_COVER * sum(term.cover for term in terms)
    words = sum(term.cover > 0 for term in terms)
    return share if words <= USUAL_WORDS else min(share, MOST_COVER)


def _where(matrix: Csr, near: npt.NDArray[np.bool_]) -> Csr:
    """Return a matrix of ones without those that are not near."""
    kept = matrix.tocoo()
    among = near[kept.row, kept.col]
    return csr(kept.data[among], kept.row[among], kept.col[among], kept.shape)


def matches_of_words(
    terms: Sequence[Sequence[Term]], features: Sequence[Feature], strengths: Csr
) -> WordMatches:
    """Return how much of some items stands in each paper."""
    standing = (strengths > 0).astype(np.float32)
    pairs = [[term for term in item if not term.cover] or item for item in terms]
    shares = [[1 / len(each)] * len(each) for each in pairs]
    covered = (
        _by_feature(terms, features, [[t.cover for t in i] for i in terms]) @ standing
    ).tocsr()
    needed = np.array([needed_cover(item) for item in terms])
    return WordMatches(
        at_least(_by_feature(pairs, features, shares) @ standing, WHOLE),
        at_least(sparse.diags(1 / np.maximum(needed, ROUNDING)) @ covered, 1),
        at_least(covered, ENOUGH_COVER),
    )


def _weighed(lexical: Csr, meaning: Csr, counts: Csr) -> Csr:
    """Return the scores of some items; `counts` is 1 where a paper matches an item."""
    words = AT_THE_MARGIN * lexical + (1 - AT_THE_MARGIN) * lexical.multiply(counts)
    return (words + meaning).tocsr().astype(np.float32)


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


def related_rows(matrix: Matrix, corpus: Corpus) -> Csr:
    """Return the corpus's stems as they stand in the day's papers: stems × papers."""
    return matrix.rows([Feature(((stem,),)) for stem in corpus.stems])
