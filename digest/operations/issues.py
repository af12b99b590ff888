"""What an operator asks for: run an edition, see what a reader gets or got."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage
from email.policy import default
from functools import partial
from typing import Any

from digest.app.application import App
from digest.choosing.editor import IssueFor, Offer
from digest.choosing.issue_for import Planned
from digest.composing.proofs.difference import difference
from digest.composing.proofs.proof import Proof
from digest.delivery.engine import DeliveryEngine
from digest.delivery.message import Recipe
from digest.delivery.prerequisites import check_sending
from digest.editions import Edition, Figures
from digest.errors import DeliveryError, counted
from digest.operations.coming_edition import Coming, coming_issues, day_of_run, older_editions
from digest.operations.editions import take_over_abandoned, waiting_papers
from digest.operations.silence import explain_silence
from digest.operations.stopping import Stop, stopping
from digest.operations.workers import helping
from digest.papers import Paper
from digest.ranking.interface import Pick, Reason
from subscribers.links import without_tokens
from subscribers.store import Subscriber


class Stopped(DeliveryError):
    """A signal asked to end; carries its number and the edition's figures so far."""

    def __init__(self, number: int, figures: Figures) -> None:
        self.number, self.figures = number, figures
        left = figures.accounting.pending + figures.accounting.deferred
        super().__init__(f"stopped as asked; left for the next run: {counted(left, 'mail')}")


class NotSent(DeliveryError):
    """A run brought mail to nobody, or not to all; carries the edition's figures so far."""

    def __init__(self, reason: str, figures: Figures) -> None:
        self.figures = figures
        super().__init__(reason)


class RefusedToAll(NotSent):
    """Not one mail was taken; the reason is the most frequent one."""

    def __init__(self, reply: str, figures: Figures) -> None:
        count = figures.accounting.refused
        super().__init__(f"every mail was refused ({count} of {count}): {reply}", figures)


class Blocked(NotSent):
    """The way out was blocked."""

    def __init__(self, trouble: str, figures: Figures) -> None:
        left = figures.accounting.pending + figures.accounting.deferred
        super().__init__(f"{trouble}; left for the next run: {counted(left, 'mail')}", figures)


@dataclass(frozen=True, slots=True)
class Preview:
    """One reader's issue: what a run now would send, or exactly what they got."""

    subject: str
    edition: int | None  # None: it would be the next one's
    picks: tuple[tuple[Paper, Pick], ...]
    raw: bytes = b""  # the mail; empty when there is nothing to send
    note: str = ""  # why there is nothing, why an old mail is shown unsigned
    # Its bytes for a tester's address and a Message-ID: see `as_test`.
    test_mail: Callable[[str, str], bytes] | None = field(default=None, compare=False, repr=False)

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
            "note": self.note,
            "papers": [
                {
                    "id": paper.id,
                    "title": paper.title,
                    "score": round(pick.score, 6),
                    "section": pick.section,
                    "updated": f"v{paper.updated.version}" if paper.updated else None,
                    "reasons": [
                        {
                            "keyword": r.keyword,
                            "field": r.field,
                            "standing": r.standing,
                            "missing": list(r.missing),
                            "gain": round(r.gain, 6),
                        }
                        for r in pick.reasons
                    ],
                }
                for paper, pick in self.picks
            ],
        }


