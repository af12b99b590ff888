"""Items × papers: the lexical score and the meaning, blended; the only place that weighs them.

    score = SCALE · specificity · sureness · (words + meaning)
    meaning = max(0, EXPANSION · related + COSINE · (cosine - ordinary))

`words` is within [0, 1], `related` is the share of the item's related words in the paper,
`ordinary` the item's mean cosine to the archive; `specificity` is above 1 for an item that is rare
in the archive and below it for one that half of it speaks of (`queries.specificity`); `sureness`
below it where only some of the item stands in the paper, or where its words stand apart.

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

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.corpus import COSINE, Corpus, Expansion, spread_of
from digest.ranking.cosine_scale import ITSELF, CosineScale
from digest.ranking.features import Csr, Feature, Matrix, csr
from digest.ranking.queries import Term, specificities
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
BESIDE = 0.6  # share of a bag's neighbours that makes a whole
TELLING, ENOUGH, WHOLE = 1.0, 2.0, 3.0  # how much of an item stands in a paper
LEAST_COSINES = np.array([0, LONE_COSINE, ALL_COSINE, -1])  # that each of them needs
AT_THE_MARGIN = 0.02
# What a match counts by how much of an item of two to USUAL_WORDS stands in the paper: nothing, or
# one word of it; its words, apart; all of it. By authors' keywords, of the first a third to an
# eighth as many are right as of the last. Longer items are seldom meant as one thing.
SURENESS = np.array([0.65, 0.85, 0.95, 1.0], np.float32)
ROUNDING = 1e-5
CHUNK = 512


@dataclass(frozen=True, slots=True)
class ProfileMatrices:
    """Items made ready for scoring, once, from the archive; independent of the day's papers."""

    terms: Sequence[Sequence[Term]]
    vectors: Vectors | None  # of the items as they were typed: items × width, unit
    expansion: Expansion
    ordinary: npt.NDArray[np.float32] | None  # per item; None without a model
    scale: CosineScale = ITSELF  # of the model's cosines


def prepare(
    items: Sequence[Item],
    terms: Sequence[Sequence[Term]],
    corpus: Corpus,
    semantics: Semantics | None,
) -> ProfileMatrices:
    """Embed items and expand them from the archive. Items with a scope have no meaning."""
    vectors = _vectors_of(items, semantics) if semantics is not None else None
    expansion = corpus.expand(terms, vectors)
    ordinary = None
    if expansion.vectors is not None:
        ordinary = corpus.ordinary(expansion.vectors)
    scale = semantics.scale if semantics else ITSELF
    return ProfileMatrices(terms, vectors, expansion, ordinary, scale)


def _vectors_of(items: Sequence[Item], semantics: Semantics) -> Vectors:
    """Return the items' vectors, zeros where they have no meaning."""
    meaning = [at for at, item in enumerate(items) if item.scope is None]
    vectors = np.zeros((len(items), semantics.model.width), np.float32)
    vectors[meaning] = semantics.keyword_vectors([items[at].text for at in meaning])
    return vectors


def meaning_of(
    words: npt.NDArray[Any], prepared: ProfileMatrices, part: slice, papers: Vectors | None
) -> npt.NDArray[Any]:
    """Return the meaning of some items in every paper, before the threshold: items × papers.

    `words` is what their related words give.
    """
    vectors = prepared.expansion.vectors
    if vectors is None or papers is None or prepared.ordinary is None:
        return np.asarray(EXPANSION_ALONE * words)
    cosine = prepared.scale.of(vectors[part] @ papers.T)
    meaning = EXPANSION * words + COSINE * (cosine - prepared.ordinary[part, None])
    return np.asarray(np.maximum(meaning, 0))


class Blended(NamedTuple):
    """Some items in every paper: items × papers."""

    scores: Csr  # float32, with only what counts
    levels: Csr  # how much of the item stands there, as `levels_of_words` tells


