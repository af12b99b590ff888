"""What editions offer: their new papers, and older ones of which they bring a newer version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from digest.papers import Paper

_ALL = 2**31 - 1  # above every edition


class OfferedPapers(Protocol):
    """The archive, asked what its editions hold."""

    def offered(self, *, after: int, upto: int) -> list[Paper]:
        """Return the papers of the editions (after, upto]."""

    def unoffered(self) -> list[Paper]:
        """Return the papers that the next edition will offer."""

    def revised(self, *, after: int, upto: int | None) -> list[Paper]:
        """Return older papers of which they, or with None also the next, bring a newer version."""


@dataclass(frozen=True, slots=True)
class Offering:
    """Gathers what the issues of an edition choose from."""

    archive: OfferedPapers
    show_updated: bool  # papers with a newer version are shown again

    def of(self, since: int, upto: int) -> Sequence[Paper]:
        """Return what the editions (since, upto] offer; papers that are shown again come last."""
        new = self.archive.offered(after=since, upto=upto)
        return [*new, *self._again(since, upto)]

    def with_next(self, since: int) -> Sequence[Paper]:
        """Return what the editions after `since` offer, the one that a run would open among them.

        In the order in which `of` will return it then.
        """
        new = self.archive.unoffered() + self.archive.offered(after=since, upto=_ALL)
        return [*new, *self._again(since, None)]

    def _again(self, since: int, upto: int | None) -> Sequence[Paper]:
        return self.archive.revised(after=since, upto=upto) if self.show_updated else ()
