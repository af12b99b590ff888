"""Papers without signs that act on what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from digest.operations.readers_pages import readers_site
from digest.papers import Paper
from digest.web.citations.bibtex_writer import written_bibtex
from digest.web.citations.csl_json_writer import written_csl_json
from digest.web.citations.markdown_writer import written_markdown
from digest.web.citations.ris_writer import written_ris
from digest.web.shown_papers import legible
from subscribers.store import Feedback
from tests.installation import Installation, paper

HOSTILE = "\u202e\u2066\x0b\x00\x85\ud800\ufffe\u2028"


@pytest.mark.parametrize("sign", HOSTILE)
def test_no_field_of_a_paper_brings_a_sign_that_acts(sign: str) -> None:
    told = f"a{sign}b"
    told_of = Paper(1, told, told, authors=(told,), keywords=(told,), venue=told)
    for write in (written_bibtex, written_ris, written_csl_json, written_markdown):
        assert sign not in write([legible(told_of)])


def test_other_papers_stay_what_they_are() -> None:
    plain = Paper(1, "Größe of 猫 \u200d and \u05d0", "x", authors=("Zoë",))
    assert legible(plain) == plain
    assert legible(replace(plain, venue="a\u202eb")).title == plain.title


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    place = Installation(tmp_path / "data")
    yield place
    place.app.close()


def test_no_page_feed_or_file_brings_them(installed: Installation) -> None:
    app, told = installed.app, "Tides \u202eturn\u2066 \ufffe back"
    ada = installed.reader("ada@example.org", "tides, otters")
    installed.ingest(paper(told, f"{told}. Otters sleep."))
    installed.run()
    number = app.stores.archive.titled("Tides")[0].id
    app.stores.readers.set_feedback(ada.id, Feedback(number, "more", installed.now))
    browser = TestClient(readers_site(app), base_url="http://localhost")
    base = f"/m/{app.desk.links.mail_token(ada.id, 1, app.clock())}"
    feed = re.findall(r"/feed/[^/]+/", browser.post(f"{base}/feeds").text)[0]
    desk = ("issues", "issues/1", "read", "likes", "preferences", f"more/{number}")
    paths = [f"{base}/{each}" for each in desk]
    paths += [f"{base}/issues/1/{form}" for form in ("bib", "ris", "json", "md")]
    paths += [f"{base}/likes/{form}" for form in ("bib", "ris", "json", "md")]
    pages = {path: browser.get(path) for path in (*paths, f"{feed}atom.xml", f"{feed}feed.json")}
    pages["search"] = browser.post(f"{base}/issues", data={"q": "tides"})
    pages["echo"] = browser.post(f"{base}/issues", data={"q": "tides \u202e"})
    pages["why"] = browser.post(f"{base}/why", data={"paper": told})
    for path, answer in pages.items():
        assert answer.status_code == 200, path
        assert not re.search("[\u202a-\u202e\u2066-\u2069\ufffe]", answer.text), path
    untold = [path for path, answer in pages.items() if "Tides" not in answer.text]
    assert set(untold) <= {"why", "echo"}
    ElementTree.fromstring(pages[f"{feed}atom.xml"].content)
