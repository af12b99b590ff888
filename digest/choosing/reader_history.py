"""What readers have had, and what they said of it: papers merged meanwhile under one number."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.papers import Paper
from digest.ranking.taste import Opinion, Taste, taste_of

LIBRARY_TAUGHT = 300  # papers of a library that teach a taste: the newest; more say the same


class SentPapers(Protocol):
    """The ledger."""

    def sent_to(self, readers: Sequence[int], now: datetime) -> Mapping[int, bytes]:
        """Return each reader's papers, packed uint32."""

    def last_sent(
        self, readers: Sequence[int], since: int, now: datetime
    ) -> Mapping[int, Sequence[tuple[int, bytes]]]:
        """Return (edition, papers) of each reader's issues from `since` on, the older first."""

    def last_turns(self, readers: Sequence[int], now: datetime) -> Mapping[int, int]:
        """Return which form of a subject each reader's last issue had."""


class Opinions(Protocol):
    """Where it stands what readers said of papers."""

    def opinions(self, readers: Sequence[int]) -> Mapping[int, Sequence[tuple[int, str, datetime]]]:
        """Return each reader's opinions: paper, more or less, when."""


class KnownPapers(Protocol):
    """The archive, asked for single papers."""

    def get(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return papers by number; a merged one answers with its survivor."""

    def aliases(self) -> dict[int, int]:
        """Return each merged paper's number with its survivor's."""


class Libraries(Protocol):
    """Papers that readers uploaded as their own."""

    def papers(self, readers: Sequence[int]) -> Mapping[int, Sequence[tuple[Paper, datetime]]]:
        """Return readers' papers and when they came, the newest first; who has none is absent."""

    def known(self, readers: Sequence[int]) -> Mapping[int, Collection[int]]:
        """Return the archive's papers that are in readers' libraries."""


@dataclass(frozen=True, slots=True)
class ReaderHistory:
    """Asked by a run for a shard of readers at once, by a preview for one."""

    ledger: SentPapers
    readers: Opinions
    archive: KnownPapers
    libraries: Libraries

    def sent_to(self, readers: Sequence[int], now: datetime) -> dict[int, frozenset[int]]:
        """Return the papers that readers have had, or named as theirs; who had none is absent.

        What they gave an opinion of they know: it came by mail, or they brought it along.
        """
        aliases = self.archive.aliases()
        packed = self.ledger.sent_to(readers, now)
        known = {reader: _survivors(blob, aliases) for reader, blob in packed.items()}
        for reader, given in self.readers.opinions(readers).items():
            theirs = frozenset(aliases.get(paper, paper) for paper, _, _ in given)
            known[reader] = known.get(reader, frozenset()) | theirs
        for reader, numbers in self.libraries.known(readers).items():
            theirs = frozenset(aliases.get(paper, paper) for paper in numbers)
            known[reader] = known.get(reader, frozenset()) | theirs
        return known

    def last_sent(
        self, readers: Sequence[int], since: int, now: datetime
    ) -> dict[int, dict[int, int]]:
        """Return what readers got by the editions from `since` on: paper → the last of them."""
        aliases = self.archive.aliases()
        issues = self.ledger.last_sent(readers, since, now)
        return {
            reader: {aliases.get(n, n): edition for edition, blob in got for n in array("I", blob)}
            for reader, got in issues.items()
        }

    def last_turns(self, readers: Sequence[int], now: datetime) -> Mapping[int, int]:
        """Return which of its two forms the subject of each reader's last issue had, 0 or 1."""
        return self.ledger.last_turns(readers, now)

    def tastes(self, readers: Sequence[int], now: datetime) -> dict[int, Taste]:
        """Return what readers' feedback and libraries teach; who gave none is absent."""
        given = self.readers.opinions(readers)
        papers = self.archive.get([each[0] for opinions in given.values() for each in opinions])
        tastes = {reader: taste_of(opinions, papers, now) for reader, opinions in given.items()}
        for reader, library in self.libraries.papers(readers).items():
            liked = (Opinion(p, "like", (now - at).days) for p, at in library[:LIBRARY_TAUGHT])
            tastes[reader] = (*tastes.get(reader, ()), *liked)
        return tastes


def _survivors(packed: bytes, aliases: Mapping[int, int]) -> frozenset[int]:
    """Unpack paper numbers; the few that were merged into another are that one's."""
    numbers = frozenset(array("I", packed))
    merged = aliases.keys() & numbers
    return numbers.difference(merged).union(aliases[n] for n in merged) if merged else numbers
