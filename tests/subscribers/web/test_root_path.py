"""All pages below a path: links, forms, style sheets and redirects keep to it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from digest.web.site import guard_settings
from tests.subscribers.web.every_page import every_page
from tests.subscribers.web.site import HOST, Site, open_site

_ADDRESS = re.compile(r'(?:href|src|action|formaction|data-preview)="(/[^"]*)"')


@pytest.fixture
def site() -> Site:
    site = open_site()
    below = guard_settings(f"http://{HOST}/lab%20one/digest", (), ())
    site.app.settings = replace(below, hosts=frozenset({HOST}))
    return site


@pytest.mark.parametrize("kept", [True, False], ids=["kept by the proxy", "cut off by the proxy"])
def test_no_page_points_above_its_root(site: Site, kept: bool) -> None:
    browser, looked = site.browser(), 0
    before = "/lab%20one/digest" if kept else ""
    for name, (method, path, form) in every_page(site):
        answer = browser.request(method, before + path, data=form or None)
        assert answer.status_code != 500, name
        addresses = _ADDRESS.findall(answer.text)
        assert all(each.startswith("/lab%20one/digest/") for each in addresses), name
        looked += len(addresses)
    assert looked > 200


def test_redirects_and_style_sheets_stay_below_the_root(site: Site) -> None:
    token = site.token(site.reader())
    browser = site.browser()
    saved = browser.post(
        f"/lab%20one/digest/m/{token}/pause",
        data={"until": ""},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert saved.headers["location"].startswith(f"/lab%20one/digest/m/{token}/")
    home = browser.get("/lab%20one/digest").text
    style = re.search(r'rel="stylesheet" href="([^"]+)"', home)
    assert style
    assert browser.get(style[1]).headers["content-type"].startswith("text/css")


def test_without_a_path_nothing_changes() -> None:
    home = open_site().browser().get("/")
    assert 'action="/subscribe"' in home.text
