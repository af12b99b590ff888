"""`digest why`: what brought a paper to a reader, or kept it from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from digest.app.application import App
from digest.choosing.editor import Offer
from digest.choosing.why import Answer, sentence
from digest.choosing.why import explain_absence as explain
from digest.cli.output import Json, one, say
from digest.errors import NotFound
from digest.papers import Paper
from subscribers.profile import parse
from subscribers.store import Subscriber


def why_command(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The reader's address.", show_default=False)],
    paper: Annotated[
        str, typer.Argument(help="Its number, arXiv id or words of its title.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Say why a paper is in a reader's issue, or what kept it out."""
    app: App = context.obj.app
    reader = app.desk.by_email(email)
    found = _paper(app, paper)
    had = app.sent_to([reader.id], app.clock()).get(reader.id, frozenset())
    found = _updated(app, found, had)
    answer, titles = _answer(app, reader, found, had)
    text = sentence(answer, titles)
    if found.updated:
        on = f" of {found.updated.on}" if found.updated.on else ""
        text = f"updated, v{found.updated.version}{on}: {text}"
    if as_json:
        kind = type(answer).__name__
        one(
            {"paper": found.id, "title": found.title, "answer": kind, "text": text}
            | {"details": asdict(answer)}
            | ({"updated": asdict(found.updated)} if found.updated else {})
        )
        return
    say(f"{found.title}\n  {text}")


def _paper(app: App, text: str) -> Paper:
    if text.isdigit() and (known := app.archive.get([int(text)])):
        return next(iter(known.values()))
    matches = app.archive.search(text)
    if not matches:
        raise NotFound(
            f"no paper of the archive is {text!r}: give its number, or words of its title"
        )
    return matches[0]


def _updated(app: App, paper: Paper, had: frozenset[int]) -> Paper:
    """Return the paper as its newest version is offered, to a reader who had an older one."""
    if not (app.settings.edition.show_updated and paper.edition and paper.id in had):
        return paper
    revised = app.archive.revised(after=paper.edition, upto=None)
    return next((each for each in revised if each.id == paper.id), paper)


def _answer(
    app: App, reader: Subscriber, paper: Paper, had: frozenset[int]
) -> tuple[Answer, dict[int, str]]:
    """Ask about the edition that offered the paper, or about the next one."""
    number = paper.updated.edition if paper.updated else paper.edition
    if number is None:
        papers = app.unoffered()
    else:
        # What seeded the archive was offered to nobody: edition 0.
        papers = app.offered(number - 1, number) if number else []
    offer = Offer.of(papers, app.knowledge)
    # What this edition itself brought was a candidate then: it crowds out, it is not a repeat.
    sent: dict[int, tuple[datetime | None, int | None]] = {
        each: (None, None) for each in had if each not in offer.papers
    }
    again = paper.updated and paper.id not in _got(app, reader, number)
    if paper.id in had and not again:
        sent[paper.id] = (_day(app, number), number)
    of = app.settings
    answer = explain(
        parse(reader.keywords),
        paper.id,
        offer.index,
        taste=app.tastes_of([reader.id], app.clock()).get(reader.id, ()),
        sent=sent,
        max_papers=reader.max_papers or of.edition.max_papers,
        min_papers=of.edition.min_papers,
        floor=of.ranking.floor,
        trending=of.edition.trending,
    )
    return answer, {each.id: each.title for each in papers}


def _got(app: App, reader: Subscriber, since: int | None) -> Collection[int]:
    """Return the papers that a reader got by the editions from `since` on."""
    return app.last_sent([reader.id], since).get(reader.id, ()) if since else ()


def _day(app: App, number: int | None) -> datetime | None:
    if not number:
        return None
    day = app.editions.get(number).label
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
