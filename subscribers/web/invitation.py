"""Behind an invitation: what the newsletter is, the choice of keywords, and a way to decline."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers.invitations import accept, decline, invited
from subscribers.link_rules import link_time
from subscribers.preferences import PreferencesError, fields_of, read_preferences
from subscribers.store import Subscriber
from subscribers.web.choices import choices, ordered
from subscribers.web.forms import Fields, Form
from subscribers.web.pages import Pages, client, route_class, see, too_often
from subscribers.web.preview import previewed, sample_of, with_change


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    desk = pages.desk

    @router.get("/invite/{token}")
    def show(request: Request, token: str) -> Response:
        return _page(pages, request, token, invited(desk, token, pages.now()), None)

    @router.post("/invite/{token}")
    def take(request: Request, token: str, fields: Form) -> Response:
        now = pages.now()
        reader = invited(desk, token, now)
        try:
            wishes = read_preferences(fields, pages.languages.names())
        except PreferencesError as error:
            return _page(pages, request, token, reader, fields, error)
        joined = accept(desk, token, wishes, now)
        return see(f"/m/{desk.links.mail_token(joined.id, 0, link_time(joined, now))}/welcome")

    @router.post("/invite/{token}/preview")
    async def preview(request: Request, token: str, fields: Form) -> Response:
        if wait := pages.rates.preview(client(request)):
            return too_often(pages, request, wait)
        reader = await run_in_threadpool(invited, desk, token, pages.now())
        changed = with_change(fields)
        return await pages.preview_room.run(
            lambda: _page(pages, request, token, reader, changed, preview=True)
        )

    @router.post("/invite/{token}/decline")
    def refuse(request: Request, token: str) -> Response:
        decline(desk, token, pages.now())
        return pages.page(request, "declined.html")

    return router


def _page(
    pages: Pages,
    request: Request,
    token: str,
    reader: Subscriber,
    fields: Fields | None,
    error: PreferencesError | None = None,
    *,
    preview: bool = False,
) -> Response:
    shown = {**fields_of(reader), **(fields or {}), "email": reader.email}
    action = f"/invite/{token}/preview"
    return pages.page(
        request,
        "invite.html",
        422 if error else 200,
        reader=reader,
        token=token,
        problems=ordered(list(error.problems) if error else []),
        **choices(pages, shown),
        **(previewed(pages, fields if preview else None, action) | sample_of(pages)),
    )