def run(
    app: App,
    label: date | None,
    progress: Callable[[int], None] = lambda count: None,
    *,
    extra: bool = False,
) -> Figures:
    """Make and send the edition of a label; first, what older ones still owe.

    Without a label it is today's; see `day_of_run`. extra: what came since that was opened goes
    out now, as a further edition of the same day.

    Raises SettingsError before anything is done when mail must not leave yet, OlderStore when the
    store may not know all that was sent, and Blocked when the way out is blocked, or Stopped; what
    was not sent stays to be sent. Raises RefusedToAll when the edition's mails were all refused.
    """
    check_sending(app.settings, app.data)
    app.epoch.check()
    take_over_abandoned(app)
    now, day = app.clock(), label or day_of_run(app)
    app.stores.deliveries.hasten(day, now)
    app.knowledge.refresh(now)
    if memory := app.relay_memory():
        memory.hasten()
    with stopping() as stop:
        newest = None
        try:
            trouble = _finish_older(app, day, stop, progress, extra=extra)
            if not trouble and not stop.number:
                newest, trouble = _send(app, day, stop, progress, extra=extra)
        except DeliveryError as error:  # a refused login, a template that is broken: see `Sender`
            trouble = str(error)
        newest = newest or _figures_of(app, day)
        if not trouble and not stop.number and not label:
            explain_silence(app)
        app.letter_queue.flush(app.clock())
    if stop.number:
        raise Stopped(stop.number, newest)
    if trouble:
        raise Blocked(trouble, newest)
    if newest.number is not None and newest.accounting.refused_to_all:
        raise RefusedToAll(app.stores.deliveries.commonest_refusal(newest.number), newest)
    return newest


def _send(
    app: App, day: date, stop: Stop, progress: Callable[[int], None], *, extra: bool
) -> tuple[Figures, str | None]:
    """Make one pass over an edition; a signal stops its engine and its workers."""

    def engine() -> DeliveryEngine:
        made = app.engine()
        stop.when_asked(made.stop)
        return made

    @contextmanager
    def beside(edition: Edition) -> Iterator[None]:
        with helping(app, edition) as stop_workers:
            stop.when_asked(stop_workers)
            yield

    of_app = app.edition_run(progress)
    plan = replace(of_app.plan, extra=extra)
    return replace(of_app, beside=beside, plan=plan).run(day, engine)


def _finish_older(
    app: App, day: date, stop: Stop, progress: Callable[[int], None], *, extra: bool
) -> str | None:
    """Go on with older editions that are not finished; return why the way out is blocked."""
    for edition in older_editions(app, day, extra=extra):
        if app.stores.deliveries.accounting(edition.number).finished or stop.number:
            continue
        app.stores.deliveries.hasten(edition.label, app.clock())
        engine = app.engine()
        stop.when_asked(engine.stop)
        if trouble := app.edition_run(progress).send(edition, engine):
            return trouble
    return None


def _figures_of(app: App, day: date) -> Figures:
    edition = app.stores.editions.find(day)
    if edition is None:
        return Figures(None, day)
    return Figures.of(edition, app.stores.deliveries.accounting(edition.number))


def preview(app: App, address: str, number: int | None, *, extra: bool = False) -> Preview:
    """Return a reader's issue: of a past edition as they got it, else what a run now would send.

    extra: what a run with `--extra` would.
    It writes nothing, and waits for nobody who does. Raises UnknownReader, or NotFound when they
    got nothing of that edition.
    """
    reader = app.desk.by_email(address)
    if number is not None:
        app.stores.editions.get(number)
        return _as_sent(app, reader, number)
    coming = coming_issues(app, extra=extra)
    if not isinstance(coming, Coming):
        return Preview("", None, (), note=coming.reason)
    decided = coming.decide(reader)
    if not isinstance(decided, Planned):
        count = app.stores.gauges.unoffered() if coming.is_open else 0
        later = f"; {waiting_papers(count)}" if count else ""
        return Preview("", coming.edition.number, (), note=decided.reason + later)
    return _planned(app, reader, coming, decided)


def rehearse(
    app: App, label: date | None, *, extra: bool = False
) -> Iterator[tuple[Subscriber, Preview]]:
    """Yield what a run of this label would send to each reader, keeping nothing."""
    coming = coming_issues(app, label, extra=extra)
    if not isinstance(coming, Coming):
        return
    for reader in app.stores.readers.every("active"):
        decided = coming.decide(reader)
        if isinstance(decided, Planned) and not decided.waits:
            yield reader, _planned(app, reader, coming, decided)


def why_no_run(app: App, label: date | None, *, extra: bool = False) -> str:
    """Return why a run of this label would send nothing to anybody; empty when it may."""
    coming = coming_issues(app, label, extra=extra)
    return coming.trouble if isinstance(coming, Coming) else coming.reason