def blend(
    items: Sequence[Item],
    prepared: ProfileMatrices,
    matrix: Matrix,
    words: Csr,
    papers: Vectors | None,
    least_meaning: float,
) -> Blended:
    """Score items in papers.

    `words` is what the items' related words give: items × papers.
    With a `least_meaning` of 0, for measuring, every meaning counts.
    """
    spread, features = spread_of(prepared.terms)
    strengths = matrix.rows(features)
    lexical = (spread @ strengths).tocsr()
    levels = levels_of_words(prepared.terms, features, strengths, lexical)
    scoped = np.array([item.scope is not None for item in items])
    scale = sparse.diags(scales_of(prepared.terms, papers).astype(np.float32))
    if prepared.vectors is None or prepared.expansion.vectors is None or papers is None:
        meaning = sparse.diags((~scoped).astype(np.float32)) @ (EXPANSION_ALONE * words)
        counts = at_least(levels, ENOUGH)
        if not least_meaning:
            counts = counts.maximum(at_least(meaning, 1e-9))
        scores = _weighed(lexical, meaning.multiply(counts), counts)
        if any(len(item) > 1 for item in prepared.terms):  # a single word stands there or does not
            scores = _surely(scores, levels, prepared.terms)
        return Blended((scale @ scores).tocsr(), levels)
    blocks = []
    for start in range(0, len(items), CHUNK):
        part = slice(start, start + CHUNK)
        meaning = meaning_of(words[part].toarray(), prepared, part, papers)
        meaning[scoped[part]] = 0
        matching = meaning >= max(least_meaning, 1e-9)
        least = np.array([0, 2, -1, -1]) if not least_meaning else LEAST_COSINES
        cosine = prepared.scale.of(prepared.vectors[part] @ papers.T)
        if least_meaning:
            matching &= cosine >= LEAST_COSINE
        standing = levels[part].tocoo()
        near = cosine[standing.row, standing.col] >= least[standing.data.astype(np.intp)]
        matching[standing.row[near], standing.col[near]] = True
        scores = _weighed(lexical[part], *_kept(meaning, matching))
        blocks.append(_surely(scores, levels[part], prepared.terms[part]))
    return Blended((scale @ sparse.vstack(blocks, format="csr")).tocsr(), levels)


def _surely(scores: Csr, levels: Csr, terms: Sequence[Sequence[Term]]) -> Csr:
    """Return the scores of some items, each times the `sureness` of its match."""
    short = np.array([1 < _words(each) <= USUAL_WORDS for each in terms], np.float32)
    for start in range(0, len(short), CHUNK):
        entries = slice(*scores.indptr[[start, min(start + CHUNK, len(short))]])
        rows = np.repeat(np.arange(len(short)), np.diff(scores.indptr))[entries]
        told = levels[start : start + CHUNK].toarray()[rows - start, scores.indices[entries]]
        scores.data[entries] *= 1 - short[rows] * (1 - SURENESS[told.astype(np.intp)])
    return scores


def sureness(terms: Sequence[Term], level: float) -> float:
    """Return what a match of an item counts by how much of the item stands in the paper."""
    return float(SURENESS[int(level)]) if 1 < _words(terms) <= USUAL_WORDS else 1.0


def _words(terms: Sequence[Term]) -> int:
    return sum(term.cover > 0 for term in terms)


def _kept(values: npt.NDArray[Any], where: npt.NDArray[np.bool_]) -> tuple[Csr, Csr]:
    """Return the values of some places of a dense matrix, and ones there, both sparse."""
    indptr = np.append(0, where.sum(axis=1).cumsum())
    columns = np.nonzero(where)[1]
    kept = sparse.csr_matrix((values[where], columns, indptr), shape=where.shape)
    ones = np.ones(len(columns), np.float32)
    return kept, sparse.csr_matrix((ones, kept.indices, kept.indptr), shape=where.shape)


def scales_of(terms: Sequence[Sequence[Term]], papers: Vectors | None) -> npt.NDArray[np.float64]:
    """Return what each item's words and meaning are multiplied by."""
    scales = specificities(terms)
    if papers is not None:
        return SCALE * scales
    # The more words, the fewer of them stand in a paper.
    words = np.array([_words(each) if len(each) > 1 else 1 for each in terms])
    return np.asarray(SCALE_ALONE * scales * np.sqrt(np.maximum(words / USUAL_WORDS, 1)))


def needed_cover(terms: Sequence[Term]) -> float:
    """Return what an item's words have to tell together, in terms of the most telling one."""
    share = ENOUGH_COVER * sum(term.cover for term in terms)
    return share if _words(terms) <= USUAL_WORDS else min(share, MOST_COVER)


def levels_of_words(
    terms: Sequence[Sequence[Term]], features: Sequence[Feature], strengths: Csr, lexical: Csr
) -> Csr:
    """Return how much of some items stands in each paper: WHOLE, ENOUGH, TELLING, or nothing.

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
    levels = (_by_feature(terms, features, covers) @ standing).tocsr()
    needed = np.repeat([needed_cover(item) for item in terms], np.diff(levels.indptr))
    told = levels.data + ROUNDING
    levels.data = np.select(
        [told >= needed, told >= ENOUGH_COVER], [np.float32(ENOUGH), np.float32(TELLING)], 0
    ).astype(np.float32)
    pairs = [[term for term in item if not term.cover] for item in terms]
    shares = [[1 / len(each)] * len(each) for each in pairs]
    whole = at_least(_by_feature(pairs, features, shares) @ standing, BESIDE)
    levels = levels.maximum(WHOLE * whole)
    levels.eliminate_zeros()
    return levels


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
