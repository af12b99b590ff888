"""The weights that choose a sentence and its front; `scripts/train_summaries.py` makes them.

Learned from SciTLDR's train split (Cachola et al., 2020: TLDR: Extreme Summarization of Scientific
Documents; Apache-2.0) by ridge regression on how much of the writers' summary a sentence holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from pathlib import Path

from digest.summarising.fronts import empty_fronts, front_features, fronts

WEIGHTS = Path(__file__).parent / "data" / "weights.json"
UNIT = 100_000


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """Two linear models over named features; what has no weight counts nothing.

    Weights are whole numbers, `UNIT` of them an F1 of 1: their sums do not depend on the order.
    """

    sentences: Mapping[str, int]
    fronts: Mapping[str, int]

    def scores(self, features: Iterable[Set[str]]) -> list[int]:
        """Return how well each sentence says what its paper does: a gain in ROUGE, in `UNIT`s."""
        weight, zeros = self.sentences.get, repeat(0)
        return [sum(map(weight, each, zeros)) for each in features]

    def front(self, sentence: str) -> int:
        """Return how many characters to leave out of a sentence's front; 0: none.

        What says nothing is always left out; more, where the summaries' writers would.
        """
        empty = empty_fronts(sentence)
        best, gain = max(empty, default=0), 0
        weights = self.fronts
        for at in fronts(sentence, empty):
            worth = sum([weights[f] for f in front_features(sentence, at) if f in weights])
            if worth > gain and at > best:
                best, gain = at, worth
        return best


@lru_cache(maxsize=1)
def shipped_model() -> SentenceModel:
    """Return the model that comes with digest."""
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return SentenceModel(data["sentences"], data["fronts"])
