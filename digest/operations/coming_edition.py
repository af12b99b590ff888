"""The edition that a run of a label would send, asked without running it; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from digest.app.application import App
from digest.choosing.issue_for import Decision, Nothing, issue_for, why_over, why_waiting
from digest.choosing.issue_maker import IssueMaker
from digest.editions import Edition, EditionState
from digest.schedule.tick import welcome_since
from subscribers.store import Subscriber


@dataclass(frozen=True, slots=True)
class Coming:
    """An edition that is open, or that a run would open; and what makes its issues."""

    app: App
    edition: Edition
    maker: IssueMaker
    welcome_since: int  # after which edition a first issue begins

    @property
    def trouble(self) -> str:
        """Why a run would send it to nobody; empty when it may."""
        return why_over(self.edition, self.app.clock()) or why_waiting(self.edition)

    def decide(self, reader: Subscriber) -> Decision:
        """Return which issue a run at this moment would send to a reader."""
        app, now = self.app, self.app.clock()
        facts = app.stores.windows.facts(
            reader.id,
            self.edition,
            now,
            welcome_since=self.welcome_since,
            resend=app.issue_rules.resend,
        )
        return issue_for(reader, self.edition, facts, app.issue_rules, now)


def coming_issues(app: App, label: date) -> Coming | Nothing:
    """Return the edition that a run of this label would send, or why there is none."""
    editions, now = app.stores.editions, app.clock()
    since = welcome_since(now, editions)
    existing, newest = editions.find(label), editions.newest()
    if existing:
        return Coming(app, existing, app.issue_maker(app.editor()), since)
    last = newest.number if newest else 0
    fresh = app.offering.with_next(last)
    if not fresh:
        return Nothing("there is nothing new to offer, and no edition of this day")
    rules = app.time_rules
    state: EditionState = "awaiting_approval" if rules.approve else "open"
    edition = Edition(last + 1, label, state, now, now + rules.expiry, len(fresh))
    editor = app.editor(lambda since, upto: app.offering.with_next(since))
    return Coming(app, edition, app.issue_maker(editor), since)
