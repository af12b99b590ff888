"""What an operator asks for: run an edition, look at one, see what a reader gets or got."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.policy import default
from typing import Any

from digest.app import App
from digest.delivery.message import Recipe
from digest.editions import Edition, Figures
from digest.errors import DeliveryError
from digest.issues import Due, Offer
from digest.papers import Paper
from digest.ranking.interface import Pick, Reason
from subscribers.store import Subscriber


@dataclass(frozen=True, slots=True)
class Preview:
    """One reader's issue: what a run now would send, or exactly what they got."""

    subject: str
    edition: int | None  # None: it would be the next one's
    picks: tuple[tuple[Paper, Pick], ...]
    raw: bytes = b""  # the mail; empty when there is nothing to send
    note: str = ""  # e.g. why an old mail is shown unsigned

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

    Raises DeliveryError when the way out is blocked; what was not sent stays to be sent.
    """
    figures, trouble = app.edition_run(progress).run(label or app.today(), app.courier)
    app.post_office.flush(app.clock())
    if trouble:
        left = figures.accounting.pending + figures.accounting.deferred
        raise DeliveryError(f"{trouble}; {left} mails wait for the next run")
    return figures


def figures(app: App, number: int) -> Figures:
    """Return an edition's accounting; raises NotFound."""
    return Figures.of(app.editions.get(number), app.deliveries.accounting(number))


def all_figures(app: App) -> Iterator[Figures]:
    """Yield every edition's accounting, the first one first."""
    for edition in app.editions.all():
        yield Figures.of(edition, app.deliveries.accounting(edition.number))


def approve(app: App, number: int) -> Figures:
    """Let an edition go that waits for a person; its time to expire begins when it was opened."""
    if app.editions.get(number).state == "awaiting_approval":
        app.editions.set_state(number, "open")
    return figures(app, number)


def pause(app: App, number: int) -> Figures:
    """Stop an edition; what is on the wire ends as it ends."""
    if app.editions.get(number).state == "open":
        app.editions.set_state(number, "paused")
    return figures(app, number)


def resume(app: App, number: int) -> Figures:
    """Go on with a paused edition."""
    if app.editions.get(number).state == "paused":
        app.editions.set_state(number, "open")
    return figures(app, number)


def cancel(app: App, number: int) -> Figures:
    """Send no more of an edition."""
    app.editions.get(number)
    app.editions.set_state(number, "cancelled")
    app.deliveries.cancel(number, app.clock())
    return figures(app, number)


def resend_uncertain(app: App, number: int) -> int:
    """Let an edition's uncertain mails go again, byte for byte; return how many."""
    app.editions.get(number)
    return app.deliveries.resend_uncertain(number, app.clock())


def preview(app: App, address: str, number: int | None) -> Preview:
    """Return a reader's issue: of a past edition as they got it, else what a run now would send.

    Raises UnknownReader, or NotFound when they got nothing of that edition.
    """
    reader = app.desk.by_email(address)
    if number is not None:
        return _as_sent(app, reader, number)
    return _composed(app, reader)


def rehearse(app: App, label: date | None) -> Iterator[tuple[Subscriber, Preview]]:
    """Yield what a run of this label would send to each active reader, keeping nothing."""
    edition, offer_of = _next_offer(app, label)
    editor, composer = app.editor(), app.composer()
    for reader in app.readers.every("active"):
        if edition is None or app.windows.has(reader.id, edition.number):
            continue
        since = app.windows.since(reader.id, edition.number)
        offer = offer_of(since)
        picks = editor.choose_from(offer, app.due(reader, since))
        subject = ""
        if picks:
            now = app.clock()
            subject = composer.compose(edition, reader, picks, offer.papers, now).subject
        shown = tuple((offer.papers[pick.paper], pick) for pick in picks)
        yield reader, Preview(subject, edition.number, shown)


def _next_offer(
    app: App, label: date | None = None
) -> tuple[Edition | None, Callable[[int], Offer]]:
    """Return the edition that a run now would send, and its offer by a reader's last one."""
    now = app.clock()
    fresh = app.archive.unoffered()
    day = label or app.today()
    existing = app.editions.find(day)
    newest = app.editions.newest()
    number = existing.number if existing else (newest.number if newest else 0) + 1
    if existing is None and not fresh:
        return newest, _offers(app, newest.number if newest else 0, [])
    edition = existing or Edition(number, day, "open", now, now + app.settings.expiry, len(fresh))
    return edition, _offers(app, number, [] if existing else fresh)


def _offers(app: App, upto: int, fresh: list[Paper]) -> Callable[[int], Offer]:
    known: dict[int, Offer] = {}
    knowledge = app.knowledge

    def offer(since: int) -> Offer:
        if since not in known:
            papers = [*fresh, *app.archive.offered(after=since, upto=upto)]
            known[since] = Offer.of(papers, knowledge)
        return known[since]

    return offer


def _composed(app: App, reader: Subscriber) -> Preview:
    edition, offer_of = _next_offer(app)
    if edition is None:
        return Preview("", None, ())
    now = app.clock()
    since = app.windows.since(reader.id, edition.number)
    offer = offer_of(since)
    picks = app.editor().choose_from(offer, app.due(reader, since))
    if not picks:
        return Preview("", edition.number, ())
    issue = app.composer().compose(edition, reader, picks, offer.papers, now)
    raw = app.workshop.rehearsal(issue, now)
    shown = tuple((offer.papers[pick.paper], pick) for pick in picks if pick.paper in issue.papers)
    return Preview(issue.subject, edition.number, shown, raw)


def _as_sent(app: App, reader: Subscriber, number: int) -> Preview:
    app.editions.get(number)
    recipe = Recipe.unpack(app.recipes.of_reader(reader.id, number))
    raw, note = app.workshop.press(app.recipes).preview(recipe)
    known = app.archive.get(list(recipe.scores))
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
    due = Due(reader, 0)
    editor = app.editor()
    offer = Offer.of(papers, editor.knowledge)
    return editor.reasons(offer, due)
