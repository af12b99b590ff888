"""`digest why`: what brought a paper to a reader, or kept it from them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from digest.app import App
from digest.cli.output import Json, one, say
from digest.composing.why import Answer, sentence
from digest.composing.why import why as explain
from digest.errors import NotFound
from digest.issues import Offer
from digest.papers import Paper
from subscribers.profile import parse
from subscribers.store import Subscriber


def why(
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
    answer, titles = _answer(app, reader, found)
    text = sentence(answer, titles)
    if as_json:
        kind = type(answer).__name__
        one(
            {"paper": found.id, "title": found.title, "answer": kind, "text": text}
            | {"details": asdict(answer)}
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


def _answer(app: App, reader: Subscriber, paper: Paper) -> tuple[Answer, dict[int, str]]:
    """Ask about the edition that offered the paper, or about the next one."""
    number = paper.edition
    if number is None:
        papers = app.archive.unoffered()
    else:
        # What seeded the archive was offered to nobody: edition 0.
        papers = app.archive.offered(after=number - 1, upto=number) if number else []
    offer = Offer.of(papers, app.knowledge)
    had = app.sent_to([reader.id], app.clock()).get(reader.id, frozenset())
    # What this edition itself brought was a candidate then: it crowds out, it is not a repeat.
    sent: dict[int, tuple[datetime | None, int | None]] = {
        each: (None, None) for each in had if each not in offer.papers
    }
    if paper.id in had:
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
    )
    return answer, {each.id: each.title for each in papers}


def _day(app: App, number: int | None) -> datetime | None:
    if not number:
        return None
    day = app.editions.get(number).label
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
