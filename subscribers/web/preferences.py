"""A reader's preferences, behind the signed link of any mail.

The page is one form, so that a button of one section loses nothing that was typed in another:
what is not saved yet comes back as it was typed. Each section is saved by itself; the form's first
button, which nobody sees and Enter presses without JavaScript, saves all of them. What was not
touched on this page is not saved from it: see `typed_fields`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers import own_data
from subscribers.consent import State
from subscribers.errors import AddressError
from subscribers.messages import Message, message
from subscribers.preferences import (
    FieldProblem,
    PreferencesError,
    fields_of,
    read_preferences,
)
from subscribers.reader_lookup import DeskVisit
from subscribers.stopped_mails import mail_again
from subscribers.store import Subscriber
from subscribers.web.choices import choices, ordered
from subscribers.web.feedback import MAX_NUMBER, keywords_of
from subscribers.web.forms import Fields, Form
from subscribers.web.mail_stops import stop_values
from subscribers.web.pages import Pages, client, route_class, see, too_often
from subscribers.web.preview import previewed, with_change
from subscribers.web.typed_fields import as_shown, typed
from subscribers.web.unsubscribe import offers_undo

Section = Literal["what", "when", "how"]
SECTIONS: Mapping[Section, tuple[str, ...]] = {
    "what": ("keywords", "breadth"),
    "when": ("cadence", "weekdays", "weekday", "hour", "timezone"),
    "how": ("max_papers", "name", "format", "cards", "language"),
}
_SAID = 5  # opinions that this page shows; all of them stand at the desk
_KEPT = ("language",)  # what stays as it is when a form does not name it

# What the page says after a form was dealt with: ?done=…
_DONE = {
    "saved": message("Your preferences are saved."),
    "paused": message("Your mails are paused."),
    "resumed": message("You get mails again."),
    "way-back": message(
        "We have sent a mail to your address. When it arrives, the link in it leads back here, "
        "and your mails can go on."
    ),
    "taken-back": message("Taken back."),
    "moving": message("Please open the mail that we have just sent to the new address."),
    "export": message("We have mailed you a link to your data. It works for a day."),
    "erase": message("We have mailed you a link that erases everything. It works for a day."),
    "no-letter": message(
        "We have sent you several such letters today, so no new one went out. "
        "Please use the newest of them, or try again tomorrow."
    ),
}
_WHILE: Mapping[str, State] = {"paused": "paused", "resumed": "active"}  # it is still true
_UNSAVED: Mapping[str, Message] = {
    "what": message("What you typed under “What comes” is not saved yet."),
    "when": message("What you chose under “When it comes” is not saved yet."),
    "how": message("What you chose under “How it looks” is not saved yet."),
    "until": message("You chose a day for a break, but have not pressed “Pause” yet."),
    "email": message("You typed a new email, but have not pressed “Change” yet."),
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
        state = visit.reader.state
        is_true = state == _WHILE.get(done, state)
        return _page(pages, request, token, visit, done=_DONE.get(done, "") if is_true else "")

    @router.post("/m/{token}/preferences")
    def save_all(request: Request, token: str, fields: Form) -> Response:
        return _save(pages, request, token, fields, tuple(SECTIONS))

    @router.post("/m/{token}/preferences/{section}")
    def save(request: Request, token: str, section: Section, fields: Form) -> Response:
        return _save(pages, request, token, fields, (section,))

    @router.post("/m/{token}/preferences/take-back/{paper}")
    def take_back(request: Request, token: str, paper: int, fields: Form) -> Response:
        visit = desk.visit("feedback", token, pages.now())
        if 0 < paper < MAX_NUMBER:
            pages.feedback.take_back(visit.reader.id, paper)
        return _after(pages, request, token, visit, fields, "taken-back")

    @router.post("/m/{token}/preview")
    async def preview(request: Request, token: str, fields: Form) -> Response:
        if wait := pages.rates.preview(client(request)):
            return too_often(pages, request, wait)
        visit = await run_in_threadpool(desk.visit, "change", token, pages.now())
        return await pages.preview_room.run(
            lambda: _page(pages, request, token, visit, with_change(fields), preview=True)
        )


def _save(
    pages: Pages, request: Request, token: str, fields: Fields, sections: Sequence[Section]
) -> Response:
    """Save some sections; when something in them is wrong, none of them."""
    now = pages.now()
    visit = pages.desk.visit("change", token, now)
    fields = typed(fields, fields_of(visit.reader))
    told = fields_of(visit.reader)
    for section in sections:
        told |= _told(visit.reader, fields, section)
    asked = told.get("language", "").strip() != visit.reader.language
    languages = pages.languages.names() if asked else ()
    try:
        wishes = read_preferences(told, languages)
    except PreferencesError as error:
        return _page(pages, request, token, visit, fields, list(error.problems), status=422)
    reader = pages.desk.change(visit.reader, wishes, now)
    return _after(pages, request, token, replace(visit, reader=reader), fields, "saved")


def _told(reader: Subscriber, fields: Fields, section: Section) -> dict[str, str]:
    """Return a section's fields as they were sent: a box that is not ticked is not sent."""
    kept = fields_of(reader)
    return {
        name: fields.get(name, kept[name] if name in _KEPT else "") for name in SECTIONS[section]
    }


