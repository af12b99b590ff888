"""More like this, not this, mute this keyword: buttons behind a mail's links."""

from __future__ import annotations

from typing import Any, cast

from fastapi import APIRouter, Request, Response

from subscribers.errors import ConsentError, ProfileError, UnknownReader
from subscribers.profile import parse
from subscribers.store import Feedback, Opinion, Subscriber
from subscribers.web.forms import Form
from subscribers.web.pages import Pages, route_class, see

_MAX_NUMBER = 2**53  # what any store can compare with


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    desk = pages.desk

    def title_of(paper: int) -> str:
        title = pages.feedback.paper_title(paper) if 0 < paper < _MAX_NUMBER else None
        if title is None:
            raise UnknownReader("this paper is not in the archive any more")
        return title

    def show(request: Request, token: str, paper: int, opinion: Opinion) -> Response:
        visit = desk.visit(token, pages.now())
        said = {f.paper: f.opinion for f in pages.feedback.feedback(visit.reader.id)}
        values: dict[str, Any] = {"title": title_of(paper), "paper": paper, "opinion": opinion}
        return pages.page(
            request,
            "feedback.html",
            token=token,
            said=said.get(paper),
            reader=visit.reader,
            **values,
        )

    def record(token: str, paper: int, opinion: Opinion) -> Response:
        now = pages.now()
        visit = desk.visit(token, now)
        title = title_of(paper)
        feedback = Feedback(paper, opinion, now, visit.edition or None)
        if not pages.feedback.set_feedback(visit.reader.id, feedback):
            raise ConsentError(f"“{title}” could not be noted; please try again")
        return see(f"/m/{token}/{opinion}/{paper}")

    @router.get("/m/{token}/more/{paper}")
    def show_more(request: Request, token: str, paper: int) -> Response:
        return show(request, token, paper, "more")

    @router.get("/m/{token}/less/{paper}")
    def show_less(request: Request, token: str, paper: int) -> Response:
        return show(request, token, paper, "less")

    @router.post("/m/{token}/more/{paper}")
    def more(token: str, paper: int, fields: Form) -> Response:
        return record(token, paper, "more")

    @router.post("/m/{token}/less/{paper}")
    def less(token: str, paper: int, fields: Form) -> Response:
        return record(token, paper, "less")

    @router.post("/m/{token}/take-back/{paper}")
    def take_back(token: str, paper: int, fields: Form) -> Response:
        visit = desk.visit(token, pages.now())
        if 0 < paper < _MAX_NUMBER:
            pages.feedback.take_back(visit.reader.id, paper)
        back = fields.get("back", "")
        if back in ("more", "less"):
            return see(f"/m/{token}/{cast(Opinion, back)}/{paper}")
        return see(f"/m/{token}/preferences?done=taken-back#feedback")

    @router.get("/m/{token}/mute/{index}")
    def show_mute(request: Request, token: str, index: int) -> Response:
        reader = desk.visit(token, pages.now()).reader
        return pages.page(
            request, "mute.html", reader=reader, token=token, index=index, **_item(reader, index)
        )

    @router.post("/m/{token}/mute/{index}")
    def mute(token: str, index: int, fields: Form) -> Response:
        reader = desk.visit(token, pages.now()).reader
        desk.mute(reader, index, fields.get("shown", ""))
        return see(f"/m/{token}/preferences?done=muted")

    return router


def _item(reader: Subscriber, index: int) -> dict[str, Any]:
    """Return the item's text and how many there are; the profile may have changed since."""
    try:
        wanted = parse(reader.keywords).wanted
    except ProfileError:
        wanted = ()
    if not 0 <= index < len(wanted):
        raise ConsentError("this keyword is not in your list any more")
    return {"shown": wanted[index].text, "is_only": len(wanted) == 1}
