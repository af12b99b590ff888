"""The edition that a run of a label would send, asked without running it; reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from digest.app.application import App
from digest.choosing.issue_for import Decision, Nothing, Planned, issue_for, why_over, why_waiting
from digest.choosing.issue_maker import IssueMaker
from digest.editions import Edition, EditionState
from digest.schedule.tick import welcome_since
from subscribers.store import Subscriber


class SentFirst(NamedTuple):
    """What a run sends a reader before it plans the coming edition."""

    editions: frozenset[int]  # of which an issue reaches them
    papers: frozenset[int]  # that those bring and the ledger does not know of yet
    turn: int | None  # of the last of them: the form of its subject


@dataclass(frozen=True, slots=True)
class Coming:
    """An edition that is open, or that a run would open; and what makes its issues."""

    app: App
    edition: Edition
    maker: IssueMaker
    welcome_since: int  # after which edition a first issue begins
    older: tuple[Edition, ...] = ()  # what a run finishes before it plans this one
    is_open: bool = False  # it is there already, and takes no more papers

    @property
    def trouble(self) -> str:
        """Why a run would send it to nobody; empty when it may."""
        return why_over(self.edition, self.app.clock()) or why_waiting(self.edition)

    def decide(self, reader: Subscriber) -> Decision:
        """Return which issue a run at this moment would send to a reader."""
        app, now = self.app, self.app.clock()
        first = self._sent_first(reader)
        facts = app.stores.windows.facts(
            reader.id,
            self.edition,
            now,
            welcome_since=self.welcome_since,
            resend=app.issue_rules.resend,
            arrived=first.editions,
        )
        decided = issue_for(reader, self.edition, facts, app.issue_rules, now)
        if isinstance(decided, Planned):
            return replace(decided, sent_before=first.papers, turn_before=first.turn)
        return decided

    def _sent_first(self, reader: Subscriber) -> SentFirst:
        """Return what a reader is sent of older editions, as if every mail were taken.

        Issues that are not composed yet are made: who has no paper in one is sent nothing of it.
        """
        arrive, papers, turn = set(), frozenset[int](), None
        waiting = self._waiting(reader) if self.older else {}
        for edition in self.older:
            planned = waiting.get(edition.number)
            if planned is None:
                continue
            if planned.frozen:
                has = self.app.stores.ledger.turn_of(reader.id, edition.number)
            else:
                after = replace(planned, sent_before=papers, turn_before=turn)
                wanted = [(reader, after)]
                (made,) = self.maker.make(edition, wanted, self.app.clock())
                if made.issue is None:
                    continue
                papers = papers.union(made.issue.papers)
                has = made.issue.turn
            turn = turn if has is None else has
            arrive.add(edition.number)
        return SentFirst(frozenset(arrive), papers, turn)

    def _waiting(self, reader: Subscriber) -> dict[int, Planned]:
        app, numbers = self.app, [edition.number for edition in self.older]
        resend = app.issue_rules.resend
        return app.stores.windows.to_come(reader.id, numbers, app.clock(), resend=resend)


def day_of_run(app: App) -> date:
    """Return the date of the edition that a run sends when none is named: today's.

    With nothing new to make one of, it is the newest edition's while that lives and is owed to
    somebody: after midnight `digest serve` may have opened yesterday's.
    """
    editions, now, today = app.stores.editions, app.clock(), app.today()
    newest = editions.newest()
    if newest is None or not newest.is_alive(now) or editions.find(today) or editions.has_new():
        return today
    rules = app.issue_rules
    only_to = app.time_rules.only_to
    owed = app.stores.windows.is_owed(newest.number, now, resend=rules.resend, email_keys=only_to)
    return newest.label if owed else today


def older_editions(app: App, label: date, *, extra: bool = False) -> tuple[Edition, ...]:
    """Return what a run of this label goes on with first: what was opened before its edition.

    By their numbers: after a move of the newsletter's zone, or of a clock, a day may come twice.
    """
    editions = app.stores.editions
    return _opened_before(app, None if extra and editions.has_new() else editions.find(label))


def _opened_before(app: App, its: Edition | None) -> tuple[Edition, ...]:
    """Return the unfinished editions before one; before the next one, for None."""
    unfinished = app.stores.editions.unfinished(app.clock())
    return tuple(each for each in unfinished if its is None or each.number < its.number)


def coming_issues(app: App, label: date | None = None, *, extra: bool = False) -> Coming | Nothing:
    """Return the edition that a run of this label would send, or why there is none.

    label: None for a run without one. extra: see `run_needs.Plan`.
    """
    label = label or day_of_run(app)
    editions, now = app.stores.editions, app.clock()
    since = welcome_since(now, editions)
    of_day, newest = editions.find(label), editions.newest()
    existing = None if extra and editions.has_new() else of_day
    older = _opened_before(app, existing)
    if existing:
        return Coming(app, existing, app.issue_maker(app.editor()), since, older, is_open=True)
    last = newest.number if newest else 0
    fresh = app.offering.with_next(last)
    if not fresh:
        return Nothing("there is nothing new to offer, and no edition of this day")
    rules = app.time_rules
    state: EditionState = "awaiting_approval" if rules.approve else "open"
    part = of_day.part + 1 if of_day else 1
    edition = Edition(last + 1, label, state, now, now + rules.expiry, len(fresh), part)
    offering = app.offering
    editor = app.editor(
        lambda since, upto: offering.with_next(since) if upto > last else offering.of(since, upto)
    )
    return Coming(app, edition, app.issue_maker(editor), since, older)
