"""What an operator asks for: run an edition, see what a reader gets or got."""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from email.policy import default
from functools import cache, partial
from typing import Any

from digest.app.application import App
from digest.app.doctor import check_sending
from digest.choosing.editor import Editor, IssueFor, Offer
from digest.composing.issue_composer import IssueComposer
from digest.composing.proofs.difference import difference
from digest.composing.proofs.proof import Proof
from digest.delivery.message import Recipe
from digest.editions import Edition, Figures
from digest.errors import DeliveryError, NotFound
from digest.operations.workers import helping
from digest.papers import Paper
from digest.ranking.interface import Pick, Reason
from digest.states import PENDING, State
from subscribers.addresses import parse_address
from subscribers.store import Subscriber

_TO_COME = (None, *PENDING, State.DEFERRED)  # a delivery that a run may still send


class Blocked(DeliveryError):
    """The way out was blocked; carries the edition's figures so far."""

    def __init__(self, trouble: str, told: Figures) -> None:
        self.figures = told
        left = told.accounting.pending + told.accounting.deferred
        super().__init__(f"{trouble}; {left} mails wait for the next run")


_TOKEN = re.compile(r"/m/[A-Za-z0-9._-]+/|(?<=unsubscribe%20)[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Preview:
    """One reader's issue: what a run now would send, or exactly what they got."""

    subject: str
    edition: int | None  # None: it would be the next one's
    picks: tuple[tuple[Paper, Pick], ...]
    raw: bytes = b""  # the mail; empty when there is nothing to send
    note: str = ""  # why there is nothing, why an old mail is shown unsigned

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        message = email.message_from_bytes(self.raw, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101  (the default policy makes these)
        return message

    def part(self, kind: str) -> str:
        """Return the `html` or the `plain` text of the mail, empty when it has none."""
        body = self.message.get_body(preferencelist=(kind,)) if self.raw else None
        return body.get_content() if body else ""

    @property
    def proof(self) -> Proof:
        """The mail's two parts."""
        return Proof(self.subject, self.part("html"), self.part("plain"))

    def to_json(self) -> dict[str, Any]:
        """Return it under the names of the command line's JSON."""
        return {
            "subject": self.subject,
            "edition": self.edition,
            "papers": [
                {
                    "id": paper.id,
                    "title": paper.title,
                    "score": round(pick.score, 6),
                    "section": pick.section,
                    "updated": f"v{paper.updated.version}" if paper.updated else None,
                    "reasons": [
                        {"keyword": r.keyword, "field": r.field, "gain": round(r.gain, 6)}
                        for r in pick.reasons
                    ],
                }
                for paper, pick in self.picks
            ],
        }


def run(
    app: App, label: date | None, progress: Callable[[int], None] = lambda count: None
) -> Figures:
    """Make and send the edition of a label, today's by default.

    Raises SettingsError before anything is done when mail must not leave yet, and Blocked when
    the way out is blocked; what was not sent stays to be sent.
    """
    check_sending(app.settings, app.data)
    edition_run = replace(app.edition_run(progress), beside=partial(helping, app))
    day = label or app.today()
    app.deliveries.hasten(day, app.clock())
    told, trouble = edition_run.run(day, app.engine)
    app.post_office.flush(app.clock())
    if trouble:
        raise Blocked(trouble, told)
    return told


def preview(app: App, address: str, number: int | None) -> Preview:
    """Return a reader's issue: of a past edition as they got it, else what a run now would send.

    Raises UnknownReader, or NotFound when they got nothing of that edition.
    """
    reader = app.desk.by_email(address)
    if number is None:
        return _next_issue(app, reader)
    app.editions.get(number)
    return _as_sent(app, reader, number)


def rehearse(app: App, label: date | None) -> Iterator[tuple[Subscriber, Preview]]:
    """Yield what a run of this label would send to each active reader, keeping nothing."""
    coming = _coming(app, label or app.today())
    chosen = {parse_address(each).key for each in app.settings.edition.only_to}
    if isinstance(coming, str):
        return
    for reader in app.readers.every("active"):
        if chosen and reader.email_key not in chosen:
            continue
        state = app.windows.state(reader.id, coming.edition.number)
        if state in _TO_COME:
            yield reader, _issue(app, reader, coming, state)


@dataclass(frozen=True, slots=True)
class _Coming:
    """The edition that a run now would send, and what makes issues of it."""

    edition: Edition
    offer_of: Callable[[int], Offer]  # by a reader's last edition
    editor: Editor
    composer: IssueComposer


def _coming(app: App, day: date) -> _Coming | str:
    """Return the edition that a run of this label would send, or why it would send none."""
    now = app.clock()
    existing, newest = app.editions.find(day), app.editions.newest()
    upto = existing.number if existing else None
    fresh = [] if existing else app.unoffered()
    if existing is None and not fresh:
        return "there is nothing new to offer, and no edition of this day"
    if existing is not None and existing.state == "cancelled":
        return f"edition {existing.number} was cancelled"
    if existing is not None and existing.expires_at <= now:
        return f"the time of edition {existing.number} is over"
    number = (newest.number if newest else 0) + 1
    edition = existing or Edition(number, day, "open", now, now + app.settings.expiry, len(fresh))
    editor = app.editor()

    @cache
    def offer_of(since: int) -> Offer:
        return Offer.of(app.offered(since, upto), editor.knowledge)

    return _Coming(edition, offer_of, editor, app.composer())


def _next_issue(app: App, reader: Subscriber) -> Preview:
    """Return what a run now would send; for who gets no mail yet, what they would get."""
    coming = _coming(app, app.today())
    if isinstance(coming, str):
        return Preview("", None, (), note=coming)
    number = coming.edition.number
    state = app.windows.state(reader.id, number)
    if state not in _TO_COME:
        return Preview("", number, (), note=f"their issue of edition {number} is done: {state}")
    found = _issue(app, reader, coming, state)
    if reader.state != "active":
        found = replace(found, note=f"{reader.email} is {reader.state}: nothing is sent to them")
    return found


def changed(app: App, address: str, number: int, *, html: bool = False) -> list[str]:
    """Return what today's templates and settings would change in a past issue: a unified diff.

    Raises NotFound when the reader got nothing of that edition, or it was pruned.
    """
    reader = app.desk.by_email(address)
    before = _as_sent(app, reader, number)
    papers = {paper.id: paper for paper, _ in before.picks}
    offer = Offer.of(list(papers.values()), app.knowledge)
    editor = app.editor()
    picks = [editor.picked_again(offer, reader, pick) for _, pick in before.picks]
    edition = app.editions.get(number)
    now = edition.opened_at
    issue = app.composer().compose(edition, reader, picks, papers, now)
    after = Preview(issue.subject, number, (), app.sending_parts.rehearsal(issue, now))
    return difference(_without_tokens(before.proof), _without_tokens(after.proof), html=html)


def _without_tokens(mail: Proof) -> Proof:
    """Return a mail whose signed tokens are alike, as they differ in each by the time they bear."""
    html, text = (_TOKEN.sub("/m/(token)/", part) for part in (mail.html, mail.text))
    return Proof(mail.subject, html, text)


def _issue(app: App, reader: Subscriber, coming: _Coming, state: State | None) -> Preview:
    """Return a reader's next issue; one that is composed and not out yet does not change."""
    number = coming.edition.number
    if state is not None:
        with suppress(NotFound):
            return _as_sent(app, reader, number)
    now = app.clock()
    since = app.windows.since(reader.id, number)
    offer = coming.offer_of(since)
    picks = coming.editor.choose_from(offer, app.due(reader, since))
    issue = (
        coming.composer.compose(coming.edition, reader, picks, offer.papers, now)
        if picks
        else coming.composer.quiet(coming.edition, reader, now)
    )
    if issue is None:
        return Preview("", number, (), note="no paper matches that they have not had")
    raw = app.sending_parts.rehearsal(issue, now)
    shown = tuple((offer.papers[pick.paper], pick) for pick in picks if pick.paper in issue.papers)
    return Preview(issue.subject, number, shown, raw)


def _as_sent(app: App, reader: Subscriber, number: int) -> Preview:
    recipe = Recipe.unpack(app.recipes.of_reader(reader.id, number))
    raw, note = app.sending_parts.freezer(app.recipes).preview(recipe)
    known = app.archive.get(list(recipe.scores))
    again = app.archive.revised(after=app.windows.since(reader.id, number), upto=number)
    known |= {paper.id: paper for paper in again if paper.id in known}
    reasons = _reasons_today(app, reader, list(known.values()))
    shown = tuple(
        (
            known[number],
            Pick(number, score, "picked" if score > 0 else "trending", reasons.get(number, ())),
        )
        for number, score in recipe.scores.items()
        if number in known
    )
    return Preview(recipe.subject, number, shown, raw, note or "")


def _reasons_today(
    app: App, reader: Subscriber, papers: list[Paper]
) -> dict[int, tuple[Reason, ...]]:
    """Return why papers match, by the reader's keywords of today: a recipe keeps only scores."""
    due = IssueFor(reader, 0)
    editor = app.editor()
    offer = Offer.of(papers, editor.knowledge)
    return editor.reasons(offer, due)
