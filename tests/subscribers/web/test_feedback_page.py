"""More like this, less like this, mute: each by a button, each about what was in the mail."""

from __future__ import annotations

import pytest

from subscribers.store import Feedback
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import Site, blank_site


@pytest.fixture
def site() -> Site:
    return blank_site()


def test_feedback_is_recorded_by_the_button_listed_and_taken_back(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader, edition=12)}"
    browser = site.browser()
    page = browser.get(f"{base}/more/7").text
    assert "Learning without forgetting &lt;fast&gt;" in page
    answer = browser.post(f"{base}/more/7")
    assert answer.headers["location"] == f"{base}/more/7"
    assert site.front.store.opinions[reader.id, 7] == Feedback(7, "more", NOW, 12)
    assert "Noted" in browser.get(f"{base}/more/7").text
    browser.post(f"{base}/less/7")
    assert site.front.store.opinions[reader.id, 7].opinion == "less"
    assert "Learning without" in browser.get(f"{base}/preferences").text
    assert browser.post(f"{base}/take-back/7").status_code == 303
    assert site.front.store.opinions == {}


@pytest.mark.parametrize("paper", ["99", "0", "-1", "9" * 30, "x", "1.5"])
def test_a_paper_that_is_not_there_is_said(site: Site, paper: str) -> None:
    base = f"/m/{site.token(site.reader())}"
    assert site.browser().get(f"{base}/more/{paper}").status_code == 404
    assert site.browser().post(f"{base}/more/{paper}").status_code == 404


@pytest.mark.parametrize("edition", [0, 4, 12])  # a letter's link, no issue's, one without it
def test_a_link_judges_no_paper_that_was_not_in_its_mail(site: Site, edition: int) -> None:
    base = f"/m/{site.token(site.reader(), edition)}"
    for opinion in ("more", "less"):
        answer = site.browser().get(f"{base}/{opinion}/8")
        assert answer.status_code == 404
        assert "was not in the mail" in answer.text
        assert site.browser().post(f"{base}/{opinion}/8").status_code == 404
    assert site.front.store.opinions == {}


def test_an_opinion_is_taken_back_by_the_link_of_any_mail(site: Site) -> None:
    reader = site.reader()
    site.browser().post(f"/m/{site.token(reader, 5)}/more/8")
    assert site.front.store.opinions != {}
    site.browser().post(f"/m/{site.token(reader, 0)}/take-back/8")
    assert site.front.store.opinions == {}


def test_a_keyword_is_muted_by_the_button(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert "Mute “continual learning”?" in browser.get(f"{base}/mute/0").text
    assert "not in your list any more" in browser.post(f"{base}/mute/0").text
    answer = browser.post(f"{base}/mute/0", data={"shown": "continual learning"})
    assert answer.status_code == 303
    assert site.front.desk.by_number(reader.id).keywords == "diffusion"
    assert browser.post(f"{base}/mute/0", data={"shown": "continual learning"}).status_code == 409
    assert "only keyword" in browser.get(f"{base}/mute/0").text
    assert browser.get(f"{base}/mute/7").status_code == 409
