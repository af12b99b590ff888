"""From readers to their issues: what they had, what is offered, the picks, the mail's words.

A run asks for a shard at a time, a preview for one reader. Both get the same issues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from digest.choosing.editor import NOTHING_SENT, Editor, IssueFor
from digest.choosing.issue_for import Planned
from digest.choosing.reader_history import ReaderHistory
from digest.editions import Edition
from digest.mail import Issue
from digest.papers import Paper
from digest.ranking.interface import Pick
from subscribers.store import Subscriber


class Composer(Protocol):
    """Makes an issue of picks."""

    def compose(
        self,
        edition: Edition,
        reader: Subscriber,
        picks: Sequence[Pick],
        papers: Mapping[int, Paper],
        now: datetime,
        *,
        first: bool,
        turn: int,
    ) -> Issue:
        """Return one reader's issue; `first`: it bids them welcome; `turn`: its subject's form."""

    def quiet(self, edition: Edition, reader: Subscriber, now: datetime) -> Issue | None:
        """Return the note of a day without papers, or None: nothing is sent."""

    def check(self, edition: Edition, issues: Sequence[Issue]) -> None:
        """Raise DeliveryError when these must not be sent."""


class MadeIssue(NamedTuple):
    """What came of a planned issue."""

    issue: Issue | None  # None: there is no paper for this reader, and nothing is sent
    picks: tuple[Pick, ...]
    papers: Mapping[int, Paper]  # the picked ones are among them


@dataclass(frozen=True, slots=True)
class IssueMaker:
    """Ranks, chooses and composes."""

    history: ReaderHistory
    editor: Editor
    composer: Composer

    def make(
        self, edition: Edition, wanted: Sequence[tuple[Subscriber, Planned]], now: datetime
    ) -> Iterator[MadeIssue]:
        """Yield an issue for each of these readers, in order; composed when it is asked for."""
        readers = [reader.id for reader, _ in wanted]
        sent, tastes = self.history.sent_to(readers, now), self.history.tastes(readers, now)
        for reader, planned in wanted:
            if planned.sent_before:
                sent[reader.id] = sent.get(reader.id, NOTHING_SENT) | planned.sent_before
        turns = self.history.last_turns(readers, now)
        dues = [
            IssueFor(
                reader,
                planned.since,
                sent.get(reader.id, NOTHING_SENT),
                tastes.get(reader.id, ()),
            )
            for reader, planned in wanted
        ]
        chosen = self.editor.choose(dues, edition.number)
        for (reader, planned), (offer, picks) in zip(wanted, chosen, strict=True):
            if picks:
                before = planned.turn_before
                if before is None:
                    before = turns.get(reader.id, edition.number - 1)
                issue: Issue | None = self.composer.compose(
                    edition, reader, picks, offer.papers, now, first=planned.first, turn=before + 1
                )
            else:
                issue = self.composer.quiet(edition, reader, now)
            yield MadeIssue(issue, picks, offer.papers)
