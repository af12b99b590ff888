"""Items × papers: the lexical score and the meaning, blended; the only place that weighs them.

    score = SCALE · (lexical + max(0, EXPANSION · related + COSINE · (cosine - ordinary)))

`lexical` is within [0, 1], `related` is the share of the item's related words in the paper,
`ordinary` the item's mean cosine to the archive.

A paper matches an item when words of it stand there that tell ENOUGH_COVER or more of what its most
telling one does; or, with a model, when its meaning is `least_meaning` or more and the item's own
vector is near it, whatever the archive taught. Of a bag no word is required and each scores; but
where all that stands there tells less, as `design` does of `protein design`, the paper is no match:
what its words give counts AT_THE_MARGIN only, which stays below the default floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.corpus import COSINE, Corpus, Expansion, spread_of
from digest.ranking.features import Csr, Feature, Matrix, csr
from digest.ranking.queries import Term
from digest.ranking.semantics import Semantics, Vectors

if TYPE_CHECKING:
    from subscribers.profile import Item

SCALE = 0.5
EXPANSION = 0.6  # of related words beside a model's cosine
EXPANSION_ALONE = 0.7  # and without a model
LEAST_MEANING = 0.4
LEAST_COSINE = 0.35  # of an item, as it was typed, to a paper without its words
ENOUGH_COVER = 0.75
AT_THE_MARGIN = 0.02
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
    covered = (cover_of(prepared.terms, features) @ (strengths > 0)).tocsr()
    enough = at_least(covered, ENOUGH_COVER)
    scoped = np.array([item.scope is not None for item in items])
    if prepared.vectors is None or prepared.expansion.vectors is None or papers is None:
        meaning = sparse.diags((~scoped).astype(np.float32)) @ (EXPANSION_ALONE * words)
        counts = enough if least_meaning else enough.maximum(at_least(meaning, 1e-9))
        return _weighed(lexical, meaning.multiply(counts), counts)
    blocks = []
    for start in range(0, len(items), CHUNK):
        part = slice(start, start + CHUNK)
        meaning = meaning_of(words[part].toarray(), prepared, part, papers)
        meaning[scoped[part]] = 0
        close = meaning >= max(least_meaning, 1e-9)
        if least_meaning:
            close &= prepared.vectors[part] @ papers.T >= LEAST_COSINE
        kept = (enough[part].maximum(sparse.csr_matrix(close.astype(np.float32)))).tocoo()
        values = meaning[kept.row, kept.col]
        block = csr(values, kept.row, kept.col, kept.shape)
        blocks.append(_weighed(lexical[part], block, kept.tocsr()))
    return sparse.vstack(blocks, format="csr")


def _weighed(lexical: Csr, meaning: Csr, counts: Csr) -> Csr:
    """Return the scores of some items; `counts` is 1 where a paper matches an item."""
    words = AT_THE_MARGIN * lexical + (1 - AT_THE_MARGIN) * lexical.multiply(counts)
    return (SCALE * (words + meaning)).tocsr().astype(np.float32)


def at_least(matrix: Csr, least: float) -> Csr:
    """Return 1 where a sparse matrix holds `least` or more, nothing elsewhere."""
    kept = matrix.tocsr().copy()
    kept.data = (kept.data >= least).astype(np.float32)
    kept.eliminate_zeros()
    return kept


def cover_of(terms: Sequence[Sequence[Term]], features: Sequence[Feature]) -> Csr:
    """Return items × features with how telling each feature is beside its item's best word."""
    column = {feature: at for at, feature in enumerate(features)}
    flat = list(chain.from_iterable(terms))
    rows = np.repeat(np.arange(len(terms)), np.fromiter(map(len, terms), int, len(terms)))
    columns = [column[term.feature] for term in flat]
    return csr([term.cover for term in flat], rows, columns, (len(terms), len(features)))


def related_rows(matrix: Matrix, corpus: Corpus) -> Csr:
    """Return the corpus's stems as they stand in the day's papers: stems × papers."""
    return matrix.rows([Feature(((stem,),)) for stem in corpus.stems])
