"""Why a paper is in a reader's issue, or what kept it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from digest.app.application import App
from digest.choosing.editor import Editor, IssueFor, Offer
from digest.choosing.issue_for import Nothing, Planned
from digest.choosing.why import Answer, sentence
from digest.errors import NotFound
from digest.operations.coming_edition import Coming, coming_issues
from digest.operations.paper_lookup import numbered_or_named
from digest.papers import Paper
from subscribers.store import Subscriber


@dataclass(frozen=True, slots=True)
class Explained:
    """What there is to say of a paper and a reader."""

    paper: Paper  # as its newest version is offered, to who had an older one
    answer: Answer
    text: str  # the same for a person
    no_issue: str = ""  # why the reader gets no issue that could bring it


def why(app: App, address: str, text: str) -> Explained:
    """Say why a paper is in a reader's issue: the one that offered it to them, else the next.

    text: the paper's number, arXiv id, DOI, link or words of its title.
    Raises UnknownReader or NotFound.
    """
    return answer_for(app, app.desk.by_email(address), _named(app, text), app.editor())


def answer_for(app: App, reader: Subscriber, named: Paper, editor: Editor) -> Explained:
    """Say the same of a paper of the archive; `editor` keeps what it ranked at hand."""
    now = app.clock()
    had = app.history.sent_to([reader.id], now).get(reader.id, frozenset())
    paper = _as_offered(app, named, had)
    number = paper.updated.edition if paper.updated else paper.edition
    offer, no_issue = _issue_with(app, reader, number, editor)
    # What this issue itself brought was a candidate then: it crowds out, it is not a repeat.
    sent: dict[int, tuple[datetime | None, int | None]] = {
        each: (None, None) for each in had if each not in offer.papers
    }
    got = app.history.last_sent([reader.id], number, now).get(reader.id, {}) if number else {}
    if paper.id in had and not (paper.updated and paper.id not in got):
        sent[paper.id] = (_day(app, number), number)
    taste = app.history.tastes([reader.id], now).get(reader.id, ())
    answer = editor.why(offer, IssueFor(reader, 0, taste=taste), paper.id, sent)
    said = sentence(answer, {each.id: each.title for each in offer.papers.values()})
    if paper.updated:
        on = f" of {paper.updated.on}" if paper.updated.on else ""
        said = f"updated, v{paper.updated.version}{on}: {said}"
    return Explained(paper, answer, said, no_issue)


def _named(app: App, text: str) -> Paper:
    matches = numbered_or_named(app.stores.archive, text)
    if not matches:
        raise NotFound(
            f"no paper of the archive is {text!r}: give its number, arXiv id, DOI or"
            " words of its title"
        )
    return matches[0]


def _as_offered(app: App, paper: Paper, had: frozenset[int]) -> Paper:
    """Return the paper as its newest version is offered, to a reader who had an older one."""
    if not (app.settings.edition.show_updated and paper.edition and paper.id in had):
        return paper
    revised = app.stores.archive.revised(after=paper.edition, upto=None)
    return next((each for each in revised if each.id == paper.id), paper)


def _issue_with(
    app: App, reader: Subscriber, number: int | None, editor: Editor
) -> tuple[Offer, str]:
    """Return what a reader's issue that offered an edition's papers was made of.

    Without one, what the next is made of; and why there is none, if there is none to come.
    number: the edition; None: the papers wait for the next; 0: they were offered to nobody.
    """
    if number == 0:
        return Offer.of([], editor.knowledge), ""
    if number and (window := app.stores.windows.covering(reader.id, number)):
        return editor.offer(*window), ""
    coming = coming_issues(app)
    if isinstance(coming, Coming):
        decided = coming.decide(reader)
        if isinstance(decided, Planned):
            return coming.maker.editor.offer(decided.since, coming.edition.number), ""
        coming = Nothing(decided.reason)
    if number:
        return editor.offer(number - 1, number), coming.reason
    return Offer.of(app.offering.with_next(_last(app)), editor.knowledge), coming.reason


def _last(app: App) -> int:
    newest = app.stores.editions.newest()
    return newest.number if newest else 0


def _day(app: App, number: int | None) -> datetime | None:
    if not number:
        return None
    day = app.stores.editions.get(number).label
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
