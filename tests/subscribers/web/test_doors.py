"""Every page, for every kind of link, every state of its reader and every age: what opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

import html5lib
import pytest
from fastapi.routing import APIRoute

from subscribers.consent import State
from subscribers.link_rules import RULES, Act
from subscribers.preferences import Preferences
from subscribers.tokens import LIFETIMES, Purpose
from subscribers.web.preferences import SECTIONS
from subscribers.web.rates import RateSettings
from tests.subscribers.desk import NOW, TITLES
from tests.subscribers.web.own_desk import MemoryOwnStore
from tests.subscribers.web.site import Site, blank_site

STATES: tuple[State, ...] = ("pending", "active", "paused", "left")
SECRET = "ada@example.org"
UNLIMITED = RateSettings(
    forms_per_client="9999/second",
    acts_per_client="9999/second",
    previews_per_client="9999/second",
    lookups_per_client="9999/second",
    uploads_per_client="9999/second",
    polls_per_feed="9999/second",
)


class Door(NamedTuple):
    """One page."""

    act: Act
    method: str
    path: str  # after the token, if any
    opens: tuple[State, ...] = STATES  # states in which the act is possible at all


FORMS = ("bib", "ris", "json", "md")
MAIL_DOORS = [
    Door("unsubscribe", "GET", "unsubscribe"),
    Door("unsubscribe", "POST", "unsubscribe"),
    Door("undo", "POST", "undo"),
    Door("undo", "GET", "welcome-back"),
    Door("soften", "POST", "fewer"),
    Door("soften", "POST", "month-off"),
    Door("soften", "GET", "eased"),
    Door("preferences", "GET", "preferences"),
    Door("change", "GET", "welcome"),
    Door("change", "POST", "preferences"),
    Door("change", "POST", "preview"),
    Door("change", "POST", "pause"),
    Door("change", "POST", "resume"),
    Door("change", "POST", "address"),
    Door("change", "POST", "write-again"),
    Door("change", "GET", "mute/0"),
    Door("change", "POST", "mute/0"),
    Door("feedback", "GET", "more/7"),
    Door("feedback", "POST", "more/7"),
    Door("feedback", "GET", "less/7"),
    Door("feedback", "POST", "less/7"),
    Door("feedback", "POST", "take-back/7"),
    Door("feedback", "POST", "preferences/take-back/7"),
    Door("change", "POST", "preferences/what"),
    Door("change", "POST", "preferences/when"),
    Door("change", "POST", "preferences/how"),
    Door("collect", "GET", "issues"),
    Door("collect", "POST", "issues"),
    Door("collect", "GET", "issues/5"),
    *(Door("collect", "GET", f"issues/5/{form}") for form in FORMS),
    Door("collect", "GET", "likes"),
    *(Door("collect", "GET", f"likes/{form}") for form in FORMS),
    Door("collect", "GET", "why"),
    Door("collect", "POST", "why"),
    Door("collect", "GET", "library"),
    Door("keep", "POST", "library"),
    Door("keep", "POST", "library/remove"),
    Door("keep", "POST", "unmute/1"),
    Door("keep", "GET", "feeds"),
    Door("keep", "POST", "feeds"),
    Door("keep", "POST", "feeds/off"),
    Door("read", "GET", "read"),
    Door("ask", "POST", "ask/export"),
    Door("ask", "POST", "ask/erase"),
]
INVITED_DOORS = [
    Door("invite", "GET", ""),
    Door("invite", "POST", ""),
    Door("invite", "POST", "preview"),
    Door("invite", "POST", "decline"),
]
FEED_DOORS = [Door("feed", "GET", name) for name in ("atom.xml", "feed.json")]
LETTER_DOORS = [
    Door(act, method, "")
    for act in ("confirm", "move", "stop", "restore", "export", "erase")
    for method in ("GET", "POST")
]
FORM = {"keywords": "diffusion, speech", "email": "new@example.org", "by": "page", "until": ""}
FORM |= {"shown": "continual learning", "paper": "2403.12345"}
# How old the link is when it is used; cut off: made before the mails moved.
AGES = {"fresh": timedelta(minutes=1), "a day": timedelta(hours=25), "four days": timedelta(days=4),
        "ten days": timedelta(days=10), "half a year": timedelta(days=180)}  # fmt: skip


def body_of(door: Door) -> dict[str, Any]:
    """Return what is sent to a door: the one that takes a file gets one."""
    if door.method == "GET":
        return {}
    if door.path == "library":
        return {"files": {"file": ("own.bib", b"@misc{a, title={A}}")}}
    return {"data": FORM}


def doors() -> Iterator[Door]:
    yield from MAIL_DOORS
    yield from LETTER_DOORS
    yield from INVITED_DOORS
    yield from FEED_DOORS


def token_of(site: Site, purpose: Purpose, reader: int) -> str:
    tokens = site.front.tokens
    if purpose == "mail":
        return tokens.sign("mail", reader, 5, now=NOW)
    if purpose == "move":
        return tokens.sign("move", reader, "new@example.org", now=NOW)
    if purpose == "restore":
        return tokens.sign("restore", reader, "old@example.org", "ada@example.org", now=NOW)
    if purpose == "confirm":
        return tokens.sign("confirm", reader, 1, now=NOW)
    if purpose == "feed":
        return tokens.sign("feed", reader, site.pages.own.kept.feed_key(reader).number, now=NOW)  # type: ignore[union-attr]
    return tokens.sign(purpose, reader, now=NOW)


def in_state(site: Site, state: State, *, cut_off: bool) -> int:
    """Return a reader in a state, whose first request is open where it can be."""
    store = site.front.store
    for kept in (store.readers, store.requests, store.opinions):
        kept.clear()
    store.last = store.last_request = 0
    store.evidence.clear()
    site.clock.now = NOW
    reader = site.reader('"continual learning"^2, diffusion, speech')
    site.came_from("old@example.org", reader)
    store.readers[reader.id] = replace(
        reader,
        created_at=NOW - timedelta(days=1),
        state=state,
        confirmed_at=None if state == "pending" else NOW,
        pending_since=NOW if state == "pending" else None,
        left_at=NOW if state == "left" else None,
        links_valid_from=NOW + timedelta(seconds=1) if cut_off else None,
    )
    kept = site.pages.own.kept
    assert isinstance(kept, MemoryOwnStore)
    kept.items.clear()
    kept.last = 0
    kept.note_muted(reader.id, "robots", NOW)
    kept.make_feed_key(reader.id, NOW)
    if state in ("pending", "left"):
        site.front.desk.subscribe("ada@example.org", Preferences("diffusion"), NOW)
    return reader.id


def expected(door: Door, state: State, age: timedelta, *, cut_off: bool) -> bool:
    """Return whether a door opens: what the rules promise, in the words of docs/security.md."""
    rule = RULES[door.act]
    if rule.within is not None and age > rule.within:
        return False
    if cut_off and not rule.survives_cut_off:
        return False
    if door.act == "confirm":
        return state in ("pending", "left")  # an open request
    if door.act == "undo" and state == "left" and door.method == "POST":
        return age <= timedelta(days=7)
    return state in rule.states


@pytest.mark.parametrize("door", list(doors()), ids=lambda d: f"{d.method} {d.act} {d.path}")
@pytest.mark.parametrize("cut_off", [False, True], ids=["good", "cut off"])
def test_a_door_opens_when_its_rule_says_so_and_never_else(door: Door, cut_off: bool) -> None:
    site = blank_site(UNLIMITED)
    for state, age in product(STATES, AGES.values()):
        reader = in_state(site, state, cut_off=cut_off)
        purpose = RULES[door.act].purpose
        token = token_of(site, purpose, reader)
        site.clock.now = NOW + age
        family = "m" if purpose == "mail" else purpose
        before = dict(site.front.store.readers)
        path = f"/{family}/{token}" + (f"/{door.path}" if door.path else "")
        answer = site.browser().request(door.method, path, **body_of(door))
        opened = answer.status_code in (200, 303)
        told = f"{state}, {age}: {answer.status_code}"
        assert opened == expected(door, state, age, cut_off=cut_off), told
        assert answer.status_code < 500, told
        if not opened:
            assert site.front.store.readers == before, told
            assert "/m/" not in answer.text, told  # no key to anything
        if cut_off and door.act != "restore":
            assert SECRET not in answer.text, told


@pytest.mark.parametrize("door", list(doors()), ids=lambda d: f"{d.method} {d.act} {d.path}")
def test_no_door_opens_to_a_link_of_another_kind(door: Door) -> None:
    site = blank_site(UNLIMITED)
    right = RULES[door.act].purpose
    for purpose in LIFETIMES:
        if purpose == right:
            continue
        reader = in_state(site, "active", cut_off=False)
        before = dict(site.front.store.readers)
        family = "m" if right == "mail" else right
        path = f"/{family}/{token_of(site, purpose, reader)}"
        path += f"/{door.path}" if door.path else ""
        answer = site.browser().request(door.method, path, **body_of(door))
        assert answer.status_code in (400, 403), (purpose, answer.status_code)
        assert site.front.store.readers == before


def offers(html: str, here: str) -> Iterator[str]:
    """Yield the method and address of each button on a page, and of each link behind the token."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        for button in form.iter("button"):
            to = button.get("formaction") or form.get("action") or here
            yield f"POST {to.partition('#')[0]}"
    for link in tree.iter("a"):
        if "/m/" in link.get("href", ""):
            yield f"GET {link.get('href')}"


