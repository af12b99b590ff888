"""Items scored against one edition's papers, each distinct item once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from digest.ranking.audience import item_key
from digest.ranking.blend import Prepared, blend, prepare, related_rows
from digest.ranking.corpus import Corpus
from digest.ranking.features import Csr, Matrix, csr
from digest.ranking.queries import terms_of
from digest.ranking.semantics import Semantics, Vectors, paper_text

if TYPE_CHECKING:
    from digest.papers import Paper
    from subscribers.profile import Item


class Scorer:
    """The papers of an edition as matrices, and the rows of the items asked for so far."""

    def __init__(
        self,
        papers: Sequence[Paper],
        matrix: Matrix,
        corpus: Corpus,
        semantics: Semantics | None,
        least_meaning: float,
    ) -> None:
        self.papers = papers
        self.matrix = matrix
        self.corpus = corpus
        self.semantics = semantics
        self.least_meaning = least_meaning
        self._known: dict[object, int] = {}
        self._rows: Csr = csr([], [], [], (0, len(papers)))

    @cached_property
    def vectors(self) -> Vectors | None:
        """The papers' vectors, smoothed by the archive; None without a model."""
        if self.semantics is None:
            return None
        texts = [paper_text(paper) for paper in self.papers]
        return self.corpus.smooth(self.semantics.vectors(texts))

    @cached_property
    def related(self) -> Csr:
        """The archive's stems in these papers: stems × papers."""
        return related_rows(self.matrix, self.corpus)

    def prepared(self, items: Sequence[Item]) -> Prepared:
        """Make items ready for scoring."""
        terms = [terms_of(item, self.corpus.background) for item in items]
        return prepare(items, terms, self.corpus, self.semantics)

    def rows(self, items: Sequence[Item]) -> Csr:
        """Return items × papers, float32; an item that was asked for before costs nothing."""
        fresh = {item_key(item): item for item in items if item_key(item) not in self._known}
        if fresh:
            made = blend(
                list(fresh.values()),
                self.prepared(list(fresh.values())),
                self.matrix,
                self.related,
                self.vectors,
                self.least_meaning,
            )
            for key in fresh:
                self._known[key] = len(self._known)
            self._rows = sparse.vstack([self._rows, made], format="csr")
        return self._rows[np.array([self._known[item_key(item)] for item in items], dtype=np.intp)]
