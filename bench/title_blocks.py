"""The blocks of a million titles in memory, as the store's table answers for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from digest.archive.title_blocks import CROWDED


class TitleBlocks:
    """The blocks of many titles in memory: 16 bytes a block, sorted, with a small unsorted rest.

    The store keeps the same pairs in an indexed table.
    """

    def __init__(self, hashes: Sequence[int] = (), papers: Sequence[int] = ()) -> None:
        """File many at once: block `hashes[i]` holds paper `papers[i]`."""
        unsorted = np.asarray(hashes, np.int64)
        order = np.argsort(unsorted, kind="stable")
        self._hashes: npt.NDArray[np.int64] = unsorted[order]
        self._papers: npt.NDArray[np.int64] = np.asarray(papers, np.int64)[order]
        self._recent: dict[int, list[int]] = {}
        self._recent_pairs = 0

    def add(self, paper: int, hashes: Iterable[int]) -> None:
        """File a paper under its blocks."""
        for block in hashes:
            self._recent.setdefault(block, []).append(paper)
            self._recent_pairs += 1
        if self._recent_pairs > 100_000 + len(self._hashes) // 4:
            self._sort_in()

    def candidates(self, hashes: Sequence[int]) -> dict[int, int]:
        """Return the papers in any of the blocks, with how many of the blocks they share."""
        starts = np.searchsorted(self._hashes, hashes, "left")
        ends = np.searchsorted(self._hashes, hashes, "right")
        found: dict[int, int] = {}
        for block, start, end in zip(hashes, starts.tolist(), ends.tolist(), strict=True):
            recent = self._recent.get(block, ())
            if end - start + len(recent) > CROWDED:
                continue
            filed = self._papers[start:end].tolist() if end > start else ()
            for paper in (*filed, *recent):
                found[paper] = found.get(paper, 0) + 1
        return found

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield each block with a paper in it, in the order of the blocks."""
        self._sort_in()
        for start in range(0, len(self._hashes), 1 << 16):
            part = slice(start, start + (1 << 16))
            yield from zip(self._hashes[part].tolist(), self._papers[part].tolist(), strict=True)

    def _sort_in(self) -> None:
        recent = _pairs(self._recent, self._recent_pairs)
        hashes = np.concatenate([self._hashes, recent[0]])
        papers = np.concatenate([self._papers, recent[1]])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._papers = hashes[order], papers[order]
        self._recent, self._recent_pairs = {}, 0


def _pairs(
    blocks: Mapping[int, Sequence[int]], count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    hashes = np.fromiter((block for block, found in blocks.items() for _ in found), np.int64, count)
    papers = np.fromiter((paper for found in blocks.values() for paper in found), np.int64, count)
    return hashes, papers
