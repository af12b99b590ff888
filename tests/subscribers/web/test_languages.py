"""Pages in the reader's language, else in the one that their browser asks for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.locales import Catalogues
from subscribers.web.languages import wanted
from tests.subscribers.desk import TITLES
from tests.subscribers.web.every_page import every_page
from tests.subscribers.web.markup import faults
from tests.subscribers.web.site import Site, blank_site, open_site


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("DE", "de"),
        ("fr, pt-BR;q=0.9, de;q=0.8, en;q=0.7", "pt-BR"),
        ("en;q=0.3, de;q=0.8", "de"),
        ("de;q=0, en", "en"),
        ("en, de", "en"),
        ("zh-Hant-TW, *", ""),
        ("", ""),
        ("de;q=much, , ;;, en;q=2", ""),
    ],
)
def test_the_browsers_first_wish_that_can_be_met_wins(header: str, tag: str) -> None:
    assert wanted(header, ["de", "en", "pt-BR"]) == tag


@given(st.text())
def test_any_header_wants_something_known_or_nothing(header: str) -> None:
    assert wanted(header, ["de", "en"]) in ("de", "en", "")


@pytest.fixture
def site() -> Site:
    return blank_site()


def test_a_visitor_reads_the_language_of_their_browser(site: Site) -> None:
    answer = site.browser(**{"accept-language": "de-CH"}).get("/")
    assert '<html lang="de" dir="ltr">' in answer.text
    assert "Neue Paper zu Ihren Stichwörtern" in answer.text
    assert answer.headers["content-language"] == "de"
    for asked in ("", "nl"):
        assert '<html lang="en"' in site.browser(**{"accept-language": asked}).get("/").text


def test_a_reader_reads_their_own_language_whatever_their_browser_asks_for(site: Site) -> None:
    reader = site.reader()
    site.front.store.readers[reader.id] = replace(reader, language="de")
    browser = site.browser(**{"accept-language": "en"})
    page = browser.get(f"/m/{site.token(reader)}/preferences").text
    assert '<html lang="de"' in page
    assert "/preview/fragment?language=de" in page, "the preview inside is in the page's language"
    fragment = browser.post("/preview/fragment?language=de", data={"keywords": "diffusion"}).text
    assert "1 ausgewählt aus 37 Papern" in fragment
    assert "Etwa 2 Paper am Tag." in fragment
    typo = browser.post("/preview/fragment?language=de", data={"keywords": "spech"}).text
    assert "in den letzten 30 Tagen nichts. Meinten Sie: <button" in " ".join(typo.split())


def test_what_is_wrong_is_said_in_the_language_of_the_page(site: Site) -> None:
    browser = site.browser(**{"accept-language": "de", "sec-fetch-site": "same-origin"})
    form = {"email": "ada@", "keywords": "a^99", "hour": "99"}
    page = browser.post("/subscribe", data=form).text
    assert "Das ist keine Mailadresse" in page
    assert "Zeichen 2 (&#39;^&#39;): das Gewicht 99 liegt nicht zwischen" in page
    assert "Geben Sie eine ganze Zahl ein, von 0 bis 23" in page
    assert "Dieser Link ist unvollständig" in browser.get("/m/x/preferences").text


def test_who_subscribes_in_german_is_written_to_in_german(site: Site) -> None:
    browser = site.browser(**{"accept-language": "de", "sec-fetch-site": "same-origin"})
    assert '<option value="de" lang="de" selected>Deutsch</option>' in browser.get("/").text
    form = {"email": "ada@example.org", "keywords": "diffusion", "language": "de"}
    assert browser.post("/subscribe", data=form).status_code == 303
    assert site.front.post.letters[0].language == "de"


def test_the_language_is_chosen_and_left_to_the_house_again(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    for language in ("de", ""):
        browser.post(f"{base}/preferences", data={"keywords": "robots", "language": language})
        assert site.front.desk.by_number(reader.id).language == language


@pytest.mark.parametrize("language", ["de", "zh"])  # the catalogues' own test is of all markup
def test_every_page_is_valid_in_other_languages(site: Site, language: str) -> None:
    browser = site.browser(**{"accept-language": language, "sec-fetch-site": "same-origin"})
    for name, (method, path, form) in every_page(site):
        page = browser.request(method, path, data=form or None).text
        assert f'lang="{language}"' in page, name
        assert faults(page) == [], name


def test_the_form_offers_every_language_under_its_own_name(site: Site) -> None:
    page = site.browser().get("/").text
    offered = re.findall(r'<option value="(\w+)" lang="(\w+)"(?: selected)?>([^<]+)<', page)
    assert {tag: name for tag, _, name in offered} == {
        "de": "Deutsch",
        "en": "English",
        "es": "Español",
        "fr": "Français",
        "pt": "Português",
        "zh": "中文",
    }
    assert all(tag == lang for tag, lang, _ in offered)


class Shouting(Catalogues):
    """A language of one's own, in which every message stands in angles."""

    def names(self) -> list[str]:
        return ["en"]

    def words(self, language: str) -> Any:
        return _Shouted(super().words("en"))


