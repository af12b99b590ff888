"""The button behind the confirmation link."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from subscribers.profile import read_profile
from subscribers.understood import understood
from subscribers.web.pages import Pages, route_class, see


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    desk = pages.desk

    @router.get("/confirm/{token}")
    def show(request: Request, token: str) -> Response:
        reader = desk.to_confirm(token, pages.now())
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
        return see(f"/m/{desk.links.mail_token(reader.id, 0, now)}/welcome")

    @router.get("/m/{token}/welcome")
    def welcome(request: Request, token: str) -> Response:
        visit = desk.visit("preferences", token, pages.now())
        return pages.page(request, "welcome.html", reader=visit.reader, token=token)

    return router
