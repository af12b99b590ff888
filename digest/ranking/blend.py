"""Items × papers: the lexical score and the meaning, blended; the only place that weighs them.

    score = SCALE · specificity · sureness · (words + meaning)
    meaning = max(0, EXPANSION · related + COSINE · (cosine - ordinary))

`words` is within [0, 1], `related` is the share of the item's related words in the paper,
`ordinary` the item's mean cosine to the archive; `specificity` is above 1 for an item that is rare
in the archive and below it for one that half of it speaks of (`queries.specificity`); `sureness`
below it where only some of the item stands in the paper, or where its words stand apart.

A paper matches an item (the table in docs/ranking.md) when

- the WHOLE of it stands there (`levels`);
- or ENOUGH of it, and the item's own vector is at least ALL_COSINE near;
- or a TELLING word or a PART of it, and LONE_COSINE;
- or, with a model, when its meaning is `least_meaning` or more and the vector LEAST_COSINE near,
  whatever the archive taught.

Without a model only the first two are left, and no vector is asked for. What the words of a paper
that does not match give counts AT_THE_MARGIN only, which stays below the default floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.corpus import COSINE, Corpus, Expansion, spread_of
from digest.ranking.cosine_scale import ITSELF, CosineScale
from digest.ranking.features import Csr, Feature, Matrix
from digest.ranking.levels import (
    ENOUGH,
    SURENESS,
    USUAL_WORDS,
    at_least,
    levels_of_words,
    needs_rarest,
    sureness_by_level,
)
from digest.ranking.queries import Term, rarest_word, specificities, words_in
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
# that nothing, a part, a telling word, enough and all of an item need
LEAST_COSINES = np.array([0, LONE_COSINE, LONE_COSINE, ALL_COSINE, -1])
AT_THE_MARGIN = 0.02
CHUNK = 512


class Rarest(NamedTuple):
    """The most telling words of the items that need them."""

    items: npt.NDArray[np.intp]  # the places of the items, rising
    vectors: Vectors  # of the words, unit


@dataclass(frozen=True, slots=True)
class ProfileMatrices:
    """Items made ready for scoring, once, from the archive; independent of the day's papers."""

    terms: Sequence[Sequence[Term]]
    vectors: Vectors | None  # of the items as they were typed: items × width, unit
    expansion: Expansion
    ordinary: npt.NDArray[np.float32] | None  # per item; None without a model
    rarest: Rarest | None  # None without a model
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
    rarest = _rarest_of(items, terms, semantics) if semantics is not None else None
    return ProfileMatrices(terms, vectors, expansion, ordinary, rarest, scale)


def _vectors_of(items: Sequence[Item], semantics: Semantics) -> Vectors:
    """Return the items' vectors, zeros where they have no meaning."""
    meaning = [at for at, item in enumerate(items) if item.scope is None]
    vectors = np.zeros((len(items), semantics.model.width), np.float32)
    vectors[meaning] = semantics.keyword_vectors([items[at].text for at in meaning])
    return vectors


def _rarest_of(
    items: Sequence[Item], terms: Sequence[Sequence[Term]], semantics: Semantics
) -> Rarest:
    where = [at for at, each in enumerate(terms) if needs_rarest(each)]
    words = [rarest_word(items[at], terms[at]) for at in where]
    return Rarest(np.array(where, np.intp), semantics.keyword_vectors(words))


def speaks_of_rarest(
    prepared: ProfileMatrices, part: slice, papers: Vectors | None
) -> npt.NDArray[np.bool_] | None:
    """Return whether papers are near in meaning to the most telling word of items that need it.

    Items × papers; None where no item needs it, and without a model.
    """
    if prepared.rarest is None or papers is None:
        return None
    first, last = np.searchsorted(prepared.rarest.items, (part.start, part.stop))
    if first == last:
        return None
    near = np.zeros((part.stop - part.start, len(papers)), bool)
    cosine = prepared.scale.of(prepared.rarest.vectors[first:last] @ papers.T)
    near[prepared.rarest.items[first:last] - part.start] = cosine >= LEAST_COSINE
    return near


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
            scores = _surely(scores, levels, prepared.terms, None)
        return Blended((scale @ scores).tocsr(), levels)
    blocks = []
    for start in range(0, len(items), CHUNK):
        part = slice(start, min(start + CHUNK, len(items)))
        meaning = meaning_of(words[part].toarray(), prepared, part, papers)
        meaning[scoped[part]] = 0
        matching = meaning >= max(least_meaning, 1e-9)
        least = np.array([0, 2, 2, -1, -1]) if not least_meaning else LEAST_COSINES
        cosine = prepared.scale.of(prepared.vectors[part] @ papers.T)
        if least_meaning:
            matching &= cosine >= LEAST_COSINE
        standing = levels[part].tocoo()
        close = cosine[standing.row, standing.col] >= least[standing.data.astype(np.intp)]
        matching[standing.row[close], standing.col[close]] = True
        scores = _weighed(lexical[part], *_kept(meaning, matching))
        near = speaks_of_rarest(prepared, part, papers)
        blocks.append(_surely(scores, levels[part], prepared.terms[part], near))
    return Blended((scale @ sparse.vstack(blocks, format="csr")).tocsr(), levels)


def _surely(
    scores: Csr, levels: Csr, terms: Sequence[Sequence[Term]], near: npt.NDArray[np.bool_] | None
) -> Csr:
    """Return the scores of some items, each times the `sureness` of its match."""
    sure = np.ones((len(terms), len(SURENESS)), np.float32)
    for at, item in enumerate(terms):
        if len(item) > 1:
            sure[at] = sureness_by_level(item)
    for start in range(0, len(terms), CHUNK):
        entries = slice(*scores.indptr[[start, min(start + CHUNK, len(terms))]])
        rows = np.repeat(np.arange(len(terms)), np.diff(scores.indptr))[entries]
        columns = scores.indices[entries]
        told = levels[start : start + CHUNK].toarray()[rows - start, columns]
        factors = sure[rows, told.astype(np.intp)]
        if near is not None:
            factors[near[rows, columns]] = 1
        scores.data[entries] *= factors
    return scores


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
    words = np.array([words_in(each) if len(each) > 1 else 1 for each in terms])
    return np.asarray(SCALE_ALONE * scales * np.sqrt(np.maximum(words / USUAL_WORDS, 1)))


def _weighed(lexical: Csr, meaning: Csr, counts: Csr) -> Csr:
    """Return the scores of some items; `counts` is 1 where a paper matches an item."""
    words = AT_THE_MARGIN * lexical + (1 - AT_THE_MARGIN) * lexical.multiply(counts)
    return (words + meaning).tocsr().astype(np.float32)


def related_rows(matrix: Matrix, corpus: Corpus) -> Csr:
    """Return the corpus's stems as they stand in the day's papers: stems × papers."""
    return matrix.rows([Feature(((stem,),)) for stem in corpus.stems])