def _after(
    pages: Pages, request: Request, token: str, visit: DeskVisit, fields: Fields, done: str
) -> Response:
    """Show what was done: by another address, unless there is something typed that would go."""
    is_whole = "keywords" in fields  # the page's form, and no button of its own
    fields = typed(fields, fields_of(visit.reader))
    unsaved = [s for s in SECTIONS if is_whole and _differs(visit.reader, fields, s)]
    asked = [name for name in ("until", "email") if fields.get(name, "").strip()]
    if not unsaved and not asked:
        return see(f"/m/{token}/preferences?done={done}")
    return _page(pages, request, token, visit, fields, done=_DONE[done], unsaved=[*unsaved, *asked])


def _differs(reader: Subscriber, fields: Fields, section: Section) -> bool:
    """Return whether a section was sent otherwise than it is kept."""
    kept = fields_of(reader)
    try:
        told = fields_of(read_preferences(kept | _told(reader, fields, section)))
    except PreferencesError:
        return True
    return told != kept


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
            return _page(pages, request, token, visit, fields, problems, status=422)
        reader = desk.pause(visit.reader, until, now)
        rest = {**fields, "until": ""}
        return _after(pages, request, token, replace(visit, reader=reader), rest, "paused")

    @router.post("/m/{token}/resume")
    def resume(request: Request, token: str, fields: Form) -> Response:
        now = pages.now()
        visit = desk.visit("change", token, now)
        reader = desk.resume(visit.reader, now)
        return _after(pages, request, token, replace(visit, reader=reader), fields, "resumed")

    @router.post("/m/{token}/write-again")
    def write_again(request: Request, token: str, fields: Form) -> Response:
        now = pages.now()
        visit = desk.visit("change", token, now)
        if wait := pages.rates.form(client(request)):
            return too_often(pages, request, wait)
        if not mail_again(desk, visit, now):
            return _after(pages, request, token, visit, fields, "no-letter")
        is_over = desk.store.stop_of(visit.reader.email_key) is None
        return _after(pages, request, token, visit, fields, "resumed" if is_over else "way-back")


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
        done = "moving" if sent else "no-letter"
        return _after(pages, request, token, visit, {**fields, "email": ""}, done)

    @router.post("/m/{token}/ask/{what}")
    def data(
        request: Request, token: str, what: Literal["export", "erase"], fields: Form
    ) -> Response:
        now = pages.now()
        visit = desk.visit("ask", token, now)
        if wait := pages.rates.form(client(request)):
            return too_often(pages, request, wait)
        sent = own_data.ask_for(desk, visit.reader, what, now)
        return _after(pages, request, token, visit, fields, what if sent else "no-letter")


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
    unsaved: Sequence[str] = (),
) -> Response:
    reader = visit.reader
    kept = fields_of(reader)
    shown = _shown(kept, fields)
    values: dict[str, Any] = choices(pages, shown)
    values["values"] |= {"until": shown.get("until", "")}
    return pages.page(
        request,
        "preferences.html",
        status,
        reader=reader,
        token=token,
        done=done,
        **stop_values(pages, visit),
        was=as_shown(kept),
        unsaved=[_UNSAVED[each] for each in unsaved],
        may_undo=offers_undo(visit, pages.now()),
        keywords=keywords_of(reader),
        feedback=pages.feedback.feedback(reader.id)[:_SAID],
        problems=ordered(problems or []),
        **values,
        **_previewed(pages, token, shown if preview else None, shown),
    )


def _previewed(
    pages: Pages, token: str, asked: Fields | None, shown: Fields
) -> Mapping[str, object]:
    values = previewed(pages, asked, action=f"/m/{token}/preview")
    is_unasked = asked is None and shown["keywords"].strip()
    return values | ({"preview_state": "unasked"} if is_unasked else {})


def _shown(kept: Fields, fields: Fields | None) -> dict[str, str]:
    """Return what is kept, and in its place what was typed, when the whole form was sent."""
    shown = {**kept, **typed(fields or {}, kept)}
    if fields and "keywords" in fields:  # boxes that are not ticked are not sent
        shown["weekdays"] = fields.get("weekdays", "")
    return shown
