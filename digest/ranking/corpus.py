"""What the archive teaches about a keyword: related words, a sharper vector, what is ordinary.

Everything is learned from the archive and nothing from the day's papers, so a score means the same
on every day. For each item the archive's best papers are looked up and fed back: their most telling
words as an expansion (Rocchio 1971; Lavrenko & Croft 2001, as pseudo-relevance feedback), their
mean vector into the item's. A paper's own vector is smoothed by its nearest neighbours in the
archive (the cluster hypothesis; Liu & Croft 2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.background import ENOUGH_PAPERS
from digest.ranking.cosine_scale import ITSELF, CosineScale
from digest.ranking.features import Csr, Document, Feature, Matrix, csr
from digest.ranking.semantics import Semantics, Vectors, paper_text, unit

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.background import Background
    from digest.ranking.queries import Term

COSINE = 0.9  # what a cosine of 1 is worth beside a full lexical match
FEEDBACK_PAPERS = 15  # best papers of the archive whose words are fed back
FEEDBACK_VECTORS = 5  # and whose vectors are
FEEDBACK_TERMS = 30
VECTOR_FEEDBACK = 0.5  # weight of their mean beside the item's own vector
SHARPNESS = 3  # a paper's share in that mean is its score to this power: the surest lead
STRANGE, FAMILIAR = 0.2, 0.35  # cosine of an item's nearest paper: nothing learned; all of it
NEIGHBOURS = 10
SMOOTHING = 0.8  # weight of the neighbours' mean beside a paper's own vector
ATTESTED = 3  # papers with two words side by side, from which on they belong there
SAME_TEXT = 0.999  # a cosine above it is the paper itself
CHUNK = 512


@dataclass(frozen=True, slots=True)
class Expansion:
    """What the archive adds to some items, row by row."""

    terms: Csr  # items × stems of the corpus; each row adds up to 1 or less
    vectors: Vectors | None  # items × width, unit


class Corpus:
    """The archive as ranking remembers it; made once a run of its newest papers."""

    def __init__(
        self,
        documents: Sequence[Document],
        background: Background,
        vectors: Vectors | None,
        scale: CosineScale = ITSELF,
    ) -> None:
        self.scale = scale  # of the model that made the vectors
        self.background = background
        self.matrix = Matrix(documents, background)
        self.vectors = smoothed(vectors, vectors) if vectors is not None else None
        self._plain = vectors
        self.stems = self.matrix.content_stems()
        idf = np.array([background.idf(stem) for stem in self.stems], dtype=np.float32)
        rows = self.matrix.rows([Feature(((stem,),)) for stem in self.stems])
        self._telling = (sparse.diags(idf) @ rows).T.tocsr()  # papers × stems, tf·idf

    @classmethod
    def of(
        cls, papers: Sequence[Paper], background: Background, semantics: Semantics | None = None
    ) -> Self:
        """Remember some papers; about 1 ms each, and their embedding when it is new."""
        vectors = semantics.vectors([paper_text(paper) for paper in papers]) if semantics else None
        scale = semantics.scale if semantics else ITSELF
        return cls([Document.of(paper) for paper in papers], background, vectors, scale)

    def __len__(self) -> int:
        return len(self.matrix.documents)

    @property
    def teaches(self) -> bool:
        """Whether there are enough papers to learn from."""
        return len(self) >= ENOUGH_PAPERS

    def neighbours(self, stems: Sequence[str]) -> float:
        """Return how surely stems belong side by side, 0 to 1; 1 when it is too early to tell.

        Of a keyword's words that nobody writes together a pair is no evidence that misses.
        """
        if not self.teaches:
            return 1.0
        return min(min(map(self.matrix.papers_with, pairwise(stems))) / ATTESTED, 1.0)

    def expand(self, terms: Sequence[Sequence[Term]], vectors: Vectors | None) -> Expansion:
        """Return what the archive adds to items given by their terms and unit vectors."""
        if not self.teaches or not terms:
            return Expansion(csr([], [], [], (len(terms), len(self.stems))), vectors)
        spread, features = spread_of(terms)
        lexical = spread @ self.matrix.rows(features)
        rows, moved = [], []
        for start in range(0, len(terms), CHUNK):
            part = slice(start, start + CHUNK)
            scores = lexical[part].toarray()
            trust = np.ones(len(scores), np.float32)
            if vectors is not None and self.vectors is not None:
                cosine = self.scale.of(vectors[part] @ self.vectors.T)
                trust = trust_in(cosine)
                scores += COSINE * cosine
                moved.append(self._moved(vectors[part], scores, trust))
            rows.append(sparse.diags(trust) @ self._related(scores))
        return Expansion(
            sparse.vstack(rows, format="csr"), np.concatenate(moved) if moved else vectors
        )

    def _moved(
        self, vectors: Vectors, scores: npt.NDArray[Any], trust: npt.NDArray[np.float32]
    ) -> Vectors:
        if self._plain is None:
            return vectors
        best = top(scores, FEEDBACK_VECTORS)
        shares = np.maximum(np.take_along_axis(scores, best, axis=1), 1e-9) ** SHARPNESS
        shares /= shares.sum(axis=1, keepdims=True)
        mean = np.einsum("ij,ijk->ik", shares, self._plain[best])
        return unit(vectors + VECTOR_FEEDBACK * trust[:, None] * mean)

    def _related(self, scores: npt.NDArray[Any]) -> Csr:
        """Return the most telling stems of each row's best papers: rows × stems."""
        best = top(scores, FEEDBACK_PAPERS)
        weights = np.maximum(np.take_along_axis(scores, best, axis=1), 0)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        indptr = np.arange(len(best) + 1) * best.shape[1]
        chosen = sparse.csr_matrix((weights.ravel(), best.ravel(), indptr), shape=scores.shape)
        return strongest(chosen @ self._telling, FEEDBACK_TERMS)

    def smooth(self, vectors: Vectors) -> Vectors:
        """Return papers' vectors, each moved towards its nearest neighbours in the archive."""
        if self._plain is None or not self.teaches:
            return vectors
        return smoothed(vectors, self._plain)

    def ordinary(self, vectors: Vectors) -> npt.NDArray[np.float32]:
        """Return the mean cosine of each vector to the archive's papers, on the common scale."""
        if self.vectors is None or not self.teaches:
            return np.full(len(vectors), 0.12, np.float32)
        mean = vectors @ self.vectors.mean(axis=0)
        return np.asarray(self.scale.of(mean), dtype=np.float32)


