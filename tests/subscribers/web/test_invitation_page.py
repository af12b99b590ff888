"""Behind an invitation's link: choosing keywords, trying them, declining."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from subscribers.addresses import parse_address
from subscribers.invitations import invite
from subscribers.preferences import Preferences
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import Site, blank_site, open_site

OURS = {"sec-fetch-site": "same-origin"}


def guest(site: Site, **fields: str) -> str:
    reader = invite(site.front.desk, parse_address("cy@example.org"), None, fields, NOW)
    return site.front.desk.links.invite(reader.id, NOW).removeprefix("http://testserver")


@pytest.fixture
def site() -> Site:
    return blank_site()


def test_a_guest_chooses_keywords_and_is_welcome(site: Site) -> None:
    site.pages.welcomes_at_once = lambda: True
    link = guest(site, name="Cy")
    page = site.browser().get(link)
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert "cy@example.org" in page.text
    assert 'value="Cy"' in page.text
    answer = site.browser().post(link, data={"keywords": "speech", "cadence": "weekly"})
    assert answer.status_code == 303
    welcome = site.browser().get(answer.headers["location"]).text
    assert "on its way to <b>cy@example.org</b>" in welcome
    reader = site.front.desk.by_email("cy@example.org")
    assert (reader.state, reader.keywords, reader.cadence) == ("active", "speech", "weekly")
    assert "/m/" not in site.browser().post(link, data={"keywords": "x"}).text
    site.clock.forward(hours=1)
    assert "on its way" not in site.browser().get(answer.headers["location"]).text


def test_the_welcome_says_when_the_first_issue_has_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages.welcomes_at_once = lambda: True
    welcome = f"/m/{site.token(site.reader())}/welcome"
    (issue,) = site.pages.own.papers.issues(1, 0, 1)
    for seconds, words in ((None, "on its way to"), (-60, "on its way to"), (30, "has gone to")):
        sent = None if seconds is None else NOW + timedelta(seconds=seconds)
        newest = [replace(issue, sent_at=sent)]
        monkeypatch.setattr(site.pages.own.papers, "issues", lambda *_, of=newest: of)
        assert f"{words} <b>ada@example.org</b>" in site.browser().get(welcome).text


def test_the_welcome_promises_no_minute_where_nothing_is_sent(site: Site) -> None:
    token = site.token(site.reader())
    page = site.browser().get(f"/m/{token}/welcome").text
    assert "as soon as there are papers for you" in page


def test_a_guests_mistakes_stay_in_the_form(site: Site) -> None:
    answer = site.browser().post(guest(site), data={"keywords": '"open', "name": "Cyrus"})
    assert answer.status_code == 422
    assert "never closed" in answer.text
    assert 'value="Cyrus"' in answer.text
    assert site.front.desk.by_email("cy@example.org").state == "pending"


def test_a_guest_tries_keywords_without_a_script_and_nothing_changes(site: Site) -> None:
    link = guest(site)
    before = dict(site.front.store.readers)
    form = {"keywords": "spech", "change": "spech\tspeech"}
    page = site.browser().post(f"{link}/preview", data=form).text
    assert ">\nspeech</textarea>" in page
    assert "Speech &lt;b&gt;without&lt;/b&gt;" in page
    assert site.front.store.readers == before


def test_who_declines_hears_no_more(site: Site) -> None:
    link = guest(site)
    assert "nothing will come" in site.browser().post(f"{link}/decline").text
    assert site.front.desk.by_email("cy@example.org").state == "left"
    again = site.browser().get(link)
    assert again.status_code == 409
    assert "This invitation is over" in again.text


def test_where_readers_are_invited_the_form_is_gone_and_says_the_same_to_everybody() -> None:
    site = open_site(is_invited_only=True)
    page = site.browser().get("/")
    assert page.status_code == 200
    assert "New readers are invited here" in page.text
    assert 'name="email"' not in page.text
    site.reader()
    answers = [
        site.browser(**OURS).post("/subscribe", data={"email": email, "keywords": "x"})
        for email in ("ada@example.org", "nobody@example.org", "no address")
    ]
    assert {(a.status_code, a.content) for a in answers} == {(403, answers[0].content)}
    assert site.front.post.letters == []
    assert "0 picked" not in site.browser().post("/preview", data={"keywords": "speech"}).text
    link = guest(site)
    assert site.browser().post(link, data={"keywords": "x"}).status_code == 303


def test_a_domain_is_named_as_people_write_it() -> None:
    site = open_site(allowed_domains=frozenset({"xn--bcher-kva.example", "lab.example"}))
    assert "An address of bücher.example and lab.example" in site.browser().get("/").text
    answer = site.browser(**OURS).post(
        "/subscribe", data={"email": "in@else.example", "keywords": "speech"}
    )
    assert "taken here: bücher.example, lab.example" in answer.text


def test_an_address_of_another_domain_is_told_by_its_domain_alone() -> None:
    site = open_site(allowed_domains=frozenset({"lab.example"}))
    site.front.desk.add("in@else.example", Preferences("x"), NOW, confirmed=True, how="command")
    assert "An address of lab.example" in site.browser().get("/").text
    known, unknown = (
        site.browser(**OURS).post("/subscribe", data={"email": email, "keywords": "speech"})
        for email in ("in@else.example", "no@else.example")
    )
    assert known.status_code == unknown.status_code == 422
    said = [re.findall(r'class="problem"[^>]*>([^<]*)', answer.text) for answer in (known, unknown)]
    assert said[0] == said[1] == ["Only addresses of these domains are taken here: lab.example"]
    assert site.front.post.letters == []
    taken = site.browser(**OURS).post(
        "/subscribe", data={"email": "a@lab.example", "keywords": "speech"}
    )
    assert taken.status_code == 303
