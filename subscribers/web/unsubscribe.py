"""Leaving: the one-click of mail programs (RFC 8058), and a page for people.

A GET only shows. Links in mails of any age work here, and for leaving so do links that were cut
off: whoever holds a mail may end what it belongs to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from subscribers.consent import may_undo
from subscribers.errors import TokenError, UnknownReader
from subscribers.preferences import preferences_of
from subscribers.reader_lookup import DeskVisit
from subscribers.web.choices import DAYS
from subscribers.web.forms import AnyForm, Form
from subscribers.web.pages import Pages, route_class, see

_PAUSE = timedelta(days=30)
_WEEKLY_ON = (4,)  # Friday
_DAYS_OF_WEEK = tuple(map(str, range(len(DAYS))))


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    _leaving(router, pages)
    _easing(router, pages)
    return router


def offers_undo(visit: DeskVisit, now: datetime) -> bool:
    """Return whether who came by a link has left, and may take it back."""
    reader = visit.reader
    is_theirs = reader.confirmed_at is not None and not visit.is_cut_off
    return is_theirs and reader.state == "left" and may_undo(reader.left_at, now)


def _leaving(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.get("/m/{token}/unsubscribe")
    def show(request: Request, token: str) -> Response:
        visit = desk.visit("unsubscribe", token, pages.now())
        reader = visit.reader
        return pages.page(
            request,
            "unsubscribe.html",
            reader=reader,
            # The old address's mails do not tell where the mails go now.
            address="" if visit.is_cut_off else reader.email,
            token=token,
            may_undo=offers_undo(visit, pages.now()),
            days=[(str(number), name) for number, name in enumerate(DAYS)],
            weekly_on=str(_WEEKLY_ON[0]),
            is_cut_off=visit.is_cut_off,
        )

    @router.post("/m/{token}/unsubscribe")
    def unsubscribe(token: str, fields: AnyForm) -> Response:
        by_page = fields.get("by") == "page"
        try:
            reader = desk.visit("unsubscribe", token, pages.now()).reader
            desk.leave(reader, pages.now(), how="form" if by_page else "one-click")
        except UnknownReader:
            if by_page:
                raise
            return PlainTextResponse(
                "The subscription that this mail belonged to has been erased. Should mails still "
                "come, unsubscribe by a newer one.\n"
            )
        except TokenError as error:
            if by_page:
                raise
            return PlainTextResponse(f"{error}\n", 400)
        if by_page:
            return see(f"/m/{token}/unsubscribe")
        return PlainTextResponse("You are unsubscribed.\n")  # RFC 8058: no redirect

    @router.post("/m/{token}/undo")
    def undo(token: str, fields: Form) -> Response:
        now = pages.now()
        desk.undo_leave(desk.visit("undo", token, now).reader, now)
        return see(f"/m/{token}/welcome-back")

    @router.get("/m/{token}/welcome-back")
    def welcome_back(request: Request, token: str) -> Response:
        reader = desk.visit("undo", token, pages.now()).reader
        if reader.state == "left":  # again, elsewhere
            return see(f"/m/{token}/unsubscribe")
        return pages.page(request, "welcome_back.html", reader=reader, token=token)


def _easing(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.post("/m/{token}/fewer")
    def fewer(token: str, fields: Form) -> Response:
        reader = desk.visit("soften", token, pages.now()).reader
        day = fields.get("weekday", "")
        days = (int(day),) if day in _DAYS_OF_WEEK else _WEEKLY_ON
        wishes = replace(preferences_of(reader), cadence="weekly", weekdays=days)
        desk.change(reader, wishes, pages.now())
        return see(f"/m/{token}/eased")

    @router.post("/m/{token}/month-off")
    def month_off(token: str, fields: Form) -> Response:
        now = pages.now()
        reader = desk.visit("soften", token, now).reader
        desk.pause(reader, (now + _PAUSE).date(), now)
        return see(f"/m/{token}/eased")

    @router.get("/m/{token}/eased")
    def eased(request: Request, token: str) -> Response:
        reader = desk.visit("soften", token, pages.now()).reader
        return pages.page(request, "eased.html", reader=reader, token=token)