def smoothed(vectors: Vectors, archive: Vectors) -> Vectors:
    """Return vectors with the mean of their nearest in the archive added, unit again."""
    if not len(archive):
        return vectors
    out = []
    for start in range(0, len(vectors), CHUNK):
        part = vectors[start : start + CHUNK]
        near = part @ archive.T
        near[near > SAME_TEXT] = -1
        count = min(NEIGHBOURS, near.shape[1])
        best = np.argpartition(-near, count - 1, axis=1)[:, :count]
        out.append(unit(part + SMOOTHING * archive[np.sort(best, axis=1)].mean(axis=1)))
    return np.concatenate(out) if out else vectors


def trust_in(cosine: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return how far each item may learn from the archive, 0 to 1, by its nearest paper.

    Where nothing in the archive is about an item, its best papers are off the subject, and would
    lead it further astray ("query drift"; Mitra, Singhal & Buckley 1998).
    """
    share = (cosine.max(axis=1) - STRANGE) / (FAMILIAR - STRANGE)
    return np.asarray(np.clip(share, 0, 1), dtype=np.float32)


def spread_of(terms: Sequence[Sequence[Term]]) -> tuple[Csr, list[Feature]]:
    """Return items × distinct features with the shares, and the features."""
    features: dict[Feature, int] = {}
    flat = list(chain.from_iterable(terms))
    rows = np.repeat(np.arange(len(terms)), np.fromiter(map(len, terms), int, len(terms)))
    columns = [features.setdefault(term.feature, len(features)) for term in flat]
    spread = csr([term.share for term in flat], rows, columns, (len(terms), len(features)))
    return spread, list(features)


def top(scores: npt.NDArray[Any], count: int) -> npt.NDArray[np.intp]:
    """Return the columns of each row's largest values, in ascending order: rows × count."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    return np.sort(best, axis=1)


def strongest(matrix: Csr, count: int) -> Csr:
    """Return each row's largest entries, scaled to add up to 1."""
    matrix = matrix.tocsr()
    lengths = np.diff(matrix.indptr)
    least = np.zeros(len(lengths), matrix.dtype)  # of each row, worth sorting: it is most of them
    for at in np.flatnonzero(lengths > count):
        values = matrix.data[matrix.indptr[at] : matrix.indptr[at + 1]]
        least[at] = np.partition(values, -count)[-count]
    row = np.repeat(np.arange(len(lengths)), lengths)
    among = np.flatnonzero((matrix.data > 0) & (matrix.data >= least[row]))
    order = among[np.lexsort((matrix.indices[among], -matrix.data[among], row[among]))]
    starts = np.searchsorted(row[among], row[order])
    kept = order[np.arange(len(order)) - starts < count]
    chosen = csr(matrix.data[kept], row[kept], matrix.indices[kept], matrix.shape)
    total = np.asarray(chosen.sum(axis=1)).ravel()
    return (sparse.diags(1 / np.where(total > 0, total, 1)) @ chosen).astype(np.float32).tocsr()
