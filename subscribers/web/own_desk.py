"""A reader's own desk behind the signed link: their issues, what they liked and muted, files."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers import own_desk
from subscribers.messages import message
from subscribers.web.forms import Form
from subscribers.web.own_papers import CitationForm
from subscribers.web.pages import Pages, client, route_class, see, too_often

ISSUES_A_PAGE = 20
_LONGEST_SEARCH = 200  # characters
_MEDIA_TYPES: dict[CitationForm, str] = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
# What a page says after a button was pressed: ?done=…
_DONE = {
    "taken-back": message("Taken back."),
    "unmuted": message("That keyword is on your list again."),
    "muted": message("That keyword is off your list."),
}


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    _issues(router, pages)
    _files(router, pages)
    _opinions(router, pages)
    return router


def _issues(router: APIRouter, pages: Pages) -> None:
    own = pages.own.papers

    @router.get("/m/{token}/issues")
    def issues(request: Request, token: str, page: int = 1) -> Response:
        reader = pages.desk.visit("collect", token, pages.now()).reader
        number = min(max(page, 1), 10_000)
        total, skip = own.count(reader.id), ISSUES_A_PAGE * (number - 1)
        return pages.page(
            request,
            "issues.html",
            reader=reader,
            token=token,
            q="",
            found=None,
            issues=own.issues(reader.id, skip, ISSUES_A_PAGE),
            page=number,
            has_older=total > skip + ISSUES_A_PAGE,
            total=total,
        )

    @router.post("/m/{token}/issues")
    async def search(request: Request, token: str, fields: Form) -> Response:
        # By POST, so that what was searched for stands in no address, log or history.
        visit = await run_in_threadpool(pages.desk.visit, "collect", token, pages.now())
        if wait := pages.rates.lookup(client(request)):
            return too_often(pages, request, wait)
        text = " ".join(fields.get("q", "").split())[:_LONGEST_SEARCH]
        if not text:
            return see(f"/m/{token}/issues")
        reader = visit.reader
        found = await pages.lookup_room.run(lambda: own.search(reader.id, text))
        return pages.page(request, "issues.html", reader=reader, token=token, q=text, found=found)

    @router.get("/m/{token}/issues/{edition}")
    def issue(request: Request, token: str, edition: int) -> Response:
        visit = pages.desk.visit("collect", token, pages.now())
        found = own.issue(visit.reader.id, edition) if _is_number(edition) else None
        if found is None:
            return _no_issue(pages, request)
        said = {each.paper: each.opinion for each in pages.feedback.feedback(visit.reader.id)}
        return pages.page(
            request,
            "issue.html",
            reader=visit.reader,
            token=token,
            issue=found,
            said=said,
            as_mailed=visit.edition == edition,
        )


def _files(router: APIRouter, pages: Pages) -> None:
    own = pages.own.papers

    @router.get("/m/{token}/issues/{edition}/{form}")
    def issue_file(request: Request, token: str, edition: int, form: CitationForm) -> Response:
        visit = pages.desk.visit("collect", token, pages.now())
        if wait := pages.rates.lookup(client(request)):
            return too_often(pages, request, wait)
        text = own.cited(visit.reader.id, edition, form) if _is_number(edition) else None
        if text is None:
            return _no_issue(pages, request)
        return _file(pages, text, f"issue-{edition}", form)

    @router.get("/m/{token}/likes/{form}")
    def likes_file(request: Request, token: str, form: CitationForm) -> Response:
        visit = pages.desk.visit("collect", token, pages.now())
        if wait := pages.rates.lookup(client(request)):
            return too_often(pages, request, wait)
        return _file(pages, own.cited_likes(visit.reader.id, form), "likes", form)


def _opinions(router: APIRouter, pages: Pages) -> None:
    desk, kept = pages.desk, pages.own.kept

    @router.get("/m/{token}/likes")
    def likes(request: Request, token: str, done: str = "") -> Response:
        reader = desk.visit("collect", token, pages.now()).reader
        return pages.page(
            request,
            "likes.html",
            reader=reader,
            token=token,
            done=_DONE.get(done, ""),
            feedback=pages.feedback.feedback(reader.id),
            muted=kept.muted(reader.id),
        )

    @router.post("/m/{token}/unmute/{number}")
    def unmute(token: str, number: int, fields: Form) -> Response:
        now = pages.now()
        reader = desk.visit("keep", token, now).reader
        own_desk.unmute(desk, kept, reader, number, now)
        return see(f"/m/{token}/likes?done=unmuted")


def _no_issue(pages: Pages, request: Request) -> Response:
    text = message("You were not sent an issue with this number.")
    return pages.sorry(request, 404, message("No such issue"), text)


def _file(pages: Pages, text: str, name: str, form: CitationForm) -> Response:
    site = re.sub(r"[^A-Za-z0-9]+", "-", pages.settings.name).strip("-") or "papers"
    headers = {"Content-Disposition": f'attachment; filename="{site}-{name}.{form}"'}
    return Response(text, media_type=_MEDIA_TYPES[form], headers=headers)


def _is_number(edition: int) -> bool:
    return 0 < edition < 2**31
