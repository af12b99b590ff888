"""What a subscriber's likes and dislikes teach: bounded gains and losses beside the keywords.

Likes are a centroid in words and in meaning (Rocchio 1971), and weigh the more the more of them
there are: one paper says little of what its reader is after. Dislikes only take away, from papers
near one of them; what is far from all dislikes gains nothing. Older opinions count less. Nothing is
kept but the opinions themselves, so taking one back undoes it. The bounds keep keywords in charge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

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
LIKES_WORDS = 0.5  # the most that the words of many liked papers give
LIKES_MEANING = 1.0  # and that their meaning gives
LIKES_HALF = 3.0  # likes that give half as much as many do
DISLIKES_MOST = 0.15  # what dislikes take at most: less than a match gives
UNLIKE, ALIKE = 0.2, 0.5  # closeness to a disliked paper: nothing is taken; the most is
COLUMNS = 1 << 18


@dataclass(frozen=True, slots=True)
class Opinion:
    """One paper somebody liked or disliked."""

    paper: Paper
    kind: Literal["like", "dislike", "save"]
    age_days: float = 0.0

    @property
    def weight(self) -> float:
        """How much it counts: 1 for one of today, less with age."""
        fading: float = 0.5 ** (max(self.age_days, 0.0) / HALF_LIFE_DAYS)
        return fading


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


class Gains(NamedTuple):
    """What a taste gives and takes, paper by paper; both 0 or more."""

    liked: npt.NDArray[Any]
    disliked: npt.NDArray[Any]


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
        self._kept: dict[tuple[object, ...], Gains] = {}

    def rows(self, tastes: Sequence[Taste]) -> npt.NDArray[np.float32]:
        """Return what each taste gives each paper, less what it takes: tastes × papers."""
        self._kept = {}  # those ranked before are explained by now
        gains = [self.gains(taste) for taste in tastes]
        return np.stack([each.liked - each.disliked for each in gains]).astype(np.float32)

    def gains(self, taste: Taste) -> Gains:
        """Return what one taste gives and takes, paper by paper; no opinions give nothing.

        Who was ranked is explained next, paper by paper, from the same row.
        """
        key = tuple([(each.paper.id, each.kind, each.age_days) for each in taste])
        kept = self._kept.get(key)
        if kept is None:
            disliked = [each for each in taste if each.kind == "dislike"]
            liked = [each for each in taste if each.kind != "dislike"]
            kept = self._kept[key] = Gains(self._liked(liked), self._disliked(disliked))
        return kept

    def _liked(self, liked: Sequence[Opinion]) -> npt.NDArray[Any]:
        """Return what likes give each paper: 0 or more, more the more likes there are."""
        if not liked:
            return np.zeros(len(self._scorer.papers))
        weights = np.array([opinion.weight for opinion in liked])
        total = float(weights.sum())
        shares = weights / max(total, 1e-9)
        centroid = sparse.csr_matrix(shares) @ self._words(_documents_of(liked))
        length = np.sqrt(np.sum(centroid.data**2)) or 1.0
        # Dense, as turning a sparse row of so many columns round takes ten times as long.
        gained = LIKES_WORDS * (self._papers @ centroid.toarray()[0]) / length
        if (vectors := self._vectors(liked)) is not None:
            gained += LIKES_MEANING * self._meaning(unit((shares @ vectors)[None]))[0]
        return np.asarray(total / (total + LIKES_HALF) * np.maximum(gained, 0))

    def _disliked(self, disliked: Sequence[Opinion]) -> npt.NDArray[Any]:
        """Return what dislikes take from each paper: what the nearest of them takes."""
        if not disliked:
            return np.zeros(len(self._scorer.papers))
        if (vectors := self._vectors(disliked)) is not None:
            near = self._meaning(vectors)
        else:
            near = (self._words(_documents_of(disliked)) @ self._papers.T).toarray()
        share = np.clip((near - UNLIKE) / (ALIKE - UNLIKE), 0, 1)
        weights = np.array([opinion.weight for opinion in disliked])
        return np.asarray(DISLIKES_MOST * (weights[:, None] * share).max(axis=0))

    def _vectors(self, opinions: Sequence[Opinion]) -> Vectors | None:
        semantics = self._scorer.semantics
        if semantics is None or self._scorer.vectors is None:
            return None
        return semantics.vectors([paper_text(opinion.paper) for opinion in opinions])

    def _meaning(self, vectors: Vectors) -> npt.NDArray[Any]:
        """Return how much nearer than usual each paper is to some vectors: vectors × papers."""
        papers, semantics = self._scorer.vectors, self._scorer.semantics
        if papers is None or semantics is None:
            raise ValueError("without a model there is no meaning")
        ordinary = self._scorer.corpus.ordinary(vectors)
        return np.asarray(semantics.scale.of(vectors @ papers.T) - ordinary[:, None])

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


def _documents_of(opinions: Sequence[Opinion]) -> list[Document]:
    return [Document.of(opinion.paper) for opinion in opinions]
