"""The page a reader meets first, the live preview, and what follows the button."""

from __future__ import annotations

import time
from collections.abc import Collection
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers.addresses import parse_address, shown_domain
from subscribers.errors import AddressError, ConsentError
from subscribers.mail_domains import likely_typo
from subscribers.messages import message
from subscribers.preferences import FieldProblem, PreferencesError, read_preferences
from subscribers.web.choices import choices, ordered
from subscribers.web.forms import Fields, Form, came_from_elsewhere
from subscribers.web.kept_form import keep_form, kept_form
from subscribers.web.pages import Pages, client, indexable, route_class, see, too_often
from subscribers.web.preview import previewed, sample_of, with_change

HONEYPOT = "website"  # people do not see it, robots fill it in
# What a form on another site may fill in: see docs/front-page.md.
FROM_ELSEWHERE = ("email", "keywords", "name", "language")

_DOMAINS = 5  # named beside the field


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))

    @router.get("/")
    @router.get("/subscribe")
    def show(request: Request) -> Response:
        return indexable(_form(pages, request, {}))

    @router.post("/subscribe")
    async def subscribe(request: Request, fields: Form) -> Response:
        started = time.perf_counter()
        pages.desk.check_is_open()
        if not pages.is_our_form(request, fields):
            return _form(pages, request, fields, status=403, stale=True)
        if wait := pages.rates.form(client(request)):
            return too_often(pages, request, wait)
        response = await run_in_threadpool(_subscribe, pages, request, fields)
        await pages.at_the_same_time(started)
        return response

    @router.get("/start")
    def begin_anew() -> Response:
        return see("/")

    @router.post("/start")
    async def start(request: Request, fields: Form) -> Response:
        """Show our form with what a form elsewhere held: it is sent by our own button only."""
        given = {name: fields[name] for name in FROM_ELSEWHERE if fields.get(name)}
        request.state.language = given.get("language", "")
        return await run_in_threadpool(_form, pages, request, given, started=True)

    @router.get("/subscribed")
    def subscribed(request: Request) -> Response:
        token, cookie = pages.form_token(request)
        asked = kept_form(request)
        meant = likely_typo(asked.get("email", ""))
        values = {"asked": asked, "meant": meant, "form_token": token}
        response = pages.page(request, "subscribed.html", 200, **values)
        pages.keep_cookie(request, response, cookie)
        return response

    @router.get("/subscribed/corrected")
    def corrected(request: Request) -> Response:
        """Show the form as it was sent, with the address that was probably meant."""
        asked = kept_form(request)
        email = asked.get("email", "")
        return _form(pages, request, {**asked, "email": likely_typo(email) or email})

    @router.post("/preview")
    async def preview(request: Request, fields: Form) -> Response:
        if wait := pages.rates.preview(client(request)):
            return too_often(pages, request, wait)
        changed = with_change(fields)
        return await pages.preview_room.run(lambda: _form(pages, request, changed, preview=True))

    @router.post("/preview/fragment")
    async def fragment(request: Request, fields: Form) -> Response:
        if came_from_elsewhere(request.headers, pages.settings.hosts):
            return Response(status_code=403)
        if wait := pages.rates.preview(client(request)):
            return Response(status_code=429, headers={"Retry-After": str(wait)})
        return await pages.preview_room.run(
            lambda: pages.page(request, "_preview.html", **previewed(pages, fields))
        )

    return router


def _subscribe(pages: Pages, request: Request, fields: Fields) -> Response:
    problems: list[FieldProblem] = []
    if not fields.get(HONEYPOT):
        try:
            wishes = read_preferences(fields, pages.languages.names())
            if not pages.desk.subscribe(fields.get("email", ""), wishes, pages.now()):
                return _enough_letters(pages, request)
        except AddressError as error:
            problems.append(FieldProblem("email", error.args[0]))
        except PreferencesError as error:
            problems += error.problems
            problems += _address_problems(pages, fields)
        except ConsentError:
            pass  # lost a race with the same address; the answer must not tell
    if problems:
        return _form(pages, request, fields, problems, status=422)
    response = see(f"/subscribed{in_language(pages, request)}")
    keep_form(request, response, {**fields, "email": _as_understood(fields.get("email", ""))})
    return response


def _as_understood(email: str) -> str:
    try:
        return parse_address(email).email
    except AddressError:  # a robot's
        return email


def _enough_letters(pages: Pages, request: Request) -> Response:
    """Say that no letter went out, and why: whoever asks, and whatever the address."""
    text = message(
        "Several mails have gone to this address already, so we have not sent another. Look in its "
        "inbox and spam folder; if there is none, try again tomorrow."
    )
    response = pages.sorry(request, 429, message("No mail this time"), text)
    response.headers["Retry-After"] = "3600"
    return response


def _address_problems(pages: Pages, fields: Fields) -> list[FieldProblem]:
    """Name what is wrong with the address too, so that all can be corrected at once."""
    try:
        pages.desk.check_own_address(fields.get("email", ""))
    except AddressError as error:
        return [FieldProblem("email", error.args[0])]
    return []


def _form(
    pages: Pages,
    request: Request,
    fields: Fields,
    problems: list[FieldProblem] | None = None,
    *,
    status: int = 200,
    stale: bool = False,
    started: bool = False,
    preview: bool = False,
) -> Response:
    token, cookie = pages.form_token(request)
    words = pages.words(request)  # who reads this page in a language can read mails in it
    language = words.language if words.language != pages.languages.default else ""
    response = pages.page(
        request,
        "subscribe.html",
        status,
        form_token=token,
        in_language=in_language(pages, request),
        stale=stale,
        started=started and not pages.desk.settings.is_invited_only,
        domains=_named(pages.desk.settings.allowed_domains),
        problems=ordered(problems or []),
        **choices(pages, {"language": language} | dict(fields)),
        **(previewed(pages, fields if preview else None) | sample_of(pages)),
    )
    pages.keep_cookie(request, response, cookie)
    return response


def in_language(pages: Pages, request: Request) -> str:
    """Return what keeps a page's successors in the language that was asked for; else nothing."""
    asked = pages.asked_language(request)
    return f"?language={quote(pages.languages.words(asked).language)}" if asked else ""


def _named(domains: Collection[str]) -> list[str]:
    """Return the domains to name beside the field: none when they are too many to read."""
    return sorted(map(shown_domain, domains)) if len(domains) <= _DOMAINS else []
