"""Pages for everybody that show papers: an issue to share, the archive of editions, a sample.

None knows a reader. The link to share an issue names its day and its papers, and is signed so that
nobody makes pages of ours with papers of their choice; it opens nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from subscribers.errors import TokenError
from subscribers.messages import message
from subscribers.web.interfaces import PreviewedPaper
from subscribers.web.pages import Pages, indexable, route_class
from subscribers.web.preview import why_of

PER_PAGE = 50  # papers of an edition


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))

    @router.get("/shared/{token}")
    def shared(request: Request, token: str) -> Response:
        try:
            day, papers = pages.desk.links.read_shared(token, pages.now())
        except TokenError:
            return _not_kept(pages, request)
        known = pages.papers.numbered(papers)
        if papers and not known:
            return _not_kept(pages, request)
        return pages.page(request, "shared.html", day=day, token=token, **_of(known))

    @router.get("/sample")
    def sample(request: Request) -> Response:
        response = pages.page(request, "sample.html", sample=pages.previews.sample(), why_of=why_of)
        return indexable(response)

    @router.get("/archive")
    def archive(request: Request) -> Response:
        if not pages.settings.archive:
            return pages.no_such_page(request)
        editions = pages.papers.editions()
        return indexable(pages.page(request, "archive.html", editions=editions))

    @router.get("/archive/{name}")
    def edition(request: Request, name: str, page: str = "1") -> Response:
        found = pages.papers.edition(name) if pages.settings.archive else None
        if found is None:
            return pages.no_such_page(request)
        asked, known = found
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
        last = -(-len(known) // PER_PAGE)
        if not 1 <= number <= last:
            return pages.no_such_page(request)
        shown = known[(number - 1) * PER_PAGE : number * PER_PAGE]
        values: dict[str, Any] = {"edition": asked, "number": number, "last": last}
        values["all"] = len(known)
        response = pages.page(request, "edition.html", **values, **_of(shown))
        return indexable(response)

    return router


def _not_kept(pages: Pages, request: Request) -> Response:
    text = message("This issue is not kept any more, or the link to it is incomplete.")
    return pages.sorry(request, 404, message("No such issue"), text)


def _of(papers: Sequence[PreviewedPaper]) -> dict[str, Any]:
    return {"papers": papers, "why_of": why_of}
