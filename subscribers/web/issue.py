"""An issue on the web, exactly as mailed, at the unguessable address of its mail's token."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from subscribers.messages import message
from subscribers.web.pages import Pages, route_class

# A mail has its styles inline. It gets no script, no form and no frame; the sandbox gives it an
# origin of its own, so that even a mistake in it could not touch the other pages.
_MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))

    @router.get("/m/{token}/read")
    def read(request: Request, token: str) -> Response:
        visit = pages.desk.visit("read", token, pages.now())
        issue = pages.issues.read(visit.reader.id, visit.edition) if visit.edition else None
        if issue is None:
            text = message("This issue is not kept any more. Your mail program may still have it.")
            return pages.sorry(request, 404, message("No such issue"), text)
        if issue.html is None:
            return PlainTextResponse(issue.text)
        return HTMLResponse(issue.html, headers={"Content-Security-Policy": _MAIL_CSP})

    return router