def changed(app: App, address: str, number: int, *, html: bool = False) -> list[str]:
    """Return what today's templates and settings would change in a past issue: a unified diff.

    Raises NotFound when the reader got nothing of that edition, or it was pruned.
    """
    reader = app.desk.by_email(address)
    before = _as_sent(app, reader, number)
    papers = {paper.id: paper for paper, _ in before.picks}
    editor, edition = app.editor(), app.stores.editions.get(number)
    offer = Offer.of(list(papers.values()), editor.knowledge)
    picks = [editor.picked_again(offer, reader, pick) for _, pick in before.picks]
    facts = app.stores.windows.facts(reader.id, edition, app.clock(), welcome_since=0)
    first, now = Planned(facts.since, facts.period).first, edition.opened_at
    kept = app.stores.ledger.turn_of(reader.id, number)
    turn = number if kept is None else kept
    issue = app.composer().compose(edition, reader, picks, papers, now, first=first, turn=turn)
    freezer, recipe = app.sending_parts.rehearsal(issue, now)
    after = Preview(issue.subject, number, (), freezer.bytes_of(recipe))
    return difference(_without_tokens(before.proof), _without_tokens(after.proof), html=html)


def send_test(app: App, preview: Preview, address: str) -> None:
    """Send a preview to an address of the operator's, as a test. Raises DeliveryError."""
    if preview.test_mail is None:
        raise DeliveryError(f"there is nothing to send: {preview.note}")
    trouble = app.sending_parts.send_test(preview.test_mail, address)
    if trouble:
        raise DeliveryError(f"the test mail did not leave: {trouble}")


def _without_tokens(mail: Proof) -> Proof:
    """Return a mail whose signed tokens are alike, as they differ in each by the time they bear."""
    return Proof(mail.subject, without_tokens(mail.html), without_tokens(mail.text))


def _planned(app: App, reader: Subscriber, coming: Coming, planned: Planned) -> Preview:
    """Return the issue that was decided on; one that is composed and not out yet stays as it is."""
    number = coming.edition.number
    if planned.frozen:
        as_composed = _as_sent(app, reader, number)
        return replace(as_composed, note=as_composed.note or planned.waits)
    now = app.clock()
    (made,) = coming.maker.make(coming.edition, [(reader, planned)], now)
    if made.issue is None:
        return Preview("", number, (), note="no paper matches that they have not had")
    freezer, recipe = app.sending_parts.rehearsal(made.issue, now)
    shown = tuple(
        (made.papers[pick.paper], pick) for pick in made.picks if pick.paper in made.issue.papers
    )
    raw, as_test = freezer.bytes_of(recipe), partial(freezer.test_mail, recipe)
    return Preview(made.issue.subject, number, shown, raw, planned.waits, as_test)


def _as_sent(app: App, reader: Subscriber, number: int) -> Preview:
    stores = app.stores
    recipe = Recipe.unpack(stores.recipes.of_reader(reader.id, number))
    freezer = app.sending_parts.freezer(stores.recipes)
    raw, note = freezer.preview(recipe)
    known = stores.archive.get(list(recipe.scores))
    again = stores.archive.revised(after=stores.windows.since(reader.id, number), upto=number)
    known |= {paper.id: paper for paper in again if paper.id in known}
    reasons = _reasons_today(app, reader, list(known.values()))
    shown = tuple(
        (
            known[paper],
            Pick(paper, score, "picked" if score > 0 else "trending", reasons.get(paper, ())),
        )
        for paper, score in recipe.scores.items()
        if paper in known
    )
    as_test = partial(freezer.test_mail, recipe)
    return Preview(recipe.subject, number, shown, raw, note or "", as_test)


def _reasons_today(
    app: App, reader: Subscriber, papers: list[Paper]
) -> dict[int, tuple[Reason, ...]]:
    """Return why papers match, by the reader's keywords of today: a recipe keeps only scores."""
    due = IssueFor(reader, 0)
    editor = app.editor()
    offer = Offer.of(papers, editor.knowledge)
    return editor.reasons(offer, due)
