"""Every page is valid HTML5, labelled, with a sound outline, and nothing inside it acts."""

from __future__ import annotations

from tests.subscribers.web.every_page import every_page
from tests.subscribers.web.markup import faults
from tests.subscribers.web.site import open_site


def test_every_page_is_valid() -> None:
    site = open_site()
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    seen = 0
    for name, (method, path, form) in every_page(site):
        answer = browser.request(method, path, data=form or None)
        assert answer.headers["content-type"].startswith("text/html"), (name, answer.status_code)
        assert faults(answer.text) == [], name
        seen += 1
    assert seen > 30


def test_the_check_finds_faults() -> None:
    page = "<!doctype html><html><p id=a id=b><ul><p></ul><h2>x</h2><input name=q><a href='#z'>"
    page += "<input type=date name=day value=x>"
    page += "<form method=post><input name=e><button formaction=/x>y</button></form>"
    found = " ".join(faults(page))
    some = ("no lang", "no title", "0 h1", "input q has no label", "#z", "no li", "day: 'x'")
    for fault in (*some, "Enter"):
        assert fault in found
