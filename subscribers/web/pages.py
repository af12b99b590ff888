"""What all readers' pages share: the desk, the templates, the clock, and how errors look."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from subscribers.errors import (
    ChangedMeanwhile,
    ConsentError,
    FrontDeskError,
    InvitedOnly,
    TokenError,
    UnknownPaper,
    UnknownReader,
    UsedLink,
)
from subscribers.messages import message, told
from subscribers.service import FrontDesk
from subscribers.store import FeedbackStore, Subscriber
from subscribers.web import assets
from subscribers.web.clients import Client
from subscribers.web.forms import Fields, came_from_elsewhere, is_vouched_for, same
from subscribers.web.interfaces import IssueReader, PreviewService, PublicPapers
from subscribers.web.languages import PageLanguages, PageWords, wanted
from subscribers.web.own_papers import OwnDesk
from subscribers.web.preview_queue import PreviewRoom, RoomFull
from subscribers.web.rates import Rates
from subscribers.web.shown_text import input_type, shown_text

_TRIES = 4  # so many visitors would have to change one reader at the same moment


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What the operator decides about the pages."""

    name: str = "digest"  # of the newsletter
    hosts: frozenset[str] = frozenset({"localhost", "127.0.0.1", "[::1]"})  # see Guard
    hour: int = 7  # the newsletter's, for readers who choose none
    max_papers: int = 10  # likewise
    sender: str = ""  # whose name stands on the mails, to look for in a full inbox
    base_url: str = ""  # where the pages are, for links from elsewhere
    contact: str = ""  # shown on the about page: an address or a sentence
    postal_address: str = ""  # likewise
    archive: bool = False  # whether everybody may see the editions
    accent: str = "#a3341f"  # of links and buttons, by day
    accent_dark: str = "#e28470"  # by night
    answer_after: float = 0.3  # seconds; forms that could tell who is subscribed answer no sooner


