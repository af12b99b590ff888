"""One scale for the cosines of all sentence models, so that thresholds mean the same with each.

Models spread their cosines differently: to one, texts on different subjects are at 0, to another at
.7. What is measured on the same pairs of texts (`calibration`) tells how one model's cosines become
another's: a straight line through two points, the medians of related and of unrelated pairs. All
thresholds of ranking are cosines of all-MiniLM-L6-v2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class CosineScale:
    """How a model's cosines become those that thresholds are written in."""

    factor: float = 1.0
    offset: float = 0.0

    def of(self, cosine: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return cosines on the common scale; the same array where nothing changes."""
        if self == ITSELF:
            return cosine
        return np.asarray(self.factor * cosine + self.offset, dtype=cosine.dtype)


ITSELF = CosineScale()


def scale_between(own: tuple[float, float], common: tuple[float, float]) -> CosineScale:
    """Return the line on which a model's own (unrelated, related) cosines become the common ones.

    Raises ValueError when related texts are no nearer to it than unrelated ones.
    """
    (low, high), (common_low, common_high) = own, common
    if high <= low:
        raise ValueError("related texts are no nearer than unrelated ones")
    factor = (common_high - common_low) / (high - low)
    return CosineScale(factor, common_low - factor * low)
