"""More like this, less like this, mute this keyword: buttons behind a mail's links."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from subscribers import own_desk
from subscribers.errors import ConsentError, ProfileError, UnknownPaper
from subscribers.messages import message
from subscribers.profile import parse_stored
from subscribers.reader_lookup import DeskVisit
from subscribers.store import Feedback, Opinion, Subscriber
from subscribers.web.forms import Form
from subscribers.web.pages import Pages, route_class, see

MAX_NUMBER = 2**53  # what any store can compare with

_NO_SUCH_KEYWORD = message("this keyword is not in your list any more")


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    _opinions(router, pages)
    _muting(router, pages)
    return router


def _opinions(router: APIRouter, pages: Pages) -> None:
    @router.get("/m/{token}/more/{paper}")
    def show_more(request: Request, token: str, paper: int) -> Response:
        return _show(pages, request, token, paper, "more")

    @router.get("/m/{token}/less/{paper}")
    def show_less(request: Request, token: str, paper: int) -> Response:
        return _show(pages, request, token, paper, "less")

    @router.post("/m/{token}/more/{paper}")
    def more(token: str, paper: int, fields: Form) -> Response:
        return _record(pages, token, paper, "more")

    @router.post("/m/{token}/less/{paper}")
    def less(token: str, paper: int, fields: Form) -> Response:
        return _record(pages, token, paper, "less")

    @router.post("/m/{token}/take-back/{paper}")
    def take_back(token: str, paper: int, fields: Form) -> Response:
        visit = pages.desk.visit("feedback", token, pages.now())
        if 0 < paper < MAX_NUMBER:
            pages.feedback.take_back(visit.reader.id, paper)
        back = fields.get("back", "")
        if back in ("more", "less"):
            return see(f"/m/{token}/{back}/{paper}")
        return see(f"/m/{token}/likes?done=taken-back")


def _muting(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.get("/m/{token}/mute/{index}")
    def show_mute(request: Request, token: str, index: int) -> Response:
        reader = desk.visit("change", token, pages.now()).reader
        return pages.page(
            request, "mute.html", reader=reader, token=token, index=index, **_item(reader, index)
        )

    @router.post("/m/{token}/mute/{index}")
    def mute(token: str, index: int, fields: Form) -> Response:
        now = pages.now()
        reader = desk.visit("change", token, now).reader
        if not fields.get("shown"):
            raise ConsentError(_NO_SUCH_KEYWORD)
        own_desk.mute(desk, pages.own.kept, reader, index, fields["shown"], now)
        return see(f"/m/{token}/likes?done=muted")


def _show(pages: Pages, request: Request, token: str, paper: int, opinion: Opinion) -> Response:
    visit = pages.desk.visit("feedback", token, pages.now())
    said = {f.paper: f.opinion for f in pages.feedback.feedback(visit.reader.id)}
    return pages.page(
        request,
        "feedback.html",
        reader=visit.reader,
        token=token,
        paper=paper,
        title=_title_of(pages, visit, paper),
        opinion=opinion,
        said=said.get(paper),
        keywords=keywords_of(visit.reader),
    )


def _record(pages: Pages, token: str, paper: int, opinion: Opinion) -> Response:
    now = pages.now()
    visit = pages.desk.visit("feedback", token, now)
    title = _title_of(pages, visit, paper)
    if not pages.feedback.set_feedback(
        visit.reader.id, Feedback(paper, opinion, now, visit.edition)
    ):
        raise ConsentError(message("“{title}” could not be noted; please try again", title=title))
    return see(f"/m/{token}/{opinion}/{paper}")


def _title_of(pages: Pages, visit: DeskVisit, paper: int) -> str:
    """Return the title of a paper that stood in the mail of this link, and of no other."""
    title = pages.feedback.paper_title(paper) if 0 < paper < MAX_NUMBER else None
    if title is None:
        raise UnknownPaper(message("this paper is not in the archive any more"))
    if not pages.feedback.was_mailed(visit.reader.id, visit.edition, paper):
        raise UnknownPaper(message("this paper was not in the mail that the link comes from"))
    return title


def keywords_of(reader: Subscriber) -> list[str]:
    """Return what can be muted, in its order; nothing when it is all that there is."""
    try:
        wanted = parse_stored(reader.keywords).wanted
    except ProfileError:
        return []
    return [item.text for item in wanted] if len(wanted) > 1 else []


def _item(reader: Subscriber, index: int) -> dict[str, Any]:
    """Return the item's text and how many there are; the profile may have changed since."""
    try:
        wanted = parse_stored(reader.keywords).wanted
    except ProfileError:
        wanted = ()
    if not 0 <= index < len(wanted):
        raise ConsentError(_NO_SUCH_KEYWORD)
    return {"shown": wanted[index].text, "is_only": len(wanted) == 1}
