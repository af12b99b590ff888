"""Many profiles as one sparse matrix over their distinct items, made once and kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.features import Csr

if TYPE_CHECKING:
    from subscribers.profile import Item, Profile

Ints = npt.NDArray[np.integer[Any]]

Asked = TypeVar("Asked")

FEW = 50  # numbers that are looked up quicker than sieved
LEAST_WEIGHT = 0.1  # of an item beside the profile's heaviest


@dataclass(frozen=True, eq=False)
class Audience:
    """Profiles × items. Columns: the wanted items, then the excluded, then what is required."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...]
    required: tuple[tuple[Item, ...], ...]  # of each, one has to stand in a paper
    weights: sparse.csr_matrix  # float64; a veto's weight is 1; a row in its profile's order

    @classmethod
    def of(cls, profiles: Sequence[Profile]) -> Self:
        """Gather the distinct items of some profiles. Equal words are one item, however typed."""
        wanted, excluded, required = _Block(item_key), _Block(item_key), _Block(_clause_key)
        for profile in profiles:
            wanted.add(profile.wanted, relative_weights(profile))
            excluded.add(profile.excluded)
            required.add(profile.musts)
        vetoes = [each.matrix() for each in (excluded, required) if each.items]
        weights = wanted.matrix()
        if vetoes:
            weights = sparse.hstack([weights, *vetoes], format="csr")
        return cls(tuple(wanted.items), tuple(excluded.items), tuple(required.items), weights)

    def __len__(self) -> int:
        return int(self.weights.shape[0])


@dataclass(frozen=True, eq=False)
class Sent:
    """The papers that each reader has had, reader after reader in one array."""

    lengths: npt.NDArray[np.int64]  # papers of each reader
    numbers: npt.NDArray[np.integer[Any]]

    @classmethod
    def of(cls, sent: Sequence[Collection[int]], *, offered: Collection[int]) -> Self:
        """Gather collections of numbers; of long ones only what is on offer."""
        sieve = frozenset(offered)
        few = [had if len(had) <= FEW else sieve.intersection(had) for had in sent]
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


def _clause_key(clause: tuple[Item, ...]) -> object:
    return tuple(map(item_key, clause))


class _Block(Generic[Asked]):
    """One sort of items of many profiles, and which profile holds which: profiles × items."""

    def __init__(self, key_of: Callable[[Asked], object]) -> None:
        self.items: list[Asked] = []
        self._key_of = key_of
        self._known: dict[object, int] = {}
        self._lengths: list[int] = [0]
        self._columns: list[int] = []
        self._weights: list[float] = []

    def add(self, items: Sequence[Asked], weights: Sequence[float] | None = None) -> None:
        """Append one profile's items."""
        for item in items:
            key = self._key_of(item)
            column = self._known.get(key)
            if column is None:
                column = self._known[key] = len(self.items)
                self.items.append(item)
            self._columns.append(column)
        self._lengths.append(len(items))
        self._weights.extend((1.0,) * len(items) if weights is None else weights)

    def matrix(self) -> Csr:
        """Return the weights; a row holds its items in its profile's order."""
        indptr = np.cumsum(self._lengths, dtype=np.int32)
        triple = (np.array(self._weights, float), np.array(self._columns, np.int32), indptr)
        return sparse.csr_matrix(triple, shape=(len(indptr) - 1, len(self.items)))


def relative_weights(profile: Profile) -> tuple[float, ...]:
    """Return the weight of each wanted item as a share of the heaviest, LEAST_WEIGHT or more."""
    weights = [item.weight for item in profile.wanted]
    heaviest = max(weights, default=1.0)
    if not weights or min(weights) == heaviest:
        return (1.0,) * len(weights)
    return tuple([max(weight / heaviest, LEAST_WEIGHT) for weight in weights])
