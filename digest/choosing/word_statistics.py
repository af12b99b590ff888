"""The word statistics of the archive, as they are kept: without all that ranking needs besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from digest.papers import Paper
from digest.ranking.background import Background

if TYPE_CHECKING:
    from digest.choosing.model_change import StatisticsStore

FACT = "background"


class ArchivePapers(Protocol):
    """The archive, read from its first paper to its last."""

    def last(self) -> int:
        """Return the highest number of a paper, 0 without any."""

    def all(self, *, after: int = 0) -> Iterator[Paper]:
        """Yield every paper whose number is above `after`, in order."""

    def newest(self, count: int) -> list[Paper]:
        """Return the papers with the highest numbers, the oldest of them first."""


def read_statistics(
    archive: ArchivePapers, facts: StatisticsStore
) -> tuple[Background, Sequence[Paper]]:
    """Return the word statistics of all papers, and those papers that the store's lack."""
    mark, _, blob = (facts.get(FACT) or b"0 ").partition(b" ")
    try:
        known = Background.from_bytes(blob) if blob else Background.empty()
    except ValueError:  # an older digest wrote it: count anew
        mark, known = b"0", Background.empty()
    fresh = list(archive.all(after=int(mark)))
    return (known.updated(fresh) if fresh else known), fresh


def as_fact(background: Background, last: int) -> bytes:
    """Return word statistics as the store keeps them; `last`: the number of the newest paper."""
    return b"%d %s" % (last, background.to_bytes())
