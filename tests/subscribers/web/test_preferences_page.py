"""Preferences behind a mail's link: shown, checked, saved, paused."""

from __future__ import annotations

import pytest

from tests.subscribers.web.site import Site, open_site


@pytest.fixture
def site() -> Site:
    return open_site()


def test_preferences_are_shown_and_saved(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    page = browser.get(f"{base}/preferences").text
    assert "&#34;continual learning&#34;^2, diffusion" in page
    fields = {"keywords": "robots", "cadence": "days", "weekdays": ["1", "3"],
              "hour": "6", "timezone": "Asia/Tokyo", "max_papers": "5",
              "format": "text", "name": "A. L.",
              "breadth": "wide", "cards": "abstract"}  # fmt: skip
    answer = browser.post(f"{base}/preferences", data=fields)
    assert answer.headers["location"] == f"{base}/preferences?done=saved"
    assert "are saved" in browser.get(answer.headers["location"]).text
    now = site.front.desk.by_number(reader.id)
    assert (now.keywords, now.cadence, now.weekdays, now.hour) == ("robots", "days", (1, 3), 6)
    assert now.breadth == "wide"
    assert now.cards == "abstract"
    assert 'value="wide" checked' in browser.get(f"{base}/preferences").text
    assert (now.timezone, now.max_papers, now.wants_html, now.name) == (
        "Asia/Tokyo", 5, False, "A. L."
    )  # fmt: skip


def test_a_reader_is_told_of_changes_once_a_day(site: Site) -> None:
    base = f"/m/{site.token(site.reader())}"
    browser = site.browser()
    for keywords in ("robots", "speech", "birds"):
        browser.post(f"{base}/preferences", data={"keywords": keywords})
    assert site.front.post.kinds() == ["changed"]
    link = site.front.post.letters[0].link
    assert "Was it not you?" in browser.get(link).text
    assert browser.get(f"{base}/preferences").status_code == 200
    assert "only unsubscribe now" in browser.post(link).text
    assert browser.get(f"{base}/preferences").status_code == 403


def test_bad_preferences_are_told_and_not_saved(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    answer = site.browser().post(f"{base}/preferences", data={"keywords": "a^99", "hour": "x"})
    assert answer.status_code == 422
    assert "a^99</textarea>" in answer.text
    assert site.front.desk.by_number(reader.id) == reader


def test_the_preview_of_preferences_saves_nothing(site: Site) -> None:
    reader = site.reader()
    answer = site.browser().post(f"/m/{site.token(reader)}/preview", data={"keywords": "speech"})
    assert "1 picked from 37 papers" in answer.text
    assert site.front.desk.by_number(reader.id) == reader


@pytest.mark.parametrize("until", ["2026-03-01", "2026-03-02", "tomorrow", "2099-01-01"])
def test_a_pause_ends_on_a_day_to_come(site: Site, until: str) -> None:
    reader = site.reader()
    answer = site.browser().post(f"/m/{site.token(reader)}/pause", data={"until": until})
    assert answer.status_code == 422
    assert 'id="until-problem"' in answer.text
    assert site.front.desk.by_number(reader.id).state == "active"


def test_a_pause_until_a_day(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert browser.post(f"{base}/pause", data={"until": "2026-04-01"}).status_code == 303
    assert "paused until 2026-04-01" in browser.get(f"{base}/preferences").text


def test_a_language_that_no_mail_is_in_is_refused_on_the_page(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    fields = {"keywords": "robots", "language": "xx"}
    answer = site.browser().post(f"{base}/preferences", data=fields)
    assert answer.status_code == 422
    assert "choose one of" in answer.text
