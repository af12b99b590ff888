"""One edition, end to end: dump → parse → diff → rank → compose → deliver. Read this first.

    take_in:      dump ─▶ parse ─▶ diff ─▶ archive
    EditionRun:   open an edition ─▶ plan its deliveries ─▶ claim a shard ─▶ rank, choose ─▶
                  compose ─▶ freeze ─▶ send

Every step leaves its mark in the store before the next begins, so a run that was killed is
continued by the next one, with exactly those who have not had theirs. What is needed of the world
stands in `digest.run_needs`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from digest import run_needs as needs
from digest.archive.dump_results import DumpResult, IncomingDump
from digest.choosing.issue_for import Planned
from digest.choosing.issue_maker import IssueMaker
from digest.editions import Edition, Figures
from digest.schedule.tick import Newcomers, plan_welcomes
from digest.states import Claim
from subscribers.store import Subscriber

# Allocations between two looks for garbage, by generation. What a run makes is mostly kept for the
# next readers or freed at once: looking for cycles in it as often as usual took a fifth of the CPU.
SELDOM = (50_000, 20, 100)
SHARD = 500  # readers that are composed together: one claim, one freeze


def take_in(
    dumps: Iterable[IncomingDump], ingest: needs.Ingests, knowledge: needs.Learns, now: datetime
) -> Iterator[DumpResult]:
    """Bring dumps into the archive (parse, diff), then let ranking learn from the new papers."""
    new = 0
    for dump in dumps:
        result = ingest.read(dump, now)
        new += result.new
        yield result
    if new:
        knowledge.refresh(now, new=new)


@dataclass(frozen=True)
class EditionRun:
    """Everything that one run needs."""

    editions: needs.Editions
    deliveries: needs.Deliveries
    newcomers: Newcomers
    readers: needs.Readers
    issues: IssueMaker
    knowledge: needs.Learns
    clock: Callable[[], datetime]
    plan: needs.Plan
    progress: Callable[[int], None] = field(default=lambda count: None)
    # Other processes that send the same edition, for as long as this one does.
    beside: Callable[[Edition], AbstractContextManager[object]] = field(
        default=lambda edition: nullcontext()
    )

    def run(self, label: date, engine: Callable[[], needs.Engine]) -> tuple[Figures, str | None]:
        """Make and send the edition of a label: one pass; return its figures, and any trouble."""
        now, plan, trouble = self.clock(), self.plan, None
        edition = self.editions.open(
            label, now=now, expiry=plan.expiry, approve=plan.approve, extra=plan.extra
        )
        if edition is None:
            return Figures(None, label), None
        if edition.may_be_sent(now):
            plan_welcomes(edition.number, now, self.editions, self.newcomers, plan.only_to)
            self.deliveries.plan(edition.number, now, email_keys=plan.only_to)
            with self.beside(edition):
                trouble = self.send(edition, engine())
        return Figures.of(edition, self.deliveries.accounting(edition.number)), trouble

    def send(self, edition: Edition, engine: needs.Engine) -> str | None:
        """Send what may be sent of an edition now; return why when the way out is blocked."""
        thresholds = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        try:
            return engine.send(self._mails(edition, engine))
        finally:
            gc.set_threshold(*thresholds)
            self.deliveries.release(engine.owner, self.clock())
            engine.close()

    def _mails(self, edition: Edition, engine: needs.Engine) -> Iterator[Any]:
        """Yield mails, a shard at a time, so that memory stays flat however many there are."""
        number, only_to = edition.number, self.plan.only_to
        claim = partial(self.deliveries.claim, number, engine.owner, SHARD, email_keys=only_to)
        while claims := claim(now=self.clock()):
            readers = self.readers.by_ids([claim.subscriber for claim in claims])
            fresh = [c for c in claims if not c.frozen and c.subscriber in readers]
            composed = self._composed(edition, fresh, readers, engine)
            done = [claim for claim in claims if claim.frozen or claim.delivery in composed]
            self.progress(len(claims) - len(done))
            addresses = {number: reader.email for number, reader in readers.items()}
            for mail in engine.ready(done, composed, addresses):
                yield mail
                self.progress(1)

    def _composed(
        self,
        edition: Edition,
        claims: Sequence[Claim],
        readers: Mapping[int, Subscriber],
        engine: needs.Engine,
    ) -> dict[int, Any]:
        """Rank, choose, compose and freeze the issues of a shard; return them by delivery."""
        now = renewed = self.clock()
        wanted = [(readers[claim.subscriber], Planned.of(claim)) for claim in claims]
        issues, empty = [], []
        for claim, made in zip(claims, self.issues.make(edition, wanted, now), strict=True):
            if made.issue is None:
                empty.append(claim)
            else:
                issues.append((claim, made.issue))
            if self.clock() - renewed > self.plan.lease / 3:
                renewed = self.clock()
                self.deliveries.renew(engine.owner, renewed)
        self.knowledge.keep()
        self.issues.composer.check(edition, [issue for _, issue in issues])
        self.deliveries.nothing_to_send(engine.owner, empty, now)
        frozen = engine.freeze([issue for _, issue in issues], now)
        pairs = [(claim, row) for (claim, _), row in zip(issues, frozen, strict=True)]
        kept = self.deliveries.freeze(engine.owner, pairs)
        return {claim.delivery: row for claim, row in pairs if claim.delivery in kept}
