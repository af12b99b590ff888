"""Pages that everybody may see: the sample, the archive of editions, issues to share."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.subscribers.desk import NOW
from tests.subscribers.web.site import Site, blank_site, open_site


@pytest.fixture
def site() -> Site:
    return blank_site()


def test_the_archive_is_there_only_when_it_is_wanted() -> None:
    shut = open_site(archive=False).browser()
    for path in ("/archive", "/archive/2026-03-02"):
        assert shut.get(path).status_code == 404
    assert "/archive" not in shut.get("/").text + shut.get("/robots.txt").text
    browser = open_site().browser()
    assert "Allow: /archive\n" in browser.get("/robots.txt").text
    page = browser.get("/archive").text
    assert 'href="/archive/2026-03-02">Mar 2, 2026<' in page
    assert browser.get("/archive/2026-03-02").headers["x-robots-tag"] == "all"


def test_an_edition_is_shown_page_by_page(site: Site) -> None:
    browser = site.browser()
    seen = [
        browser.get(f"/archive/2026-03-02?page={n}").text.count('class="paper"') for n in (1, 2, 3)
    ]
    assert seen == [50, 50, 20]
    assert browser.get("/archive/2026-03-02-2").text.count('class="paper"') == 2
    for wrong in ("?page=0", "?page=4", "?page=x", "?page=²", "?page=99999999999999"):
        assert browser.get(f"/archive/2026-03-02{wrong}").status_code == 404


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-03",
        "20260302",
        "2026-W10-1",
        "0000-00-00",
        "2026-03-02-",
        "2026-03-02-1",
        "2026-03-02-02",
        "%2e",
        "x",
    ],
)
def test_no_other_text_is_a_day(site: Site, day: str) -> None:
    assert site.browser().get(f"/archive/{day}").status_code == 404


def test_what_chats_show_of_a_link(site: Site) -> None:
    site.pages.settings = replace(site.pages.settings, base_url="https://papers.example.org")
    shared = site.front.desk.links.shared(NOW.date(), (7, 8), NOW)
    path = shared.removeprefix("http://testserver")
    for address in ("/", "/help", "/sample", "/archive", "/archive/2026-03-02", path):
        page = site.browser().get(address).text
        told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
        assert told["url"] == f"https://papers.example.org{address}"
        assert told["title"]
        assert told["description"]
        assert told["type"] in ("website", "article")
    assert site.browser().get(path).headers["x-robots-tag"].startswith("noindex")


def test_an_issue_without_papers_has_a_page_to_share_too(site: Site) -> None:
    shared = site.front.desk.links.shared(NOW.date(), (), NOW).removeprefix("http://testserver")
    page = site.browser().get(shared)
    assert page.status_code == 200
    assert page.text.count("No paper was picked for this issue.") == 3  # also in what chats show
    assert "passed these on" not in page.text
    gone = site.front.desk.links.shared(NOW.date(), (999,), NOW).removeprefix("http://testserver")
    assert site.browser().get(gone).status_code == 404


def test_the_whole_sample_issue_is_one_press_away(site: Site) -> None:
    assert 'href="/sample"' in site.browser().get("/").text
    page = site.browser().get("/sample").text
    assert "This is what someone following diffusion and speech gets." in page
    assert "Diffusion models that listen" in page
    assert "What all read" in page


def test_an_archive_without_papers_has_a_sample_page_too(site: Site) -> None:
    site.pages.previews.sample = lambda: None  # type: ignore[method-assign]
    assert "nothing to show" in site.browser().get("/sample").text
