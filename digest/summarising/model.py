"""The weights that choose a sentence and its front; `scripts/train_summaries.py` makes them.

Learned from SciTLDR's train split (Cachola et al., 2020: TLDR: Extreme Summarization of Scientific
Documents; Apache-2.0) by ridge regression on how much of the writers' summary a sentence holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from digest.summarising.features import MARKS, Features
from digest.summarising.sentence_fronts import front_features, fronts

WEIGHTS = Path(__file__).parent / "data" / "weights.json"
UNIT = 100_000


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """Two linear models; what has no weight counts nothing.

    Weights are whole numbers, `UNIT` of them an F1 of 1: their sums do not depend on the order.
    """

    words: Mapping[str, int]
    marks: Sequence[int]  # in the order of `MARKS`
    fronts: Mapping[str, int]

    def scores(self, features: Iterable[Features]) -> list[int]:
        """Return how well each sentence says what its paper does: a gain in ROUGE, in `UNIT`s."""
        weighed, weight, mark = self.words.keys(), self.words.__getitem__, self.marks.__getitem__
        return [
            sum(map(weight, weighed & words)) + sum(map(mark, marks)) for words, marks in features
        ]

    def front(self, sentence: str, empty: Sequence[int]) -> int:
        """Return how many characters to leave out of a sentence's front; 0: none.

        What says nothing (its `empty_fronts`) is always left out; more, where the summaries'
        writers would.
        """
        best, gain = empty[-1] if empty else 0, 0
        weights = self.fronts
        for at in fronts(sentence, empty)[len(empty) :]:
            worth = sum([weights[f] for f in front_features(sentence, at) if f in weights])
            if worth > gain and at > best:
                best, gain = at, worth
        return best


@lru_cache(maxsize=1)
def shipped_model() -> SentenceModel:
    """Return the model that comes with digest."""
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    weights = data["sentences"]
    marks = [weights.pop(name, 0) for name in MARKS]
    return SentenceModel(weights, marks, data["fronts"])
