"""A reader's own desk in a browser: issues, files, answers, likes and mutes, library, feeds."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest

from digest.dumps import formats
from subscribers.store import Feedback
from subscribers.web.own_papers import MAX_UPLOAD, WhyNot
from subscribers.web.rates import RateSettings
from subscribers.web.why_not import said
from tests.subscribers.desk import NOW
from tests.subscribers.web.own_desk import EVERY_ANSWER, ISSUES, Answers
from tests.subscribers.web.site import Site, blank_site, open_site

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def site() -> Site:
    return blank_site()


def base_of(site: Site, edition: int = 5) -> str:
    return f"/m/{site.token(site.reader(), edition)}"


def test_an_issue_shows_its_papers_for_zotero_and_as_files(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    page = browser.get(f"{base}/issues/5").text
    assert page.count('class="Z3988"') == 2
    assert 'title="ctx_ver=Z39.88-2004&amp;rft.atitle=7"' in page
    for form, kind in (
        ("bib", "x-bibtex"),
        ("ris", "x-research"),
        ("json", "csl+json"),
        ("md", "markdown"),
    ):
        answer = browser.get(f"{base}/issues/5/{form}")
        assert answer.text == f"{form} of 5\n"
        assert kind in answer.headers["content-type"]
        assert answer.headers["content-disposition"].endswith(f'issue-5.{form}"')
        assert browser.get(f"{base}/likes/{form}").text == f"{form} of likes\n"
    assert browser.get(f"{base}/issues/5/exe").status_code in (404, 422)
    assert browser.get(f"{base}/issues/99").status_code == 404
    assert browser.get(f"{base}/issues/99/bib").status_code == 404


def test_the_page_as_mailed_is_linked_from_its_own_mail_only(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    assert "/read" in browser.get(f"{base}/issues/5").text
    # The mail of another issue holds a younger link than the one that came here.
    assert "/read" not in browser.get(f"{base}/issues/12").text


def test_what_was_searched_for_stands_in_no_address(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    page = browser.post(f"{base}/issues", data={"q": "  diffusion  "})
    assert page.status_code == 200
    assert "1 paper with “diffusion”" in page.text
    assert "Nothing with “zebra”" in browser.post(f"{base}/issues", data={"q": "zebra"}).text
    assert browser.post(f"{base}/issues", data={"q": " "}).status_code == 303
    assert 'method="get"' not in page.text


def test_likes_and_mutes_are_taken_back(site: Site) -> None:
    reader = site.reader('"continual learning"^2, diffusion, speech')
    base, browser = f"/m/{site.token(reader)}", site.browser()
    site.front.store.set_feedback(reader.id, Feedback(7, "more", NOW, 5))
    answer = browser.post(f"{base}/mute/0", data={"shown": "continual learning"})
    page = browser.get(answer.headers["location"]).text
    assert "off your list" in page
    assert "&#34;continual learning&#34;^2" in page
    number = re.search(r"unmute/(\d+)", page)
    assert number
    back = browser.post(f"{base}/unmute/{number[1]}")
    assert "on your list again" in browser.get(back.headers["location"]).text
    assert '"continual learning"^2' in site.front.desk.by_number(reader.id).keywords
    assert browser.post(f"{base}/unmute/{number[1]}").status_code == 409
    taken = browser.post(f"{base}/take-back/7")
    assert "Taken back" in browser.get(taken.headers["location"]).text
    assert site.front.store.opinions == {}


def test_mute_is_reached_from_a_mails_less_and_from_the_preferences(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    for path in ("less/7", "preferences"):
        assert f'href="{base}/mute/1"' in browser.get(f"{base}/{path}").text


@pytest.mark.parametrize("answer", EVERY_ANSWER, ids=lambda answer: answer.kind)
def test_each_answer_is_said_in_a_readers_words(site: Site, answer: WhyNot) -> None:
    base, browser = base_of(site), site.browser()
    assert isinstance(site.pages.own.why, Answers)
    site.pages.own.why.next = answer
    page = browser.post(f"{base}/why", data={"paper": "2403.12345"}).text
    sentences = said(answer)
    assert sentences
    for sentence in sentences:
        assert sentence.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<b>robots" not in page
    for word in ("floor", "edition", "archive", "score"):  # the operator's
        assert word not in " ".join(sentences).lower()


@pytest.mark.parametrize("share", [0.0, 0.004, 0.02, 0.094, 0.1, 0.43, 0.996, 0.9999])
def test_a_paper_that_hardly_fits_is_not_said_to_fit(share: float) -> None:
    (first, *_) = map(str, said(WhyNot("below", share=share)))
    fits = share >= 0.1
    assert ("It fits your keywords" in first) == fits
    assert ("next to nothing" in first) != fits
    assert " 0 of" not in first
    assert " 100 of" not in first


@pytest.mark.parametrize("text", ["", "x", "y" * 700])
def test_why_wants_something_to_look_for(site: Site, text: str) -> None:
    answer = site.browser().post(f"{base_of(site)}/why", data={"paper": text})
    assert answer.status_code == 422
    assert 'id="paper-problem"' in answer.text


def send(site: Site, base: str, data: bytes, name: str = "own.bib"):  # type: ignore[no-untyped-def]
    return site.browser().post(f"{base}/library", files={"file": (name, data)})


def test_a_library_is_uploaded_counted_and_removed(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    answer = send(site, base, b"@one\n@two\n@three\n")
    assert answer.status_code == 200
    assert "2 papers were added. 1 was there already." in answer.text
    assert "There was no room for 2 more." in answer.text
    assert 'line 3: <span lang="en">no title</span>' in answer.text
    assert site.front.post.kinds() == ["changed"]  # a link may be in other hands
    number = re.search(r'name="number" value="(\d+)"', answer.text)
    assert number
    browser.post(f"{base}/library/remove", data={"number": number[1]})
    assert len(site.pages.own.library.papers(1)) == 1
    browser.post(f"{base}/library/remove")
    assert site.pages.own.library.papers(1) == []
    assert send(site, base, b"no bibliography").status_code == 422
    assert browser.post(f"{base}/library", data={"file": "typed"}).status_code == 422


def test_a_file_is_bounded_and_taken_by_this_form_alone(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    assert send(site, base, b"@" * MAX_UPLOAD).status_code == 200
    assert send(site, base, b"@" * (MAX_UPLOAD + 1)).status_code == 413
    assert send(site, base, b"@" * (MAX_UPLOAD + 100_000)).status_code == 413
    for path in (f"{base}/why", f"{base}/preferences", "/subscribe", f"{base}/library/remove"):
        large = {"file": ("a.bib", b"@" * 100_000)}
        assert browser.post(path, files=large).status_code == 413, path
    files = {"a": ("a.bib", b"@"), "b": ("b.bib", b"@")}
    assert browser.post(f"{base}/library", files=files).status_code == 400


def test_a_stranger_uploads_nothing_and_a_reader_little() -> None:
    site = open_site(RateSettings(uploads_per_client="2/hour"))
    assert send(site, "/m/forged", b"@one").status_code == 403
    base = base_of(site)
    assert [send(site, base, b"@one").status_code for _ in range(3)] == [200, 200, 429]


def test_searches_files_and_answers_are_counted() -> None:
    site = open_site(RateSettings(lookups_per_client="2/hour"))
    base, browser = base_of(site), site.browser()
    assert browser.get(f"{base}/issues/5/bib").status_code == 200
    assert browser.post(f"{base}/issues", data={"q": "x"}).status_code == 200
    assert browser.post(f"{base}/issues", data={"q": "x"}).status_code == 429
    assert browser.post(f"{base}/why", data={"paper": "2403.12345"}).status_code == 429
    assert browser.get(f"{base}/likes/md").status_code == 429
    assert browser.get(f"{base}/issues").status_code == 200


def feed_of(site: Site, base: str) -> str:
    page = site.browser().post(f"{base}/feeds").text
    found = re.search(r'value="[^"]*(/feed/[^"/]+)/atom\.xml"', page)
    assert found
    return found[1]


def test_the_feeds_are_valid_and_hold_no_other_key(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    address = feed_of(site, base)
    atom = browser.get(f"{address}/atom.xml")
    assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(atom.text)
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 2
    # RFC 4287, 4.1.1 and 4.1.2: one each, and the feed's author stands for all entries.
    for name in ("id", "title", "updated"):
        assert all(len(each.findall(f"{ATOM}{name}")) == 1 for each in (root, *entries)), name
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [each.findtext(f"{ATOM}id") or "" for each in (root, *entries)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"tag:[\w.-]+,\d{4}(-\d\d-\d\d)?:[\w/-]+", each) for each in ids)
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"].endswith(f"{address}/atom.xml")  # type: ignore[union-attr]
    parsed = feedparser.parse(atom.content)
    assert not parsed.bozo
    assert "&lt;fast&gt;" in parsed.entries[0].content[0].value
    told = browser.get(f"{address}/feed.json")
    assert told.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(told.text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in feed["items"]] == ids[1:]
    assert all(
        {"id", "title", "content_html", "date_published"} <= item.keys() for item in feed["items"]
    )
    for body in (atom.text, told.text):
        assert "/m/" not in body
        assert "ada@" not in body
        assert body.count(address) == 1  # the feed's own address, nowhere in an entry
    for answer in (atom, told):
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"].startswith("private")


def test_our_own_readers_of_feeds_find_the_issues(site: Site) -> None:
    address = feed_of(site, base_of(site))
    for name in ("atom.xml", "feed.json"):
        body = site.browser().get(f"{address}/{name}").content
        assert len(formats.read(body, now=NOW).records) == 2, name


def test_an_unchanged_feed_is_not_sent_again(site: Site) -> None:
    address = feed_of(site, base_of(site))
    browser = site.browser()
    first = browser.get(f"{address}/atom.xml")
    site.clock.forward(days=100)
    again = browser.get(f"{address}/atom.xml", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_entries_keep_their_ids_when_the_key_changes(site: Site) -> None:
    base, browser = base_of(site), site.browser()

    def ids(address: str) -> list[str]:
        return re.findall(r"<id>([^<]+)</id>", browser.get(f"{address}/atom.xml").text)

    first = feed_of(site, base)
    before = ids(first)
    site.clock.forward(days=40)
    second = feed_of(site, base)
    assert first != second
    assert ids(second) == before
    assert browser.get(f"{first}/atom.xml").status_code == 403


def test_a_feeds_address_is_shown_once_and_ends_by_a_button(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    address = feed_of(site, base)
    shown = browser.get(f"{base}/feeds").text
    assert "/feed/" not in shown
    assert "Your feed is on" in shown
    assert browser.post(f"{base}/feeds/off").status_code == 303
    assert browser.get(f"{address}/atom.xml").status_code == 403
    assert "Your feed is off" in browser.get(f"{base}/feeds").text


def test_a_feed_is_polled_within_limits() -> None:
    site = open_site(RateSettings(polls_per_feed="2/hour"))
    address = feed_of(site, base_of(site))
    codes = [site.browser().get(f"{address}/atom.xml").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_an_issue_without_papers_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = replace(ISSUES[0], papers=())
    monkeypatch.setattr("tests.subscribers.web.own_desk.ISSUES", (quiet,))
    base, browser = base_of(site), site.browser()
    address = feed_of(site, base)
    entry = feedparser.parse(browser.get(f"{address}/atom.xml").content).entries[0]
    (item,) = json.loads(browser.get(f"{address}/feed.json").text)["items"]
    assert entry.link == item["url"] == quiet.public_url
    page = browser.get(f"{base}/issues/12").text
    for text in (entry.content[0].value, item["content_html"], page):
        assert "No paper was picked for this issue." in text
    assert "Zotero" not in page
    assert quiet.public_url not in page  # there is nothing to share


def test_an_empty_feed_is_a_feed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.subscribers.web.own_desk.ISSUES", ())
    address = feed_of(site, base_of(site))
    site.clock.forward(days=3)
    atom = site.browser().get(f"{address}/atom.xml")
    assert ET.fromstring(atom.text).findtext(f"{ATOM}updated") == "2026-03-02T09:30:00+00:00"
    assert json.loads(site.browser().get(f"{address}/feed.json").text)["items"] == []


def test_no_page_of_the_desk_opens_after_ninety_days(site: Site) -> None:
    base, browser = base_of(site), site.browser()
    site.clock.now += timedelta(days=91)
    for path in ("issues", "issues/5", "likes", "why", "library", "feeds"):
        assert browser.get(f"{base}/{path}").status_code == 403, path
