"""Many profiles as one sparse matrix over their distinct items, made once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from subscribers.profile import Item, Profile

LEAST_WEIGHT = 0.1  # of an item beside the profile's heaviest: it must stay above the floor


@dataclass(frozen=True, eq=False)
class Audience:
    """Profiles × items. Columns: the wanted items, then the excluded, then the required ones."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...]
    required: tuple[Item, ...]
    weights: sparse.csr_matrix  # float32; a veto's weight is 1

    @classmethod
    def of(cls, profiles: Sequence[Profile]) -> Self:
        """Gather the distinct items of some profiles. Equal words are one item, however typed."""
        wanted, excluded, required = _Column(), _Column(), _Column()
        rows: list[tuple[list[int], list[float], list[int], list[int]]] = []
        for profile in profiles:
            rows.append(
                (
                    [wanted.of(item) for item in profile.wanted],
                    list(relative_weights(profile)),
                    [excluded.of(item) for item in profile.excluded],
                    [required.of(item) for item in profile.wanted if item.required],
                )
            )
        a, b = len(wanted.items), len(wanted.items) + len(excluded.items)
        columns = [[*w, *(a + e for e in ex), *(b + r for r in rq)] for w, _, ex, rq in rows]
        values = [[*weights, *[1.0] * (len(ex) + len(rq))] for _, weights, ex, rq in rows]
        indptr = np.cumsum([0, *map(len, columns)])
        weights = sparse.csr_matrix(
            (
                np.array([v for row in values for v in row], dtype=np.float32),
                np.array([c for row in columns for c in row], dtype=np.int32),
                indptr,
            ),
            shape=(len(rows), b + len(required.items)),
        )
        weights.sum_duplicates()
        return cls(tuple(wanted.items), tuple(excluded.items), tuple(required.items), weights)

    def __len__(self) -> int:
        return int(self.weights.shape[0])


def item_key(item: Item) -> object:
    """Return what makes two items the same to ranking, however they were typed."""
    return (item.words, item.phrase, item.scope)


class _Column:
    def __init__(self) -> None:
        self.items: list[Item] = []
        self._known: dict[object, int] = {}

    def of(self, item: Item) -> int:
        key = item_key(item)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.items)
            self.items.append(item)
        return found


def relative_weights(profile: Profile) -> tuple[float, ...]:
    """Return the weight of each wanted item as a share of the heaviest, LEAST_WEIGHT or more."""
    heaviest = max((item.weight for item in profile.wanted), default=1.0)
    return tuple(max(item.weight / heaviest, LEAST_WEIGHT) for item in profile.wanted)
