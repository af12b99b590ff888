"""The pages that are about the site: what it is, what it keeps, its style sheet and its manners."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from subscribers.consent import TEXT
from subscribers.web.pages import Pages, indexable, route_class

_FOR_EVER = "public, max-age=31536000, immutable"  # addresses change with the content

# What search engines may read: pages that are the same for everybody, and what they need. Shared
# issues are here for what chats show of a link; the pages themselves say that none may keep them.
_ALLOWED = ("/$", "/help$", "/sample$", "/shared/", "/static/")


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))

    @router.get("/about")
    def about(request: Request) -> Response:
        days = pages.desk.settings.confirm_within.days
        return pages.page(request, "about.html", consent=TEXT, confirm_days=days)

    @router.get("/help")
    def help_(request: Request) -> Response:
        return indexable(pages.page(request, "help.html"))

    @router.get("/robots.txt")
    def robots(request: Request) -> Response:
        allowed = [*_ALLOWED, *(("/archive",) if pages.settings.archive else ())]
        root = quote(request.scope.get("root_path", ""))
        lines = ["User-agent: *", *(f"Allow: {root}{path}" for path in allowed), "Disallow: /", ""]
        return PlainTextResponse("\n".join(lines))

    @router.get("/favicon.ico")
    def favicon(request: Request) -> Response:
        return _asset(pages, "icon.svg")

    @router.get("/static/{name}")
    def static(request: Request, name: str) -> Response:
        if name not in pages.assets.files:
            return pages.no_such_page(request)
        return _asset(pages, name)

    return router


def _asset(pages: Pages, name: str) -> Response:
    asset = pages.assets.files[name]
    return Response(asset.body, media_type=asset.kind, headers={"Cache-Control": _FOR_EVER})
