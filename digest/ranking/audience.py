"""Many profiles as one sparse matrix over their distinct items, made once and kept."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.features import Csr

if TYPE_CHECKING:
    from subscribers.profile import Item, Profile

Ints = npt.NDArray[np.integer[Any]]

FEW = 50  # numbers that are looked up quicker than sieved
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
    numbers: npt.NDArray[np.integer[Any]]

    @classmethod
    def of(cls, sent: Sequence[Collection[int]], *, offered: Container[int]) -> Self:
        """Gather collections of numbers; of long ones only what is on offer."""
        few = [had if len(had) <= FEW else [n for n in had if n in offered] for had in sent]
        lengths = np.fromiter(map(len, few), np.int64, len(few))
        return cls(lengths, np.fromiter(chain.from_iterable(few), np.int64, int(lengths.sum())))

    @classmethod
    def unpacked(cls, sent: Sequence[bytes]) -> Self:
        """Read packed numbers as the ledger keeps them: little-endian uint32, one blob a reader."""
        lengths = np.fromiter(map(len, sent), np.int64, len(sent)) // 4
        return cls(lengths, np.frombuffer(b"".join(sent), "<u4"))

    def among(self, places: Places) -> tuple[Ints, Ints]:
        """Return (reader, place) of each paper that has a place, reader by reader."""
        at, found = places.of(self.numbers)
        readers = np.arange(len(self.lengths), dtype=np.int32)
        return np.repeat(readers, self.lengths)[at], found


class Places:
    """Paper number → place, for many at once: a table by as many low bits as tell them apart."""

    def __init__(self, numbers: npt.NDArray[np.int64]) -> None:
        self._least, self._most = min(numbers.tolist(), default=0), max(numbers, default=0)
        distinct, self._mask = len(np.unique(numbers)), 1023
        while len(np.unique(numbers & self._mask)) < distinct:
            self._mask = 2 * self._mask + 1
        self._number = np.full(self._mask + 1, -1, np.int64)
        self._number[numbers & self._mask] = numbers
        self._place = np.zeros(self._mask + 1, np.int32)
        self._place[numbers & self._mask] = np.arange(len(numbers))

    def of(self, numbers: npt.NDArray[np.integer[Any]]) -> tuple[Ints, Ints]:
        """Return which of these numbers have a place, and the places of those."""
        near = np.flatnonzero((numbers >= self._least) & (numbers <= self._most))  # few are
        numbers = numbers[near]
        slots = numbers & self._mask
        here = np.flatnonzero(self._number[slots] == numbers)
        return near[here], self._place[slots[here]]


def with_own_columns(weights: Csr, rows: Ints) -> Csr:
    """Return weights with a column more for each of some rows, in ascending order: a 1 of its own.

    It comes first in its row, so that what it touches is looked at last (see `topn.settled`).
    """
    more = np.zeros(weights.shape[0] + 1, np.int32)
    more[rows + 1] = 1
    new = weights.indptr[rows] + np.arange(len(rows))
    old = np.ones(len(weights.data) + len(rows), dtype=bool)
    old[new] = False
    data, columns = np.ones(len(old)), np.empty(len(old), np.int32)
    data[old], columns[old] = weights.data, weights.indices
    columns[new] = np.arange(weights.shape[1], weights.shape[1] + len(rows))
    indptr = weights.indptr + np.cumsum(more, dtype=np.int32)
    shape = (weights.shape[0], weights.shape[1] + len(rows))
    return sparse.csr_matrix((data, columns, indptr), shape=shape)


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