class _Shouted:
    def __init__(self, english: Any) -> None:
        self.language, self.direction, self.name = "en", "ltr", "English"
        self.translations = self
        self.number, self.join, self.day = str, ", ".join, str
        self.ugettext = self.gettext = self.say

    def say(self, text: str) -> str:
        return f"‹{text}›"

    def ungettext(self, one: str, many: str, n: int) -> str:
        return self.say(one if n == 1 else many)


# What no catalogue can say: what people typed, names, and the grammar of the keywords.
OURS = {
    *("digest", "English", "continual", "learning", "diffusion", "speech", "spech", "JSON", "x"),
    *("Ada", "ada", "bo", "open", "a", "b", "e", "new", "What", "all", "read", "An", "abstract"),
    *("post", "Lab", "Street", "lab"),
    *" ".join(TITLES.values()).replace("<", " ").replace(">", " ").split(),
    *("Speech", "without", "text", "borders"),
    *("Atom", "Feed", "BibTeX", "CSL", "Markdown", "RIS"),  # names of formats
    *("long", "title", "of", "paper", "Another", "more", "with", "some", "length"),
    *("to", "wrap", "robots", "reinforcement", "A"),
    *("ctx", "ver", "Z", "rft", "atitle", "Ann", "Moss", "Bo", "Li"),
    *("Journal", "Tests", "it", "is", "about", "in", "short", "plainly"),
    *("This", "neither", "nor", "one"),  # the test's own library refuses in English
}
SEEN = ("aria-label", "data-summary", "data-trouble", "alt", "title")


def test_no_word_of_a_page_escapes_the_catalogue() -> None:
    site = open_site(languages=Shouting())
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    left: dict[str, list[str]] = {}
    for name, (method, path, form) in every_page(site):
        page = browser.request(method, path, data=form or None).text
        if words := _outside(page):
            left[name] = words
    assert left == {}


def _outside(page: str) -> list[str]:
    """Return the words that stand in no angles, and are none of `OURS`."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    pieces = []
    for parent in tree.iter():
        for child in list(parent):
            if child.tag in ("code", "textarea", "option") or not isinstance(child.tag, str):
                child.text = ""
                for inner in list(child):
                    child.remove(inner)
    for element in tree.find("body").iter():
        pieces += [element.get(name) or "" for name in SEEN]
    text = "".join(tree.find("body").itertext())
    text = re.sub(r"[^\s‹›]+@[^\s‹›]+", " ", " ".join([text, *pieces]))
    while (shorter := re.sub(r"‹[^‹›]*›", " ", text)) != text:
        text = shorter
    return sorted(set(re.findall(r"[^\W\d_]+", text)) - OURS)
