"""The button behind the confirmation link."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from subscribers.link_rules import link_time
from subscribers.profile import read_profile
from subscribers.store import Subscriber
from subscribers.understood import understood
from subscribers.web.mail_stops import stop_values
from subscribers.web.pages import Pages, route_class, see

_JUST_NOW = timedelta(minutes=10)


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    desk = pages.desk

    @router.get("/confirm/{token}")
    def show(request: Request, token: str) -> Response:
        reader = desk.requests.to_confirm(token, pages.now())
        reading = read_profile(reader.keywords)
        return pages.page(
            request,
            "confirm.html",
            reader=reader,
            understood=understood(reading.profile),
            remarks=reading.remarks,
        )

    @router.post("/confirm/{token}")
    def confirm(token: str) -> Response:
        now = pages.now()
        reader = desk.confirm(token, now)
        return see(f"/m/{desk.links.mail_token(reader.id, 0, link_time(reader, now))}/welcome")

    @router.get("/m/{token}/welcome")
    def welcome(request: Request, token: str) -> Response:
        visit = desk.visit("change", token, pages.now())  # who left has no first mail to come
        reader, now = visit.reader, pages.now()
        is_new = reader.confirmed_at is not None and now - reader.confirmed_at < _JUST_NOW
        was_sent = is_new and _has_issue(pages, reader)
        at_once = is_new and pages.welcomes_at_once()
        return pages.page(
            request,
            "welcome.html",
            reader=reader,
            token=token,
            was_sent=was_sent,
            at_once=at_once,
            **stop_values(pages, visit),
        )

    return router


def _has_issue(pages: Pages, reader: Subscriber) -> bool:
    """Return whether an issue has gone out since a reader confirmed."""
    since = reader.confirmed_at
    newest = [issue.sent_at for issue in pages.own.papers.issues(reader.id, 0, 1)]
    return any(since and sent and sent >= since for sent in newest)
