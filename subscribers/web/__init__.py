"""The readers' pages.

router = create_pages(pages)        # all families below
install_errors(app, pages)          # 404, 405, 413, 422 and 500 as pages
app = Guard(app, GuardSettings(…))  # outermost: hosts, sizes, headers, who is asking
"""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from subscribers.messages import message
from subscribers.web import (
    about,
    confirm,
    feedback,
    feeds,
    invitation,
    issue,
    letter_actions,
    library,
    own_desk,
    preferences,
    public,
    subscribe,
    unsubscribe,
    why_not,
)
from subscribers.web.pages import Pages

_FAMILIES = (
    *(subscribe, confirm, invitation, preferences, unsubscribe, feedback, issue, letter_actions),
    *(public, about),
    *(own_desk, why_not, library, feeds),
)


def create_pages(pages: Pages) -> APIRouter:
    """Return the routes of all readers' pages."""
    router = APIRouter(include_in_schema=False)
    for family in _FAMILIES:
        router.include_router(family.routes(pages))
    return router


def install_errors(app: FastAPI, pages: Pages) -> None:
    """Show the application's errors as pages; none says anything about what went on inside."""

    async def http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        if status == 404:
            return pages.no_such_page(request)
        if status == 405:
            text = message("This address does not take that.")
            answer = pages.sorry(request, 405, message("Not this way"), text)
            answer.headers["Allow"] = ", ".join(_methods_of(request))  # RFC 9110, 15.5.6
            return answer
        detail = error.detail if isinstance(error, HTTPException) else ""
        return pages.sorry(request, status, message("That did not work"), detail)

    async def server_error(request: Request, error: Exception) -> Response:
        text = message("Something went wrong on our side. It is noted; please try again later.")
        return pages.sorry(request, 500, message("Our mistake"), text)

    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, http_error)  # a paper that is no number
    app.add_exception_handler(Exception, server_error)


def _methods_of(request: Request) -> list[str]:
    """Return what the requested address takes."""
    taken = [
        method
        for method in ("GET", "POST")
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    ]
    return sorted({*taken, "HEAD"} if "GET" in taken else taken)
