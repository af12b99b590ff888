"""Items scored against one edition's papers, each distinct item once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.audience import item_key
from digest.ranking.blend import Prepared, blend, meaning_of, prepare, related_rows
from digest.ranking.corpus import Corpus
from digest.ranking.features import Csr, Matrix, csr
from digest.ranking.queries import Term, terms_of
from digest.ranking.semantics import Semantics, Vectors, paper_text
from digest.ranking.topn import settled

if TYPE_CHECKING:
    from digest.papers import Paper
    from subscribers.profile import Item


@dataclass(frozen=True, slots=True)
class Scored:
    """One item, made ready and scored; its part of an explanation starts here."""

    terms: Sequence[Term]
    meaning: npt.NDArray[np.float32]  # per paper, before the threshold


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
        self._place: dict[object, int] = {}
        self._rows: Csr = csr([], [], [], (0, len(papers)))
        self._prepared: list[tuple[Prepared, int]] = []  # with the place of its first item

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

    def rows(self, items: Sequence[Item]) -> Csr:
        """Return items × papers, `settled`; an item that was asked for before costs nothing."""
        places = self._places(items)
        return self._rows[np.array(places, dtype=np.intp)]

    def scored(self, item: Item) -> Scored:
        """Return one item's terms and its meaning in every paper."""
        place = self._places([item])[0]
        prepared, first = next(pair for pair in reversed(self._prepared) if pair[1] <= place)
        at = place - first
        meaning = meaning_of(prepared, slice(at, at + 1), self.related, self.vectors)
        return Scored(prepared.terms[at], meaning[0])

    def _places(self, items: Sequence[Item]) -> list[int]:
        keys = [item_key(item) for item in items]
        place = self._place
        fresh = {key: item for key, item in zip(keys, items, strict=True) if key not in place}
        if fresh:
            asked = list(fresh.values())
            terms = [terms_of(item, self.corpus.background) for item in asked]
            prepared = prepare(asked, terms, self.corpus, self.semantics)
            made = settled(
                blend(asked, prepared, self.matrix, self.related, self.vectors, self.least_meaning)
            )
            self._prepared.append((prepared, len(place)))
            place.update(zip(fresh, range(len(place), len(place) + len(fresh)), strict=True))
            self._rows = sparse.vstack([self._rows, made], format="csr")
        return [place[key] for key in keys]
