"""Many profiles as one sparse matrix over their distinct items, made once and kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.features import Csr

if TYPE_CHECKING:
    from subscribers.profile import Item, Profile

Ints = npt.NDArray[np.intp]

LEAST_WEIGHT = 0.1  # of an item beside the profile's heaviest: it must stay above the floor


@dataclass(frozen=True, eq=False)
class Audience:
    """Profiles × items. Columns: the wanted items, then the excluded, then the required ones."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...]
    required: tuple[Item, ...]
    weights: sparse.csr_matrix  # float64; a veto's weight is 1; a row in its profile's order

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
                np.array([v for row in values for v in row], dtype=np.float64),
                np.array([c for row in columns for c in row], dtype=np.int32),
                indptr,
            ),
            shape=(len(rows), b + len(required.items)),
        )
        return cls(tuple(wanted.items), tuple(excluded.items), tuple(required.items), weights)

    def __len__(self) -> int:
        return int(self.weights.shape[0])


@dataclass(frozen=True, eq=False)
class Sent:
    """The papers that each reader has had, reader after reader in one array."""

    lengths: npt.NDArray[np.int64]  # papers of each reader
    numbers: npt.NDArray[np.int64]

    @classmethod
    def of(cls, sent: Sequence[Collection[int]], *, among: Collection[int]) -> Self:
        """Gather what counts of some sets of numbers: those among the papers on offer."""
        offered = frozenset(among)
        here = [offered.intersection(had) if had else () for had in sent]
        lengths = np.fromiter(map(len, here), np.int64, len(here))
        return cls(lengths, np.fromiter(chain.from_iterable(here), np.int64, int(lengths.sum())))

    @classmethod
    def unpacked(cls, sent: Sequence[bytes]) -> Self:
        """Read packed numbers as the ledger keeps them: little-endian uint32, one blob a reader."""
        lengths = np.fromiter(map(len, sent), np.int64, len(sent)) // 4
        return cls(lengths, np.frombuffer(b"".join(sent), "<u4").astype(np.int64))

    def __len__(self) -> int:
        return len(self.lengths)

    def among(self, offered: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return (reader, place in `offered`) of each paper that is on offer, reader by reader."""
        order = np.argsort(offered)
        known = offered[order]
        near = np.flatnonzero((self.numbers >= known[0]) & (self.numbers <= known[-1]))
        found = np.searchsorted(known, self.numbers[near])
        here = known[found] == self.numbers[near]
        rows = np.repeat(np.arange(len(self)), self.lengths)
        return rows[near[here]], order[found[here]]


def appended(matrix: Csr, counts: Ints, columns: Ints, width: int) -> Csr:
    """Return a matrix with `width` columns more, and in each row some ones there.

    `counts` says how many a row gets, `columns` where, row after row.
    """
    before = np.cumsum(counts)
    old = np.arange(len(matrix.indices)) + np.repeat(before, np.diff(matrix.indptr))
    new = np.arange(len(columns)) + np.repeat(matrix.indptr[:-1], counts)
    indices = np.empty(len(old) + len(new), np.int32)
    data = np.ones(len(indices))
    indices[old], indices[new] = matrix.indices, columns
    data[old] = matrix.data
    indptr = matrix.indptr + np.concatenate([[0], before]).astype(np.int32)
    shape = (matrix.shape[0], matrix.shape[1] + width)
    return sparse.csr_matrix((data, indices, indptr), shape=shape)


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
    weights = [item.weight for item in profile.wanted]
    heaviest = max(weights, default=1.0)
    if not weights or min(weights) == heaviest:
        return (1.0,) * len(weights)
    return tuple([max(weight / heaviest, LEAST_WEIGHT) for weight in weights])
