"""Filling in what pages did not print, for papers that no edition has offered yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol

from digest.archive.diff import decide
from digest.archive.ingest import Change
from digest.papers import Paper, PaperRecord, keys_of
from digest.sources.enrichment import Enricher, Service
from digest.sources.fetching import Facts
from digest.sources.http import Fetched, Fetcher

ANSWER = "answer"  # facts: what a service answered


class IncompletePapers(Protocol):
    """Where papers are kept."""

    def unoffered(self) -> Sequence[Paper]:
        """Return the papers that no edition offered yet."""

    def changing(self) -> AbstractContextManager[Change]:
        """Open it for one change, all or nothing."""


@dataclass(frozen=True, slots=True)
class FactCache:
    """Answers, kept as facts; also the fruitless ones, so that nothing is asked twice."""

    facts: Facts
    clock: Callable[[], datetime]

    def answer(self, address: str) -> bytes | None:
        """Return what this address answered, or None."""
        return self.facts.get(_fact(address))

    def keep(self, address: str, body: bytes) -> None:
        """Keep an answer."""
        self.facts.set(_fact(address), body, self.clock())


@dataclass(frozen=True, slots=True)
class Lookups:
    """Looks papers up at one service, so many a round."""

    service: Service
    archive: IncompletePapers
    facts: Facts
    fetcher: Callable[[], Fetcher]
    clock: Callable[[], datetime]
    per_round: int
    base: str = ""  # another address of the service; "": its own

    def run(self) -> int:
        """Look up what has no identifier; return how many papers gained something.

        The network is asked outside any transaction. A service that does not answer ends the
        round: the next one begins where this one stopped.
        """
        enricher, now = self._enricher(self.per_round), self.clock()
        gained = []
        for record in _lacking(self.archive.unoffered()):
            filled = enricher.enrich(record, now=now)
            if filled != record:
                gained.append(filled)
        if gained:
            with self.archive.changing() as change:
                intents = decide(gained, change, change)
                change.carry_out(intents, source=self.service, now=now, archive_only=False)
        return len(gained)

    def find(self, text: str) -> Paper | None:
        """Look up one paper by arXiv id or title and add it to the archive, offered to nobody.

        None where the service knows no such paper, or does not answer.
        """
        now = self.clock()
        record = self._enricher(1).find(text, now=now)
        if record is None:
            return None
        with self.archive.changing() as change:
            intents = decide([record], change, change)
            change.carry_out(intents, source=self.service, now=now, archive_only=True)
        with self.archive.changing() as change:
            return next(iter(change.by_keys(keys_of(record)).values()), None)

    def _enricher(self, most: int) -> Enricher:
        """Return who asks the service `most` times, and no more once it did not answer."""
        asked = 0
        fetcher = self.fetcher()

        def fetch(address: str) -> bytes | None:
            nonlocal asked
            if asked >= most:
                return None
            asked += 1
            found = fetcher.fetch(address)
            if isinstance(found, Fetched):
                return found.body
            asked = most
            return None

        cache = FactCache(self.facts, self.clock)
        return Enricher(self.service, fetch, cache, self.base)


def _lacking(papers: Iterable[Paper]) -> Iterable[PaperRecord]:
    for paper in papers:
        if not (paper.arxiv_id or paper.doi):
            yield _as_record(paper)


def _as_record(paper: Paper) -> PaperRecord:
    shared = {field.name for field in fields(Paper)}
    values = {f.name: getattr(paper, f.name) for f in fields(PaperRecord) if f.name in shared}
    return PaperRecord(**values)


def _fact(address: str) -> str:
    return f"{ANSWER}:{hashlib.sha256(address.encode()).hexdigest()}"
