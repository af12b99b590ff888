"""A reader's own library: a `.bib` or `.ris` file as a taste, known and never sent as new."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from subscribers.messages import Message, message
from subscribers.store import Subscriber
from subscribers.web.forms import Form, read_upload
from subscribers.web.own_papers import MAX_UPLOAD, LibraryError, Uploaded
from subscribers.web.pages import Pages, client, route_class, see, too_often

_SHOWN = 50  # papers, and rejections, of a page


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    desk, library = pages.desk, pages.own.library

    @router.get("/m/{token}/library")
    def show(request: Request, token: str, done: str = "") -> Response:
        reader = desk.visit("collect", token, pages.now()).reader
        said = message("They are removed.") if done == "removed" else None
        return _page(pages, request, token, reader, done=said)

    @router.post("/m/{token}/library")
    async def upload(request: Request, token: str) -> Response:
        # Before the file is read: only a reader may send one, and not many.
        visit = await run_in_threadpool(desk.visit, "keep", token, pages.now())
        if wait := pages.rates.upload(client(request), visit.reader.id):
            return too_often(pages, request, wait)
        data = await read_upload(request, "file", MAX_UPLOAD)
        reader = visit.reader
        try:
            uploaded = await pages.lookup_room.run(lambda: library.add(reader.id, data))
        except LibraryError as error:
            problem = error.args[0]
            return await run_in_threadpool(
                lambda: _page(pages, request, token, reader, status=422, problem=problem)
            )

        def told() -> Response:
            if uploaded.added:
                desk.letters.changed(reader, pages.now())
            return _page(pages, request, token, reader, uploaded=uploaded)

        return await run_in_threadpool(told)

    @router.post("/m/{token}/library/remove")
    def remove(token: str, fields: Form) -> Response:
        reader = desk.visit("keep", token, pages.now()).reader
        number = fields.get("number", "")
        if not number:
            library.remove(reader.id)
        elif number.isascii() and number.isdigit() and len(number) < 16:
            library.remove(reader.id, int(number))
        return see(f"/m/{token}/library?done=removed")

    return router


def _page(
    pages: Pages,
    request: Request,
    token: str,
    reader: Subscriber,
    *,
    status: int = 200,
    problem: object = None,
    uploaded: Uploaded | None = None,
    done: Message | None = None,
) -> Response:
    papers = pages.own.library.papers(reader.id)
    return pages.page(
        request,
        "library.html",
        status,
        reader=reader,
        token=token,
        problems={"file": [problem]} if problem else {},
        uploaded=uploaded,
        rejections=uploaded.rejections[:_SHOWN] if uploaded else (),
        done=done,
        papers=papers[:_SHOWN],
        total=len(papers),
        megabytes=MAX_UPLOAD // 1024**2,
    )
