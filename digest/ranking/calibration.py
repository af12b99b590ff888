"""What a sentence model's cosines mean, measured on pairs of texts that are shipped for it.

`data/pairs.tsv` holds keywords, each with a text that it should find. Each keyword with its own
text is a related pair, with all others' texts unrelated ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from digest.errors import ModelError
from digest.ranking.cosine_scale import CosineScale, scale_between

if TYPE_CHECKING:
    from digest.ranking.semantics import Semantics

# The medians of unrelated and of related pairs by all-MiniLM-L6-v2 (int8), whose cosines all
# thresholds are.
COMMON = (0.067, 0.429)
LEAST_APART = 0.9  # a model that ranks fewer related pairs above unrelated ones is set up wrongly


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one model sees the shipped pairs."""

    unrelated: float  # median cosine
    related: float
    apart: float  # how often a related pair is nearer than an unrelated one of the same keyword

    @property
    def scale(self) -> CosineScale:
        """How the model's cosines become the common ones.

        Raises ModelError when the model does not tell what belongs together.
        """
        if self.apart < LEAST_APART or self.related <= self.unrelated:
            raise ModelError(
                f"of a hundred related pairs the model puts {100 * self.apart:.0f} above unrelated"
                f" ones, and {100 * LEAST_APART:.0f} are needed: is it a sentence model for"
                " English, and are pooling and prefixes what its makers say?"
            )
        return scale_between((self.unrelated, self.related), COMMON)


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Return the shipped keywords, each with a text that it should find."""
    text = resources.files("digest.ranking").joinpath("data/pairs.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple((keyword, about) for keyword, about in rows)


def calibrate(semantics: Semantics) -> Calibration:
    """Measure a model on the shipped pairs: about 200 short texts, 4 s with all-MiniLM-L6-v2."""
    keywords = semantics.keyword_vectors([keyword for keyword, _ in pairs()])
    texts = semantics.vectors([text for _, text in pairs()])
    cosine = keywords @ texts.T
    own = np.eye(len(cosine), dtype=bool)
    related, others = cosine[own], cosine[~own].reshape(len(cosine), -1)
    return Calibration(
        unrelated=float(np.median(others)),
        related=float(np.median(related)),
        apart=float((related[:, None] > others).mean()),
    )
