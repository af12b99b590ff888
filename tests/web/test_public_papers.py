"""Papers on pages for everybody, and the link that a reader's issue has to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs

import feedparser
import pytest
from fastapi.testclient import TestClient

from digest.operations.readers_pages import readers_site
from digest.settings import WebSettings
from subscribers.preferences import Preferences
from tests.installation import Installation


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path)
    app = installation.app
    app.settings = app.settings.model_copy(update={"web": WebSettings(archive=True)})
    yield installation
    app.close()


def client_of(place: Installation) -> TestClient:
    return TestClient(readers_site(place.app), base_url="http://localhost")


def test_an_issue_on_the_web_has_a_page_to_share_that_names_nobody(place: Installation) -> None:
    app = place.app
    reader, _ = app.desk.add(
        "ada@example.org",
        Preferences("zebrafish", name="Ada"),
        app.clock(),
        confirmed=True,
        how="x",
    )
    place.ingest(("Zebrafish that dream", "We watch a zebrafish sleep. It dreams."))
    place.run()
    token = app.desk.links.mail_token(reader.id, 1, app.clock())
    browser = client_of(place)
    page = browser.get(f"/m/{token}/read").text
    (link,) = set(re.findall(r'href="([^"]*/shared/[^"]*)"', page))
    assert page.index("Share this issue") < page.index("Zebrafish that dream")
    shared = browser.get("/shared/" + link.partition("/shared/")[2])
    assert shared.status_code == 200
    assert "Zebrafish that dream" in shared.text
    for public in (shared.text, browser.get(f"/archive/{app.stores.editions.all()[0].label}").text):
        (told,) = re.findall(r'class="Z3988" title="([^"]*)"', public)
        assert parse_qs(unescape(told))["rft.atitle"] == ["Zebrafish that dream"]
    for private in ("ada@example.org", "Ada", token, "/m/", "zebrafish</b>"):
        assert private not in shared.text


@pytest.mark.parametrize("archive", [False, True])
def test_each_entry_of_a_feed_leads_to_the_papers_of_its_issue(
    place: Installation, archive: bool
) -> None:
    app = place.app
    app.settings = app.settings.model_copy(update={"web": WebSettings(archive=archive)})
    reader = place.reader("ada@example.org", "zebrafish")
    titles = ("Zebrafish that dream", "Zebrafish that swim")
    for title in titles:
        place.ingest((title, "We watch a zebrafish. It does."))
        place.run()
        place.tomorrow()
    key = app.stores.own_desks.make_feed_key(reader.id, app.clock())
    address = f"/feed/{app.desk.tokens.sign('feed', reader.id, key.number, now=app.clock())}"
    browser = client_of(place)
    entries = feedparser.parse(browser.get(f"{address}/atom.xml").content).entries
    items = browser.get(f"{address}/feed.json").json()["items"]
    assert [each["url"] for each in items] == [each.link for each in entries]
    assert len(entries) == len(titles)
    for link, title in zip([each.link for each in entries], reversed(titles), strict=True):
        page = browser.get(link.removeprefix(app.base_url))
        assert page.status_code == 200
        assert [each in page.text for each in titles] == [each == title for each in titles]
        assert "/m/" not in page.text


def test_only_editions_that_were_let_go_are_public(place: Installation) -> None:
    place.ingest(("Whales that sing", "We listen to whales. They sing."))
    place.run()
    browser, editions = client_of(place), place.app.stores.editions
    edition = editions.all()[0]
    path = f"/archive/{edition.label}"
    assert "Whales that sing" in browser.get(path).text
    for state in ("awaiting_approval", "paused", "cancelled"):
        editions.set_state(edition.number, state)  # type: ignore[arg-type]
        assert browser.get(path).status_code == 404
        assert path not in browser.get("/archive").text
