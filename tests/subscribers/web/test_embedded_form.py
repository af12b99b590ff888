"""Our form on another site: as docs/front-page.md writes it, and as an attacker would."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.subscribers.web.site import Site, open_site

DOC = Path(__file__).parents[3] / "docs" / "front-page.md"
ELSEWHERE = {"sec-fetch-site": "cross-site", "origin": "https://blog.example"}


@pytest.fixture
def site() -> Site:
    return open_site()


def test_the_documented_form_leads_to_ours_filled_in_and_sends_nothing(site: Site) -> None:
    form = DOC.read_text(encoding="utf-8").split("```html\n")[1].split("```")[0]
    (action,) = re.findall(r'action="https://papers.example.org(/[^"]*)"', form)
    names = re.findall(r'name="(\w+)"', form)
    assert 'method="post"' in form
    values = {"email": "ada@example.org", "keywords": "diffusion, speech"}
    assert set(names) <= set(values)
    answer = site.browser(**ELSEWHERE).post(action, data=values)
    assert answer.status_code == 200
    assert 'value="ada@example.org"' in answer.text
    assert ">\ndiffusion, speech</textarea>" in answer.text
    assert "Nothing was sent yet" in answer.text
    assert site.front.post.letters == []
    assert site.front.store.readers == {}
    token = re.search(r'name="form" value="([^"]+)"', answer.text)
    assert token
    browser = site.browser(cookie=f"form={answer.cookies['form']}")
    pressed = browser.post("/subscribe", data=values | {"form": token[1]})
    assert pressed.headers["location"] == "/subscribed"
    assert site.front.post.kinds() == ["confirm"]


def test_another_site_fills_in_four_fields_and_presses_nothing(site: Site) -> None:
    form = {
        "email": '"><script>alert(1)</script>', "keywords": "</textarea><b>x", "form": "forged",
        "website": "x", "cadence": "weekly", "change": "\tdiffusion", "name": "Ada",
    }  # fmt: skip
    answer = site.browser(**ELSEWHERE).post("/start", data=form)
    assert "<script>alert" not in answer.text
    assert "</textarea><b>" not in answer.text
    assert 'value="weekly" checked' not in answer.text
    assert "forged" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-robots-tag"].startswith("noindex")
    assert site.front.post.letters == []


def test_a_form_from_elsewhere_is_still_not_taken_at_once(site: Site) -> None:
    data = {"email": "ada@example.org", "keywords": "x"}
    assert site.browser(**ELSEWHERE).post("/subscribe", data=data).status_code == 403
    assert site.front.post.letters == []


def test_reloading_the_page_begins_anew(site: Site) -> None:
    assert site.browser().get("/start").headers["location"] == "/"


def test_a_form_in_another_language_leads_to_pages_in_it(site: Site) -> None:
    values = {"email": "ada@example.org", "keywords": "diffusion", "language": "de"}
    answer = site.browser(**ELSEWHERE).post("/start", data=values)
    assert '<html lang="de"' in answer.text
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', answer.text)
    ours = site.browser(**{"sec-fetch-site": "same-origin"})
    wrong = ours.post(action, data=values | {"email": "ada@"})
    assert (wrong.status_code, '<html lang="de"' in wrong.text) == (422, True)
    done = ours.post(action, data=values)
    assert '<html lang="de"' in ours.get(done.headers["location"]).text


@pytest.mark.parametrize("language", ["xx", "<b>", "d" * 900, "\x00"])
def test_a_language_that_is_none_changes_nothing(site: Site, language: str) -> None:
    values = {"email": "ada@example.org", "keywords": "diffusion", "language": language}
    assert '<html lang="en"' in site.browser(**ELSEWHERE).post("/start", data=values).text
