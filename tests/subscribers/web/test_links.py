"""The pages behind a mail's links: a GET shows, only a POST changes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.addresses import parse_address
from subscribers.invitations import invite
from subscribers.links import MailAction
from subscribers.preferences import Preferences
from subscribers.web.rates import RateSettings
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import MAIL, Site, blank_site, open_site


@pytest.fixture
def site() -> Site:
    return blank_site()


def everything(site: Site) -> Any:
    """All that could be changed."""
    store = site.front.store
    return (
        dict(store.readers),
        list(store.evidence),
        dict(store.opinions),
        list(site.front.post.letters),
    )


def all_links(site: Site) -> list[str]:
    """Every address that any mail of ours could hold."""
    reader = site.reader()
    links = site.front.desk.links
    token = site.token(reader)
    plain: tuple[MailAction, ...] = ("unsubscribe", "preferences", "read")
    found = [links.in_mail(token, action) for action in plain]
    found += [links.in_mail(token, "more", 7), links.in_mail(token, "less", 8)]
    found.append(links.in_mail(token, "mute", 0))
    site.front.desk.subscribe("bo@example.org", _wishes(), NOW)
    found.append(site.front.post.letters[-1].link)
    guest = invite(site.front.desk, parse_address("cy@example.org"), None, {}, NOW)
    found.append(links.invite(guest.id, NOW))
    found.append(links.shared(NOW.date(), (7, 8), NOW))
    found.append(links.move(reader.id, "new@example.org", NOW))
    site.came_from("old@example.org", reader)
    found.append(links.restore(reader.id, "old@example.org", reader.email, NOW))
    found += [make(reader.id, NOW) for make in (links.stop, links.export, links.erase)]
    return found


def _wishes() -> Preferences:
    return Preferences("x")


def test_a_scanner_that_follows_every_link_changes_nothing(site: Site) -> None:
    links = all_links(site)
    before = everything(site)
    browser = site.browser()
    for link in links:
        for method in ("GET", "HEAD"):
            answer = browser.request(method, link)
            assert answer.status_code == 200, link
        # a curious one follows what is on the page, too
        for address in re.findall(r'(?:href|src)="(/[^"]*)"', browser.get(link).text):
            assert browser.get(address).status_code == 200, address
    assert everything(site) == before


def test_confirming_takes_a_button(site: Site) -> None:
    site.front.desk.subscribe("bo@example.org", _wishes(), NOW)
    link = site.front.post.letters[-1].link
    browser = site.browser()
    page = browser.get(link).text
    assert "bo@example.org" in page
    assert "<dt>wanted</dt>" in page
    assert site.front.desk.by_email("bo@example.org").state == "pending"
    answer = browser.post(link)
    assert answer.status_code == 303
    assert "Welcome" in browser.get(answer.headers["location"]).text
    assert site.front.desk.by_email("bo@example.org").state == "active"
    again = browser.post(link)
    assert again.status_code == 410
    assert "/m/" not in again.text  # no key to the preferences a second time


def test_an_issue_is_read_on_the_web_exactly_as_mailed_without_script(site: Site) -> None:
    reader = site.reader()
    answer = site.browser().get(f"/m/{site.token(reader, 5)}/read")
    assert answer.text == MAIL
    csp = answer.headers["content-security-policy"]
    assert "sandbox" in csp
    assert "script-src" not in csp
    assert "default-src 'none'" in csp
    text = site.browser().get(f"/m/{site.token(reader, 6)}/read")
    assert text.headers["content-type"].startswith("text/plain")
    assert site.browser().get(f"/m/{site.token(reader, 7)}/read").status_code == 404


def test_moving_downloading_and_erasing_take_the_mail_to_the_address(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert browser.post(f"{base}/address", data={"email": "new@example.org"}).status_code == 303
    move = next(p for p in site.front.post.letters if p.kind == "move")
    assert "new@example.org" in browser.get(move.link).text
    assert "ada@example.org" not in browser.get(move.link).text
    assert "from now on" in browser.post(move.link).text
    assert site.front.desk.by_number(reader.id).email == "new@example.org"
    fresh = f"/m/{site.front.desk.links.mail_token(reader.id, 0, NOW + timedelta(seconds=2))}"
    site.clock.forward(minutes=1)
    assert browser.get(f"{base}/preferences").status_code == 403
    browser.post(f"{fresh}/ask/export")
    letter = site.front.post.letters[-1]
    assert (letter.kind, letter.to_address) == ("export", "new@example.org")
    download = browser.post(letter.link)
    assert json.loads(download.text)["subscription"]["email"] == "new@example.org"
    assert "attachment" in download.headers["content-disposition"]
    browser.post(f"{fresh}/ask/erase")
    site.clock.forward(minutes=1)
    erase = site.front.desk.links.erase(reader.id, site.clock.now)
    assert browser.post(erase).headers["location"] == "/erased"
    assert site.front.store.readers == {}


def test_the_old_address_stops_or_takes_back_a_move_by_button(site: Site) -> None:
    reader = site.reader()
    browser = site.browser()
    base = f"/m/{site.token(reader)}"
    browser.post(f"{base}/address", data={"email": "eve@evil.org"})
    move, moving = site.front.post.letters
    assert moving.to_address == "ada@example.org"
    browser.post(move.link)
    moved = site.front.post.letters[-1]
    assert "ada@example.org" in browser.get(moved.link).text
    assert "again" in browser.post(moved.link).text
    assert site.front.desk.by_number(reader.id).email == "ada@example.org"
    assert browser.post(moving.link).status_code == 200


def test_an_old_link_offers_a_new_one(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    site.clock.forward(days=91)
    answer = site.browser().get(f"{base}/preferences")
    assert answer.status_code == 403
    assert 'href="/link"' in answer.text
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    answer = browser.post("/link", data={"email": "ada@example.org"})
    assert answer.headers["location"] == "/link-sent"
    assert browser.get(site.front.post.letters[-1].link).status_code == 200


def test_no_page_says_whether_an_address_is_known(site: Site) -> None:
    site.reader()
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    known = browser.post("/link", data={"email": "ada@example.org"})
    unknown = browser.post("/link", data={"email": "nobody@example.org"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers == unknown.headers


_segments = st.text(st.characters(codec="utf-8"), max_size=40)
FUZZED = open_site(RateSettings(acts_per_client="100000/minute"))
FUZZED.reader()


@settings(max_examples=120)
@given(
    st.sampled_from(["confirm", "move", "stop", "restore", "export", "erase", "m"]),
    _segments,
    st.sampled_from(["", "/preferences", "/unsubscribe", "/more/7", "/mute/0", "/read", "/undo"]),
    st.sampled_from(["GET", "POST"]),
)
def test_no_address_breaks_the_server_or_opens_a_door(
    family: str, token: str, rest: str, method: str
) -> None:
    before = dict(FUZZED.front.store.readers)
    answer = FUZZED.browser().request(method, f"/{family}/{quote(token, safe='')}{rest}")
    assert answer.status_code in (307, 400, 403, 404, 405)
    assert FUZZED.front.store.readers == before
