"""A reader's preferences, behind the signed link of any mail."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers import own_data
from subscribers.errors import AddressError
from subscribers.messages import message
from subscribers.preferences import (
    FieldProblem,
    PreferencesError,
    fields_of,
    read_preferences,
)
from subscribers.reception import DeskVisit
from subscribers.web.choices import choices, ordered
from subscribers.web.forms import Fields, Form
from subscribers.web.pages import Pages, client, route_class, see, too_often
from subscribers.web.preview import previewed, with_change

# What the page says after a form was dealt with: ?done=…
_DONE = {
    "saved": message("Your preferences are saved."),
    "paused": message("Your mails are paused."),
    "resumed": message("Your mails go on."),
    "moving": message("Please open the mail that we have just sent to the new address."),
    "export": message("We have mailed you a link to your data. It works for a day."),
    "erase": message("We have mailed you a link that erases everything. It works for a day."),
    "no-letter": message(
        "We have sent you several such letters today, so no new one went out. "
        "Please use the newest of them, or try again tomorrow."
    ),
    "taken-back": message("Taken back."),
    "muted": message("That keyword is gone from your list."),
}


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    _choosing(router, pages)
    _pausing(router, pages)
    _asking_for_letters(router, pages)
    return router


def _choosing(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.get("/m/{token}/preferences")
    def show(request: Request, token: str, done: str = "") -> Response:
        visit = desk.visit("preferences", token, pages.now())
        return _page(pages, request, token, visit, done=_DONE.get(done, ""))

    @router.post("/m/{token}/preferences")
    def save(request: Request, token: str, fields: Form) -> Response:
        visit = desk.visit("change", token, pages.now())
        try:
            asked = fields.get("language", "").strip() != visit.reader.language
            languages = pages.languages.names() if asked else ()
            given = {"language": visit.reader.language} | dict(fields)
            wishes = read_preferences(given, languages)
        except PreferencesError as error:
            return _page(pages, request, token, visit, fields, list(error.problems), status=422)
        desk.change(visit.reader, wishes, pages.now())
        return see(f"/m/{token}/preferences?done=saved")

    @router.post("/m/{token}/preview")
    async def preview(request: Request, token: str, fields: Form) -> Response:
        if wait := pages.rates.preview(client(request)):
            return too_often(pages, request, wait)
        visit = await run_in_threadpool(desk.visit, "change", token, pages.now())
        return await pages.preview_room.run(
            lambda: _page(pages, request, token, visit, with_change(fields), preview=True)
        )


def _pausing(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.post("/m/{token}/pause")
    def pause(request: Request, token: str, fields: Form) -> Response:
        now = pages.now()
        visit = desk.visit("change", token, now)
        try:
            until = _day(fields.get("until", ""), now.date())
        except ValueError as error:
            problems = [FieldProblem("until", error.args[0])]
            return _page(pages, request, token, visit, None, problems, status=422)
        desk.pause(visit.reader, until, now)
        return see(f"/m/{token}/preferences?done=paused")

    @router.post("/m/{token}/resume")
    def resume(token: str, fields: Form) -> Response:
        now = pages.now()
        desk.resume(desk.visit("change", token, now).reader, now)
        return see(f"/m/{token}/preferences?done=resumed")


def _asking_for_letters(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.post("/m/{token}/address")
    def address(request: Request, token: str, fields: Form) -> Response:
        now = pages.now()
        visit = desk.visit("change", token, now)
        if wait := pages.rates.form(client(request)):
            return too_often(pages, request, wait)
        try:
            sent = own_data.ask_to_move(desk, visit.reader, fields.get("email", ""), now)
        except AddressError as error:
            problems = [FieldProblem("email", error.args[0])]
            return _page(pages, request, token, visit, fields, problems, status=422)
        return see(f"/m/{token}/preferences?done={'moving' if sent else 'no-letter'}")

    @router.post("/m/{token}/ask/{what}")
    def data(
        request: Request, token: str, what: Literal["export", "erase"], fields: Form
    ) -> Response:
        now = pages.now()
        visit = desk.visit("ask", token, now)
        if wait := pages.rates.form(client(request)):
            return too_often(pages, request, wait)
        sent = own_data.ask_for(desk, visit.reader, what, now)
        return see(f"/m/{token}/preferences?done={what if sent else 'no-letter'}")


def _day(text: str, today: date) -> date | None:
    """Read the day until which to pause; empty: until they resume. Raises ValueError."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(message("write a day as 2026-12-31, or leave it empty")) from None
    if day <= today or day.year > today.year + 2:
        raise ValueError(message("choose a day in the future, at most two years from now"))
    return day


def _page(
    pages: Pages,
    request: Request,
    token: str,
    visit: DeskVisit,
    fields: Fields | None = None,
    problems: list[FieldProblem] | None = None,
    *,
    status: int = 200,
    preview: bool = False,
    done: str = "",
) -> Response:
    reader = visit.reader
    shown = fields_of(reader) | dict(fields or {})
    return pages.page(
        request,
        "preferences.html",
        status,
        reader=reader,
        token=token,
        done=done,
        feedback=pages.feedback.feedback(reader.id),
        problems=ordered(problems or []),
        **choices(pages, shown),
        **previewed(pages, shown if preview else None, action=f"/m/{token}/preview"),
    )