@dataclass
class Pages:
    """Everything that a page's handler needs."""

    desk: FrontDesk
    feedback: FeedbackStore
    previews: PreviewService
    issues: IssueReader
    papers: PublicPapers
    rates: Rates
    settings: PageSettings
    templates: Path  # the folder templates/web
    languages: PageLanguages
    clock: Callable[[], datetime]
    pause: Callable[[float], Coroutine[Any, Any, None]] = field(default=anyio.sleep)
    # Whether somebody who confirms now gets their first mail at once.
    welcomes_at_once: Callable[[], bool] = field(default=lambda: False)
    preview_room: PreviewRoom = field(default_factory=PreviewRoom)
    lookup_room: PreviewRoom = field(default_factory=PreviewRoom)  # readers' searches and uploads
    own: OwnDesk = field(kw_only=True)

    def __post_init__(self) -> None:
        self.assets = assets.load(self.templates / "static", self.settings)

    def page(
        self, request: Request, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Render a page, in the language of the `reader` among its values, if they chose one."""
        html = self.fragment(request, template, **values)
        language = self.words(request, values.get("reader")).language
        # No Vary: nothing but a style sheet is ever cached.
        return HTMLResponse(html, status, headers={"Content-Language": language})

    def fragment(self, request: Request, template: str, **values: Any) -> str:
        """Render a template, in the same language as `page`."""
        words = self.words(request, values.get("reader"))
        root = quote(request.scope.get("root_path", ""))
        return (
            _environment(self.templates, words)
            .get_template(template)
            .render(
                site=self.settings,
                root=root,
                invited_only=self.desk.settings.is_invited_only,
                usual_hour=words.hour(self.settings.hour, self.desk.settings.timezone),
                asset=lambda name: root + self.assets.address(name),
                **values,
            )
        )

    def words(self, request: Request, reader: Subscriber | None = None) -> PageWords:
        """Return the language for a reader, else for their browser.

        A page's address may name one, and the form of another site.
        """
        chosen = reader.language if reader else self.asked_language(request)
        asked = request.headers.get("accept-language", "")
        return self.languages.words(chosen or wanted(asked, self.languages.names()))

    @staticmethod
    def asked_language(request: Request) -> str:
        """Return the tag of the language that a page is asked for in; '' when it is not said."""
        asked: str = getattr(request.state, "language", "")
        return asked or request.query_params.get("language", "")

    def sorry(
        self, request: Request, status: int, title: str, text: str, *, link_form: bool = False
    ) -> HTMLResponse:
        """Render what went wrong, and what to do; Messages are said in the reader's language."""
        return self.page(request, "sorry.html", status, title=title, text=text, link_form=link_form)

    def no_such_page(self, request: Request) -> HTMLResponse:
        """Render that there is nothing here."""
        text = message("There is nothing at this address.")
        return self.sorry(request, 404, message("No such page"), text)

    def now(self) -> datetime:
        """The time, UTC."""
        return self.clock()

    async def at_the_same_time(self, started: float) -> None:
        """Wait until `answer_after` has gone by since `started` (perf_counter)."""
        await self.pause(max(0.0, self.settings.answer_after - (time.perf_counter() - started)))

    def form_token(self, request: Request) -> tuple[str, str]:
        """Return a form token and the browser's cookie that it is bound to."""
        cookie = request.cookies.get(self.cookie_name(request), "")
        if not (cookie.isalnum() and cookie.isascii() and len(cookie) == 32):
            cookie = secrets.token_hex(16)
        return self.desk.tokens.sign("form", cookie, now=self.now()), cookie

    def keep_cookie(self, request: Request, response: Response, cookie: str) -> None:
        """Set the cookie of `form_token`. It names nobody and ends with the browser's session."""
        secure = request.url.scheme == "https"
        name = self.cookie_name(request)
        response.set_cookie(name, cookie, httponly=True, samesite="lax", secure=secure, path="/")

    def cookie_name(self, request: Request) -> str:
        """`__Host-` binds a cookie to this very host (RFC 6265bis); browsers want https for it."""
        return "__Host-form" if request.url.scheme == "https" else "form"

    def is_our_form(self, request: Request, fields: Fields) -> bool:
        """Return whether a form came from our page in the same browser (CSRF)."""
        if came_from_elsewhere(request.headers, self.settings.hosts):
            return False
        if is_vouched_for(request.headers):
            return True
        try:
            claim = self.desk.tokens.read("form", fields.get("form", ""), self.now())
        except TokenError:
            return False
        return same(claim.words()[0], request.cookies.get(self.cookie_name(request), ""))


def client(request: Request) -> Client:
    """Return who is asking, as the guard worked out."""
    found = getattr(request.state, "client", None)
    if isinstance(found, Client):
        return found
    peer = request.client.host if request.client else "unknown"
    return Client(peer, request.url.scheme == "https")


def indexable(response: Response) -> Response:
    """Let search engines keep a page; all others say that they must not."""
    response.headers["X-Robots-Tag"] = "all"
    return response


def see(address: str) -> RedirectResponse:
    """Go on to a page by GET, after a form was dealt with."""
    return RedirectResponse(address, 303)


def route_class(pages: Pages) -> type[APIRoute]:
    """Return a route whose handler's errors become pages."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def with_pages(request: Request) -> Response:
                if wait := _wait_to_act(pages, request):
                    return too_often(pages, request, wait)
                try:
                    return await _answered(handler, request)
                except FrontDeskError as error:
                    return explained(pages, request, error)
                except RoomFull:
                    return busy(pages, request)

            return with_pages

    return PageRoute


async def _answered(
    handler: Callable[[Request], Coroutine[Any, Any, Response]], request: Request
) -> Response:
    """Handle a request, anew when somebody was quicker: then it is decided by what is so now."""
    for _ in range(_TRIES - 1):
        try:
            return await handler(request)
        except ChangedMeanwhile:
            continue
    return await handler(request)


def _wait_to_act(pages: Pages, request: Request) -> int:
    # Mail providers unsubscribe many readers from few addresses: never turn that away.
    if request.method != "POST" or request.url.path.endswith("/unsubscribe"):
        return 0
    return pages.rates.act(client(request))


def too_often(pages: Pages, request: Request, wait: int) -> HTMLResponse:
    """Say that it was too often, and after how many seconds it may be tried again."""
    minutes = math.ceil(wait / 60)
    text = message("There were too many requests from your network; try again in a minute.")
    if minutes > 1:
        text = message(
            "There were too many requests from your network; try again in {minutes} minutes.",
            minutes=minutes,
        )
    response = pages.sorry(request, 429, message("A little slower, please"), text)
    response.headers["Retry-After"] = str(wait)
    return response


def busy(pages: Pages, request: Request) -> HTMLResponse:
    """Say that too many previews are wanted at once."""
    text = message("Many people are trying keywords just now; try again in a moment.")
    response = pages.sorry(request, 503, message("One moment, please"), text)
    response.headers["Retry-After"] = "2"
    return response


def explained(pages: Pages, request: Request, error: FrontDeskError) -> HTMLResponse:
    """Say what an error means for the reader."""
    text = error.args[0]
    if isinstance(error, UnknownReader | UnknownPaper):
        gone = isinstance(error, UnknownReader)  # whoever is subscribed anew can get in by a letter
        title = message("Nothing here any more")
        return pages.sorry(request, 404, title, text, link_form=gone)
    if isinstance(error, UsedLink):
        title = message("This link has done its work")
        return pages.sorry(request, 410, title, text, link_form=True)
    if isinstance(error, TokenError):
        return pages.sorry(request, 403, message("This link does not work"), text, link_form=True)
    if isinstance(error, InvitedOnly):
        title = message("New readers are invited here")
        return pages.sorry(request, 403, title, text, link_form=True)
    status = 409 if isinstance(error, ConsentError) else 422
    return pages.sorry(request, status, message("That did not work"), text)


@lru_cache(maxsize=64)
def _environment(folder: Path, words: PageWords) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=shown_text,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"words": words, "join": words.join, "input_type": input_type}
    made.filters["told"] = lambda what: told(what, words.say, words.number)
    made.filters["day"] = lambda day: words.day(_as_date(day))
    full_stop = words.say("{sentence}.").replace("{sentence}", "")
    made.filters |= {"capital": _capital, "sentence": lambda text: _sentence(text, full_stop)}
    return made


def _as_date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str, full_stop: str) -> str:
    return _capital(text) + ("" if text.endswith((*".?!…。？！",)) else full_stop)
