"""A reader's issues in a feed reader: Atom (RFC 4287) and JSON Feed 1.1, with a key of their own.

https://www.jsonfeed.org/version/1.1/. The key opens the feeds and nothing else, and nothing in
them holds the key but the address that the feed has anyway.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from feedgenerator import Atom1Feed

from subscribers.own_desk import FeedKey, feed_token, feed_visit, new_feed_key
from subscribers.store import Subscriber
from subscribers.web.forms import Form
from subscribers.web.own_papers import ListedIssue
from subscribers.web.pages import Pages, route_class, see, too_often

_ISSUES = 20
_MEDIA_TYPES = {
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
}
_CACHED = "private, max-age=900"


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """One issue of a feed."""

    id: str  # for ever the same
    title: str
    html: str
    at: datetime  # UTC
    url: str  # a page that holds no key


@dataclass(frozen=True, slots=True)
class IssueFeed:
    """A reader's newest issues."""

    id: str
    title: str
    author: str
    language: str
    home: str  # the front page
    address: str  # of the feed itself
    updated: datetime  # UTC
    entries: Sequence[IssueEntry]


class _Atom(Atom1Feed):  # type: ignore[misc]  # the library has no types
    def __init__(self, updated: datetime, **values: Any) -> None:
        super().__init__(**values)
        self._updated = updated

    def latest_post_date(self) -> datetime:
        """Return when the feed changed: without entries the library would read the clock."""
        return self._updated


def as_atom(feed: IssueFeed) -> str:
    """Return a feed as Atom."""
    atom = _Atom(
        feed.updated,
        title=feed.title,
        link=feed.home,
        description=None,
        language=feed.language,
        author_name=feed.author,
        feed_url=feed.address,
        feed_guid=feed.id,
    )
    for entry in feed.entries:
        atom.add_item(
            entry.title,
            entry.url,
            None,
            unique_id=entry.id,
            content=entry.html,
            pubdate=entry.at,
            updateddate=entry.at,
        )
    return str(atom.writeString("utf-8"))


def as_json_feed(feed: IssueFeed) -> str:
    """Return a feed as JSON Feed 1.1."""
    values: Mapping[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "content_html": entry.html,
                "date_published": entry.at.isoformat().replace("+00:00", "Z"),
            }
            for entry in feed.entries
        ],
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def routes(pages: Pages) -> APIRouter:
    """Return the routes of this family."""
    router = APIRouter(route_class=route_class(pages))
    _feeds(router, pages)
    _keys(router, pages)
    return router


def _feeds(router: APIRouter, pages: Pages) -> None:
    @router.get("/feed/{token}/atom.xml")
    def atom(request: Request, token: str) -> Response:
        return _answer(pages, request, token, "atom.xml")

    @router.get("/feed/{token}/feed.json")
    def json_feed(request: Request, token: str) -> Response:
        return _answer(pages, request, token, "feed.json")


def _answer(pages: Pages, request: Request, token: str, name: str) -> Response:
    visit = feed_visit(pages.desk, pages.own.kept, token, pages.now())
    if wait := pages.rates.poll(token):
        return too_often(pages, request, wait)
    feed = _feed(pages, request, visit.reader, token, visit.fields.issued_at, name)
    body = as_atom(feed) if name == "atom.xml" else as_json_feed(feed)
    headers = {"ETag": f'"{sha256(body.encode()).hexdigest()[:32]}"', "Cache-Control": _CACHED}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=_MEDIA_TYPES[name], headers=headers)


def _feed(
    pages: Pages, request: Request, reader: Subscriber, token: str, made: datetime, name: str
) -> IssueFeed:
    site, words = pages.settings, pages.words(request, reader)
    issues = pages.own.papers.issues(reader.id, 0, _ISSUES)
    base = pages.desk.links.base_url.rstrip("/")
    # Ids have a day on which the name was ours, and no key: RFC 4151.
    ours = urlsplit(base).hostname or "localhost"
    tag = f"tag:{ours},{reader.created_at or made:%Y-%m-%d}:readers/{reader.id}"
    entries = [
        IssueEntry(
            id=f"tag:{ours},{issue.day:%Y-%m-%d}:readers/{reader.id}/issues/{issue.edition}",
            title=_titled(issue, words.day(issue.day)),
            html=pages.fragment(request, "_feed_issue.html", reader=reader, issue=issue),
            at=_moment(issue),
            url=issue.public_url,
        )
        for issue in issues
    ]
    updated = max([made, *(entry.at for entry in entries)])
    return IssueFeed(
        id=tag,
        title=site.name,
        author=site.name,
        language=words.language,
        home=f"{base}/",
        address=f"{base}/feed/{token}/{name}",
        updated=updated,
        entries=entries,
    )


def _titled(issue: ListedIssue, day: str) -> str:
    first = issue.papers[0].title if issue.papers else ""
    return f"{day}: {first}" if first else day


def _moment(issue: ListedIssue) -> datetime:
    """Return when an issue was sent, in whole seconds."""
    at = issue.sent_at or datetime.combine(issue.day, time(), tzinfo=UTC)
    return at.replace(microsecond=0)


def _keys(router: APIRouter, pages: Pages) -> None:
    desk, kept = pages.desk, pages.own.kept

    @router.get("/m/{token}/feeds")
    def show(request: Request, token: str) -> Response:
        reader = desk.visit("keep", token, pages.now()).reader
        return _key_page(pages, request, token, reader)

    @router.post("/m/{token}/feeds")
    def make(request: Request, token: str, fields: Form) -> Response:
        now = pages.now()
        reader = desk.visit("keep", token, now).reader
        key = new_feed_key(desk, kept, reader, now)
        return _key_page(pages, request, token, reader, key)

    @router.post("/m/{token}/feeds/off")
    def switch_off(token: str, fields: Form) -> Response:
        kept.drop_feed_key(desk.visit("keep", token, pages.now()).reader.id)
        return see(f"/m/{token}/feeds")


def _key_page(
    pages: Pages, request: Request, token: str, reader: Subscriber, made: FeedKey | None = None
) -> Response:
    """Show whether there is a feed; its address only to who has just made it.

    It outlives the link by which one comes here, and that may be in other hands.
    """
    key = made or pages.own.kept.feed_key(reader.id)
    since = reader.links_valid_from
    address = ""
    if made:
        base = pages.desk.links.base_url.rstrip("/")
        address = f"{base}/feed/{feed_token(pages.desk, reader.id, made)}"
    return pages.page(
        request,
        "feeds.html",
        reader=reader,
        token=token,
        address=address,
        is_on=key is not None and (since is None or key.made_at >= since),
    )
