"""Items scored against one edition's papers, each distinct item once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.audience import item_key
from digest.ranking.blend import (
    ProfileMatrices,
    blend,
    meaning_of,
    prepare,
    related_rows,
    scales_of,
    speaks_of_rarest,
)
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
    scale: float  # of both
    near: npt.NDArray[np.bool_] | None  # per paper, to a long item's most telling word
    levels: Mapping[int, float]  # place → how much of it stands there: see `levels_of_words`


@dataclass(frozen=True, slots=True)
class _Block:
    """Items that were asked for together."""

    first: int  # the row of the first of them
    prepared: ProfileMatrices
    levels: Csr


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
        self.forget_items()

    def with_semantics(self, semantics: Semantics | None) -> Scorer:
        """Return the same papers with another model, or none."""
        return Scorer(self.papers, self.matrix, self.corpus, semantics, self.least_meaning)

    def forget_items(self) -> None:
        """Let go of the rows of the items asked for so far."""
        self._place: dict[object, int] = {}
        self._rows: Csr = csr([], [], [], (0, len(self.papers)))
        self._blocks: list[_Block] = []  # of items that were asked for together
        self._words = self._rows  # what the last block's related words give: items × papers

    @property
    def known_items(self) -> int:
        """How many items have rows."""
        return len(self._place)

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

    def matching(self, item: Item) -> dict[int, float]:
        """Return the papers that an item matches: place → score at weight 1."""
        place = self._places([item])[0]
        row = slice(*self._rows.indptr[place : place + 2])
        scores = zip(self._rows.indices[row].tolist(), self._rows.data[row].tolist(), strict=True)
        return {at: score for at, score in scores if score > 0}

    def levels(self, item: Item) -> Mapping[int, float]:
        """Return how much of an item stands in the papers: place → level, `levels_of_words`."""
        block, at = self._block_of(item)
        row = slice(*block.levels.indptr[at : at + 2])
        places, levels = block.levels.indices[row].tolist(), block.levels.data[row].tolist()
        return dict(zip(places, levels, strict=True))

    def _block_of(self, item: Item) -> tuple[_Block, int]:
        """Return with what an item was asked for, and its row there."""
        place = self._places([item])[0]
        block = next(block for block in reversed(self._blocks) if block.first <= place)
        return block, place - block.first

    def scored(self, item: Item) -> Scored:
        """Return one item's terms and its meaning in every paper."""
        block, at = self._block_of(item)
        if block is self._blocks[-1]:  # mostly: who is ranked now is explained now
            row = slice(*self._words.indptr[at : at + 2])
            words = np.zeros((1, len(self.papers)), np.float32)
            words[0, self._words.indices[row]] = self._words.data[row]
        else:
            words = (block.prepared.expansion.terms[at : at + 1] @ self.related).toarray()
        meaning = meaning_of(words, block.prepared, slice(at, at + 1), self.vectors)
        terms = block.prepared.terms[at]
        scale = float(scales_of([terms], self.vectors)[0])
        near = speaks_of_rarest(block.prepared, slice(at, at + 1), self.vectors)
        told = near[0] if near is not None else None
        return Scored(terms, meaning[0], scale, told, self.levels(item))

    def _places(self, items: Sequence[Item]) -> list[int]:
        keys = [item_key(item) for item in items]
        place = self._place
        fresh = {key: item for key, item in zip(keys, items, strict=True) if key not in place}
        if fresh:
            asked = tuple(fresh.values())
            prepared = _prepared(asked, self.corpus, self.semantics)
            self._words = words = (prepared.expansion.terms @ self.related).tocsr()
            blended = blend(asked, prepared, self.matrix, words, self.vectors, self.least_meaning)
            made = settled(blended.scores)
            self._blocks.append(_Block(len(place), prepared, blended.levels))
            place.update(zip(fresh, range(len(place), len(place) + len(fresh)), strict=True))
            self._rows = sparse.vstack([self._rows, made], format="csr")
        return [place[key] for key in keys]


@lru_cache(maxsize=1)  # a preview asks two offers of one archive for the same items
def _prepared(
    items: tuple[Item, ...], corpus: Corpus, semantics: Semantics | None
) -> ProfileMatrices:
    terms = [terms_of(item, corpus.background, corpus.neighbours) for item in items]
    return prepare(items, terms, corpus, semantics)
