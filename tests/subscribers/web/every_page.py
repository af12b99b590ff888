"""The address of every page, in every state that looks different."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import get_args

from subscribers.addresses import parse_address
from subscribers.invitations import invite
from subscribers.preferences import Preferences
from subscribers.store import Feedback, StoppedMails, StopReason
from tests.subscribers.desk import NOW
from tests.subscribers.web.own_desk import EVERY_ANSWER, Answers
from tests.subscribers.web.site import Site

Step = tuple[str, str, dict[str, str]]  # method, path, form


def every_page(site: Site) -> Iterator[tuple[str, Step]]:
    """Yield a name and how to get there. The site is filled on the way."""
    reader = site.reader('"continual learning"^2, diffusion, speech')
    for paper, opinion in ((7, "more"), (8, "less")):
        site.front.store.set_feedback(reader.id, Feedback(paper, opinion, NOW, 5))  # type: ignore[arg-type]
    links, token = site.front.desk.links, site.token(reader)
    base = f"/m/{token}"

    def path(link: str) -> str:
        return link.removeprefix(site.front.desk.settings.base_url)

    for name in (
        "/",
        "/about",
        "/help",
        "/link",
        "/link-sent",
        "/subscribed",
        "/erased",
        "/nothing",
        "/sample",
        "/archive",
        "/archive/2026-03-02",
        "/archive/2026-03-02?page=2",
        "/archive/2026-03-03",
    ):
        yield name, ("GET", name, {})
    yield "preview", ("POST", "/preview", {"keywords": "diffusion, spech\nspeech"})
    yield "begun elsewhere", ("POST", "/start", {"email": "bo@example.org", "keywords": "<b>"})
    yield "shared", ("GET", path(links.shared(NOW.date(), (7, 8), NOW)), {})
    bad = {"email": "ada@", "keywords": '"open, a^99', "hour": "99", "cadence": "days"}
    yield "problems", ("POST", "/subscribe", bad)
    yield "bad link form", ("POST", "/link", {"email": "ada@"})
    for action in (
        "preferences",
        "unsubscribe",
        "more/7",
        "less/7",
        "mute/0",
        "welcome",
        "welcome-back",
    ):
        yield action, ("GET", f"{base}/{action}", {})
    yield from _own_desk(site, base)
    yield "saved", ("GET", f"{base}/preferences?done=saved", {})
    yield "bad preferences", ("POST", f"{base}/preferences", bad | {"max_papers": "many"})
    typed = {"keywords": "robots", "until": "2026-04-01", "cadence": "weekly", "weekday": "2"}
    yield "not all saved", ("POST", f"{base}/pause", typed)
    yield "resumed", ("POST", f"{base}/resume", typed)
    yield "bad pause", ("POST", f"{base}/pause", {"until": "x"})
    yield "bad address", ("POST", f"{base}/address", {"email": "ada@"})
    yield "forged", ("GET", "/m/forged/preferences", {})
    for reason in get_args(StopReason):
        site.front.store.stops[reader.email_key] = StoppedMails(reason, NOW - timedelta(days=3))
        yield f"stopped by {reason}", ("GET", f"{base}/preferences", {})
        yield f"letter after {reason}", ("GET", path(links.preferences(reader.id, NOW)), {})
    yield "stopped welcome", ("GET", f"{base}/welcome", {})
    yield "operator stays", ("POST", f"{base}/write-again", {})
    site.front.store.stops[reader.email_key] = StoppedMails("bounce", NOW)
    yield "asked for", ("GET", f"{base}/preferences?done=way-back", {})
    site.front.store.stops.clear()
    site.came_from("a@b.org", reader)
    yield "restore", ("GET", path(links.restore(reader.id, "a@b.org", reader.email, NOW)), {})
    yield "move", ("GET", path(links.move(reader.id, "new@example.org", NOW)), {})
    yield "stop", ("GET", path(links.stop(reader.id, NOW)), {})
    yield "export", ("GET", path(links.export(reader.id, NOW)), {})
    yield "erase", ("GET", path(links.erase(reader.id, NOW)), {})
    guest = invite(site.front.desk, parse_address("cy@example.org"), None, {}, NOW)
    base_of_guest = path(links.invite(guest.id, NOW))
    yield "invite", ("GET", base_of_guest, {})
    yield "bad invite", ("POST", base_of_guest, bad)
    yield "invite preview", ("POST", f"{base_of_guest}/preview", {"keywords": "spech, speech"})
    yield "declined", ("POST", f"{base_of_guest}/decline", {})
    yield "declined before", ("GET", base_of_guest, {})
    site.front.desk.subscribe("bo@example.org", Preferences("x"), NOW)
    yield "confirm", ("GET", path(site.front.post.letters[-1].link), {})
    site.front.desk.pause(reader, None, NOW)
    for action in ("preferences", "eased", "unsubscribe", "welcome-back"):
        yield f"paused {action}", ("GET", f"{base}/{action}", {})
    site.front.desk.leave(site.front.desk.by_number(reader.id), NOW, how="form")
    for action in ("unsubscribe", "preferences", "more/7", "likes", "library", "issues"):
        yield f"left {action}", ("GET", f"{base}/{action}", {})


def _own_desk(site: Site, base: str) -> Iterator[tuple[str, Step]]:
    """Yield the pages of the reader's own desk; the one with a file is first sent without it."""
    own = site.pages.own
    own.kept.note_muted(1, '"reinforcement learning"^2', NOW)
    for action in ("issues", "issues?page=2", "issues/5", "issues/12", "likes", "why", "feeds"):
        yield action, ("GET", f"{base}/{action}", {})
    for text in ("diffusion", "nothing such", "e"):
        yield f"search {text}", ("POST", f"{base}/issues", {"q": text})
    yield "no such issue", ("GET", f"{base}/issues/99", {})
    yield "bad why", ("POST", f"{base}/why", {"paper": "x"})
    assert isinstance(own.why, Answers)
    for answer in EVERY_ANSWER:
        own.why.next = answer
        yield f"why {answer.kind}", ("POST", f"{base}/why", {"paper": "2403.12345"})
    yield "feeds on", ("POST", f"{base}/feeds", {})
    yield "feeds kept", ("GET", f"{base}/feeds", {})
    yield "no file", ("POST", f"{base}/library", {})
    yield "empty library", ("GET", f"{base}/library", {})
    own.library.add(1, "\n".join(f"@{n}: a long title of paper {n}" for n in range(300)).encode())
    yield "library", ("GET", f"{base}/library?done=removed", {})