@pytest.mark.parametrize("state", STATES)
def test_what_a_page_offers_its_readers_state_allows(state: State) -> None:
    site = blank_site(UNLIMITED)
    pages = [door for door in MAIL_DOORS if door.method == "GET"]
    for door, days in product(pages, (0, 8)):
        reader = in_state(site, state, cut_off=False)
        token = token_of(site, "mail", reader)
        site.clock.now = NOW + timedelta(days=days)
        here = f"/m/{token}/{door.path}"
        shown = site.browser().get(here)
        for offer in offers(shown.text, here) if shown.status_code == 200 else ():
            in_state(site, state, cut_off=False)
            site.clock.now = NOW + timedelta(days=days)
            method, path = offer.split(" ")
            body = body_of(Door(door.act, method, path.removeprefix(f"/m/{token}/")))
            answer = site.browser().request(method, path, **body)
            assert answer.status_code in (200, 303), (door.path, days, offer)


def routes_of(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router)


def test_every_page_behind_a_link_is_in_the_table() -> None:
    shown = {
        (method, route.path.removeprefix("/m/{token}/"))
        for route in routes_of(blank_site().app.app.app)
        if "{token}" in route.path
        for method in route.methods
    }
    numbered = {"/7": "/{paper}", "/0": "/{index}", "ask/export": "ask/{what}"}
    numbered |= {"ask/erase": "ask/{what}", "issues/5": "issues/{edition}"}
    numbered |= {"unmute/1": "unmute/{number}"} | {f"/{form}": "/{form}" for form in FORMS}
    numbered |= {f"preferences/{name}": "preferences/{section}" for name in SECTIONS}

    def general(path: str) -> str:
        for one, every in numbered.items():
            path = path.replace(one, every)
        return path

    known = {(door.method, general(door.path)) for door in MAIL_DOORS}
    known |= {(door.method, f"/{door.act}/{{token}}") for door in LETTER_DOORS}
    known |= {(d.method, f"/invite/{{token}}/{d.path}".rstrip("/")) for d in INVITED_DOORS}
    known |= {(door.method, f"/feed/{{token}}/{door.path}") for door in FEED_DOORS}
    known.add(("GET", "/shared/{token}"))  # see the next test
    assert shown == known


@pytest.mark.parametrize("state", STATES)
def test_a_page_to_share_opens_to_its_own_link_alone_and_shows_no_reader(state: State) -> None:
    site = blank_site(UNLIMITED)
    reader = in_state(site, state, cut_off=False)
    links = site.front.desk.links
    day = NOW.date()
    shared = links.shared(day, (8, 7, 99), NOW)
    assert shared == links.shared(day, (8, 7, 99), NOW), "the same for everybody"
    answer = site.browser().get(shared)
    assert answer.status_code == 200
    assert answer.text.index(TITLES[8]) < answer.text.index("Learning without forgetting")
    assert SECRET not in answer.text
    assert "/m/" not in answer.text
    for purpose in LIFETIMES:
        if purpose == "share":
            continue
        for token in (token_of(site, purpose, reader), shared.rpartition("/")[2]):
            family = "shared" if token not in shared else "m" if purpose == "mail" else purpose
            rest = "/preferences" if family == "m" else ""
            answer = site.browser().get(f"/{family}/{token}{rest}")
            assert answer.status_code in (403, 404), (family, purpose)
    site.clock.now = NOW + timedelta(days=4000)
    assert site.browser().get(shared).status_code == 200
