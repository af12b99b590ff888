"""The buttons behind the links of letters: move, stop, restore, download, erase; and a new link."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers import own_data
from subscribers.addresses import masked
from subscribers.errors import AddressError
from subscribers.store import Subscriber
from subscribers.web.forms import Form
from subscribers.web.pages import Pages, client, route_class, see, too_often


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    _moving(router, pages)
    _data(router, pages)
    _links(router, pages)
    return router


def _moving(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.get("/move/{token}")
    def show_move(request: Request, token: str) -> Response:
        asked = own_data.move_asked(desk, token, pages.now())
        old = masked(asked.reader.email)
        return pages.page(request, "move.html", **asked._asdict(), old=old)

    @router.post("/move/{token}")
    def move(request: Request, token: str, fields: Form) -> Response:
        reader = own_data.move(desk, token, pages.now())
        return pages.page(request, "move.html", reader=reader, email=reader.email, is_done=True)

    @router.get("/stop/{token}")
    def show_stop(request: Request, token: str) -> Response:
        visit = desk.visit("stop", token, pages.now())
        moved = own_data.has_moved_since(desk, visit)
        return pages.page(request, "stop.html", is_done=False, has_moved=moved)

    @router.post("/stop/{token}")
    def stop(request: Request, token: str, fields: Form) -> Response:
        stopped = own_data.stop(desk, token, pages.now())
        return pages.page(request, "stop.html", is_done=True, **stopped._asdict())

    @router.get("/restore/{token}")
    def show_restore(request: Request, token: str) -> Response:
        asked = own_data.restore_asked(desk, token, pages.now())
        return pages.page(request, "restore.html", **asked._asdict(), way_back=None)

    @router.post("/restore/{token}")
    def restore(request: Request, token: str, fields: Form) -> Response:
        reader, way_back = own_data.restore(desk, token, pages.now())
        back = own_data.Relocation(reader, reader.email, True)
        return pages.page(request, "restore.html", **back._asdict(), way_back=way_back)


def _data(router: APIRouter, pages: Pages) -> None:
    desk = pages.desk

    @router.get("/export/{token}")
    def show_export(request: Request, token: str) -> Response:
        reader = desk.visit("export", token, pages.now()).reader
        return pages.page(request, "export.html", reader=reader)

    @router.post("/export/{token}")
    def export(token: str, fields: Form) -> Response:
        reader = desk.visit("export", token, pages.now()).reader
        consents = desk.store.consents(reader.id)
        feedback = pages.feedback.feedback(reader.id)
        data = own_data.exported(reader, consents, feedback, _beside(pages, reader))
        desk.by_number(reader.id)  # erased meanwhile, and there is nothing, not a part of it
        headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
        body = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        return Response(body, media_type="application/json; charset=utf-8", headers=headers)

    @router.get("/erase/{token}")
    def show_erase(request: Request, token: str) -> Response:
        reader = desk.visit("erase", token, pages.now()).reader
        return pages.page(request, "erase.html", reader=reader)

    @router.post("/erase/{token}")
    def erase(token: str, fields: Form) -> Response:
        now = pages.now()
        reader = desk.visit("erase", token, now).reader
        desk.erase(reader, now, how="link", source="reader")
        return see("/erased")

    @router.get("/erased")
    def erased(request: Request) -> Response:
        return pages.page(request, "erased.html")


def _beside(pages: Pages, reader: Subscriber) -> dict[str, Any]:
    """Return what is kept beside the desk, with the mails themselves as far as they are kept."""
    kept = dict(pages.own.papers.kept(reader))
    kept["issues"] = [
        issue | {"mail": asdict(mail) if mail else None}
        for issue in kept.get("issues", [])
        for mail in (pages.issues.read(reader.id, issue["edition"]),)
    ]
    return kept


def _links(router: APIRouter, pages: Pages) -> None:
    @router.get("/link")
    def show_link(request: Request) -> Response:
        return _link_form(pages, request)

    @router.post("/link")
    async def link(request: Request, fields: Form) -> Response:
        started = time.perf_counter()
        email = fields.get("email", "")
        if not pages.is_our_form(request, fields):
            return _link_form(pages, request, email, status=403, stale=True)
        if wait := pages.rates.form(client(request)):
            return too_often(pages, request, wait)
        try:
            await run_in_threadpool(pages.desk.send_link, email, pages.now())
        except AddressError as error:
            return _link_form(pages, request, email, status=422, problem=error.args[0])
        await pages.at_the_same_time(started)
        return see("/link-sent")

    @router.get("/link-sent")
    def link_sent(request: Request) -> Response:
        return pages.page(request, "link_sent.html")


def _link_form(
    pages: Pages,
    request: Request,
    email: str = "",
    *,
    status: int = 200,
    problem: str = "",
    stale: bool = False,
) -> Response:
    token, cookie = pages.form_token(request)
    problems = {"email": [problem]} if problem else {}
    values = {"email": email, "problems": problems, "stale": stale}
    response = pages.page(request, "link.html", status, form_token=token, **values)
    pages.keep_cookie(request, response, cookie)
    return response
