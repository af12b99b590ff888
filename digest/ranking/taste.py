"""What a subscriber's likes and dislikes teach: two centroids that move the score, bounded.

Rocchio's feedback (1971): the mean of the liked papers minus a part of the mean of the disliked
ones, in words and in meaning; older opinions count less. Nothing is kept but the opinions
themselves, so taking one back undoes it. The gain is at most LIKES: keywords stay in charge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.features import Csr, Document
from digest.ranking.semantics import Vectors, paper_text, unit
from digest.ranking.text import is_content

if TYPE_CHECKING:
    from datetime import datetime

    from digest.papers import Paper
    from digest.ranking.background import Background
    from digest.ranking.scorer import Scorer

HALF_LIFE_DAYS = 180.0  # an opinion this old counts half
DISLIKE = 0.4  # a dislike beside a like
LIKES_WORDS = 0.5  # the most that the words of liked papers give
LIKES_MEANING = 1.0  # and that their meaning gives
COLUMNS = 1 << 18


@dataclass(frozen=True, slots=True)
class Opinion:
    """One paper somebody liked or disliked."""

    paper: Paper
    kind: Literal["like", "dislike", "save"]
    age_days: float = 0.0

    @property
    def weight(self) -> float:
        """How much it counts: 1 for a like of today, less with age, negative for a dislike."""
        fading: float = 0.5 ** (max(self.age_days, 0.0) / HALF_LIFE_DAYS)
        return fading * (-DISLIKE if self.kind == "dislike" else 1.0)


Taste = tuple[Opinion, ...]


def taste_of(
    opinions: Sequence[tuple[int, str, datetime]], papers: Mapping[int, Paper], now: datetime
) -> Taste:
    """Return what a reader's opinions teach; papers that are gone teach nothing.

    opinions: of each the paper's number, more or less, and when.
    """
    return tuple(
        Opinion(papers[number], "like" if kind == "more" else "dislike", (now - at).days)
        for number, kind, at in opinions
        if number in papers
    )


class TasteSpace:
    """The day's papers as unit vectors of their words and their meaning, for tastes."""

    def __init__(self, scorer: Scorer) -> None:
        # Half a second and 80 MB to import, which only readers with feedback are worth.
        from sklearn.feature_extraction import FeatureHasher  # noqa: PLC0415 - see above
        from sklearn.preprocessing import normalize  # noqa: PLC0415

        self._normalize = normalize
        self._scorer = scorer
        self._background: Background = scorer.corpus.background
        self._hasher = FeatureHasher(COLUMNS, input_type="pair", alternate_sign=False)
        self._papers = self._words(scorer.matrix.documents)
        self._kept: dict[tuple[object, ...], npt.NDArray[Any]] = {}

    def rows(self, tastes: Sequence[Taste]) -> npt.NDArray[np.float32]:
        """Return what each taste gives each paper: tastes × papers, between ∓1 or so."""
        self._kept = {}  # those ranked before are explained by now
        return np.stack([self.row(taste) for taste in tastes]).astype(np.float32)

    def row(self, taste: Taste) -> npt.NDArray[Any]:
        """Return what one taste gives each paper; no opinions give nothing.

        Who was ranked is explained next, paper by paper, from the same row.
        """
        key = tuple([(each.paper.id, each.kind, each.age_days) for each in taste])
        kept = self._kept.get(key)
        if kept is None:
            words, meaning = self.parts(taste)
            kept = self._kept[key] = np.asarray(words + meaning)
        return kept

    def parts(self, taste: Taste) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return the gain by words and by meaning, paper by paper."""
        nothing: npt.NDArray[Any] = np.zeros(len(self._scorer.papers))
        if not taste:
            return nothing, nothing
        signs = np.array([opinion.weight for opinion in taste])
        shares = signs / max(np.abs(signs).sum(), 1.0)
        documents = [Document.of(opinion.paper) for opinion in taste]
        liked = self._words(documents)
        centroid = sparse.csr_matrix(shares) @ liked
        length = np.sqrt(np.sum(centroid.data**2)) or 1.0
        bound = min(1.0, float(np.abs(shares).sum()))
        # Dense, as turning a sparse row of so many columns round takes ten times as long.
        words = LIKES_WORDS * bound * (self._papers @ centroid.toarray()[0]) / length
        return words, LIKES_MEANING * bound * self._meaning(taste, shares)

    def _meaning(self, taste: Taste, shares: npt.NDArray[Any]) -> npt.NDArray[Any]:
        semantics, papers = self._scorer.semantics, self._scorer.vectors
        if semantics is None or papers is None:
            return np.zeros(len(self._scorer.papers))
        vectors = semantics.vectors([paper_text(opinion.paper) for opinion in taste])
        centroid: Vectors = unit((shares[:, None] * vectors).sum(axis=0)[None])
        return np.asarray((papers @ centroid[0]) - self._scorer.corpus.ordinary(centroid)[0])

    def _words(self, documents: Sequence[Document]) -> Csr:
        """Return papers × hashed stems, tf·idf, rows of length 1: the same on every day."""
        weighed = [
            [
                (stem, (1 + math.log(count)) * self._background.idf(stem))
                for stem, count in document.stem_counts().items()
                if is_content(stem)
            ]
            for document in documents
        ]
        return self._normalize(self._hasher.transform(weighed))
