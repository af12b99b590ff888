"""Why not this paper? A title, a link or an arXiv id comes in, a reader's sentence goes out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers.messages import Message, message
from subscribers.store import Subscriber
from subscribers.web.forms import Form
from subscribers.web.own_papers import WhyKind, WhyNot
from subscribers.web.pages import Pages, client, route_class, too_often

_SHORTEST, _LONGEST = 4, 600  # characters of what is asked for


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    desk = pages.desk

    @router.get("/m/{token}/why")
    def ask(request: Request, token: str) -> Response:
        reader = desk.visit("collect", token, pages.now()).reader
        return _page(pages, request, token, reader)

    @router.post("/m/{token}/why")
    async def answer(request: Request, token: str, fields: Form) -> Response:
        visit = await run_in_threadpool(desk.visit, "collect", token, pages.now())
        if wait := pages.rates.lookup(client(request)):
            return too_often(pages, request, wait)
        text = " ".join((fields.get("which") or fields.get("paper", "")).split())
        reader = visit.reader
        if not _SHORTEST <= len(text) <= _LONGEST:
            problem = message("write a title, a link or an arXiv id, such as 2403.12345")
            typed = text[:_LONGEST]
            return _page(pages, request, token, reader, typed, status=422, problem=problem)
        found = await pages.lookup_room.run(lambda: pages.own.why.why_not(reader, text))
        return _page(pages, request, token, reader, text, answer=found)

    return router


def _page(
    pages: Pages,
    request: Request,
    token: str,
    reader: Subscriber,
    paper: str = "",
    *,
    status: int = 200,
    problem: Message | None = None,
    answer: WhyNot | None = None,
) -> Response:
    return pages.page(
        request,
        "why.html",
        status,
        token=token,
        reader=reader,
        paper=paper,
        problems={"paper": [problem]} if problem else {},
        answer=answer,
        said=said(answer) if answer else (),
    )


_PLAIN: dict[WhyKind, Message] = {
    "unknown": message(
        "We do not have this paper: none of our sources has listed it so far, or not under "
        "this title."
    ),
    "several": message("More than one paper has this title. Which of these is it?"),
    "own": message(
        "You know this paper: it is in your library, or you have said what you think of it. "
        "Such papers are not sent as new."
    ),
    "before": message("It came before you subscribed; earlier papers are not sent."),
    "never": message("We have it, but only as background: it was never news here."),
    "elsewhere": message("There was no issue for you on the day it came."),
    "coming": message("It is among the papers for your next issue, as things stand."),
    "picked": message("It was chosen for your issue of that day."),
    "no match": message(
        "None of your keywords is in its title or abstract, and it is not close enough to them in "
        "meaning."
    ),
}


def _listed(keywords: Sequence[str]) -> str:
    """Return keywords in quotation marks, as one sentence part; empty without any."""
    quoted = [message("“{word}”", word=word) for word in keywords]
    if not quoted:
        return ""
    return reduce(
        lambda first, second: message("{first}, {second}", first=first, second=second), quoted
    )


def said(answer: WhyNot) -> list[Message]:
    """Return an answer in a reader's words, a sentence each."""
    words = _listed(answer.words)
    if answer.kind == "sent":
        return [message("You have had it, in the issue that is linked below.")]
    if answer.kind == "excluded":
        return [message("Your keywords exclude {words}, which it contains.", words=words)]
    if answer.kind == "lacking":
        return [message("Your keywords require {words}, which it does not contain.", words=words)]
    if answer.kind == "by meaning":
        return [
            message("It is close to {words} in meaning only.", words=words),
            message("You have asked for strict matches, which contain the words themselves."),
        ]
    if answer.kind == "below":
        return _below(answer, words)
    if answer.kind == "duplicate":
        return [message("It says nearly the same as a paper that did come, named below.")]
    if answer.kind == "crowded out":
        return [
            message(
                "It fits, as number {place} of all that did, but your issue was full: it had "
                "room for {count}.",
                place=answer.place,
                count=len(answer.others),
            )
        ]
    sentences = [_PLAIN[answer.kind]]
    if answer.kind == "no match" and words:
        sentences.append(message("What came closest: {words}.", words=words))
    return sentences


_SOMETHING = 10  # points from which on it is said that a paper fits


def _below(answer: WhyNot, words: str) -> list[Message]:
    percent = min(99, round(100 * answer.share))
    sentences = [
        message(
            "It fits your keywords, but not well enough: it reaches {n} of the 100 points that "
            "are asked for.",
            n=percent,
        )
        if percent >= _SOMETHING
        else message("It has next to nothing to do with your keywords.")
    ]
    if words:
        sentences.append(message("What came closest: {words}.", words=words))
    sentences.append(
        message("With “Wide” in your preferences, you get more of what is close to your keywords.")
    )
    return sentences
