"""The whole life of a subscription, in a real browser, with the mails of a real SMTP server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from digest.operations.dumps import ingest_file
from digest.resources import shipped
from subscribers.preferences import Preferences
from tests.end_to_end.front_desk import Installation, html_of, open_installation
from tests.subscribers.web.browser import axe_script, chromium, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ADA = "ada@lab.example"


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with open_installation(tmp_path) as running:
        yield running


def press(page: Any, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def subscribe(installation: Installation, page: Any, *, javascript: bool) -> None:
    page.goto(installation.base)
    page.fill("#email", ADA)
    page.fill("#keywords", '"language model", diffusion, robot\nqwertyuiop')
    if not javascript:
        press(page, "Preview")
    page.get_by_text("Nothing matched qwertyuiop").wait_for()
    assert page.locator(".paper").count() >= 1
    press(page, "Subscribe")
    assert page.url == f"{installation.base}/subscribed"


def confirm(installation: Installation, page: Any) -> None:
    letter = installation.letter(ADA)
    assert installation.scan(letter) >= 1
    assert installation.reader(ADA).state == "pending"
    page.goto(installation.link(letter, "/confirm/"))
    press(page, "Yes, send me papers")
    page.get_by_role("heading", name="Welcome").wait_for()
    assert installation.reader(ADA).state == "active"


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_whole_life_of_a_subscription(
    chrome: Any, installation: Installation, javascript: bool
) -> None:
    installation.run("day-1.txt", date(2026, 11, 19))
    context = chrome.new_context(java_script_enabled=javascript, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    subscribe(installation, page, javascript=javascript)
    confirm(installation, page)

    installation.forward(days=1)
    installation.run("day-2.txt", date(2026, 11, 20))
    issue = installation.inbox.newest(ADA)
    assert installation.scan(issue) > 8

    _judge(installation, page, issue)
    _change(installation, page, issue)
    _leave_and_return(installation, page, issue)
    _move(installation, page, issue)
    _take_the_data_and_go(installation, page)
    context.close()


def _judge(installation: Installation, page: Any, issue: Any) -> None:
    page.goto(installation.link(issue, "/more/"))
    press(page, "More like this")
    page.get_by_role("heading", name="Noted").wait_for()
    page.goto(installation.link(issue, "/less/"))
    press(page, "Less like this")
    reader = installation.reader(ADA).id
    assert len({f.paper for f in installation.app.stores.readers.feedback(reader)}) >= 1
    page.goto(installation.link(issue, "/preferences"))
    press(page, "Take back")
    page.get_by_text("Taken back").wait_for()
    web = installation.link(issue, "/read")
    with urlopen(web) as answer:
        page = answer.read().decode()
        assert "<details" in page, "the abstracts are one tap away"
        folded = r"<details.*?</details>"
        shared = r'<p class="quiet"[^>]*><a href="[^"]*/shared/[^"]*".*?</p>'
        mailed = re.sub(f"{folded}|{shared}", "", page, flags=re.DOTALL)
        assert mailed.split() == html_of(issue).split()


def _change(installation: Installation, page: Any, issue: Any) -> None:
    page.goto(installation.link(issue, "/preferences"))
    page.fill("#keywords", "diffusion^2\nspeech -music")
    page.select_option("#hour", "6")
    page.select_option("#timezone", "Asia/Tokyo")
    page.get_by_label("On the days I choose").check()
    page.get_by_label("Tuesday").check()
    page.get_by_label("Plain text only").check()
    for section in range(3):  # each by itself; what was typed in the others stays
        page.get_by_role("button", name="Save", exact=True).nth(section).click()
        page.get_by_text("is not saved yet").nth(1 - section).wait_for(
            state="attached" if section < 2 else "detached"
        )
    page.get_by_text("Your preferences are saved").wait_for()
    reader = installation.reader(ADA)
    assert (reader.hour, reader.timezone, reader.cadence) == (6, "Asia/Tokyo", "days")
    assert (reader.weekdays, reader.wants_html) == ((1,), False)
    page.fill("#until", "2026-12-24")
    press(page, "Pause")
    page.get_by_text("paused until Dec 24, 2026").wait_for()
    press(page, "Resume my mails")
    assert installation.reader(ADA).state == "active"


def _leave_and_return(installation: Installation, page: Any, issue: Any) -> None:
    # the header that promises one click needs https, which this installation does not have
    address = installation.link(issue, "/unsubscribe")
    with urlopen(Request(address, b"List-Unsubscribe=One-Click", method="POST")) as answer:
        assert (answer.status, answer.url) == (200, address)
    assert installation.reader(ADA).state == "left"
    page.goto(address)
    press(page, "Undo: send me papers again")
    page.get_by_role("heading", name="Welcome back").wait_for()
    page.goto(address)
    press(page, "Fewer mails: one a week")
    assert installation.reader(ADA).cadence == "weekly"
    page.goto(address)
    press(page, "Unsubscribe")
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    press(page, "Undo: send me papers again")
    assert installation.reader(ADA).state == "active"


def _move(installation: Installation, page: Any, issue: Any) -> None:
    page.goto(installation.link(issue, "/preferences"))
    page.fill("#email", "ada@new.example")
    press(page, "Change")
    there = installation.letter("ada@new.example")
    here = installation.inbox.newest(ADA)
    installation.scan(there)
    installation.scan(here)
    assert installation.reader(ADA).email == ADA
    page.goto(installation.link(there, "/move/"))
    press(page, "Yes, send them here")
    assert installation.reader("ada@new.example").id
    installation.scan(installation.letter(ADA))


def _take_the_data_and_go(installation: Installation, page: Any) -> None:
    installation.forward(minutes=1)
    new = "ada@new.example"
    page.goto(f"{installation.base}/link")
    page.fill("#email", new)
    press(page, "Send me a link")
    preferences = installation.link(installation.letter(new), "/preferences")
    page.goto(preferences)
    press(page, "Download my data")
    letter = installation.letter(new)
    installation.scan(letter)
    page.goto(installation.link(letter, "/export/"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    kept = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert kept["subscription"]["email"] == new
    page.goto(preferences)
    press(page, "Erase me")
    letter = installation.letter(new)
    installation.scan(letter)
    page.goto(installation.link(letter, "/erase/"))
    press(page, "Erase everything about me")
    page.get_by_role("heading", name="Erased").wait_for()
    assert list(installation.app.stores.readers.every()) == []


def test_an_unconfirmed_reader_gets_no_issue(installation: Installation) -> None:
    installation.app.desk.subscribe(ADA, Preferences("diffusion"), installation.app.clock())
    installation.run("day-1.txt", date(2026, 11, 19))
    assert [m["Subject"] for m in installation.inbox.mails if "List-Unsubscribe" in m] == []


def test_the_real_preview_has_no_barrier(chrome: Any, installation: Installation) -> None:
    ingest_file(installation.app, shipped("digest/samples/day-1.txt"))
    page = chrome.new_page(color_scheme="dark", viewport={"width": 320, "height": 700})
    page.goto(installation.base)
    page.fill("#keywords", '"language model", diffusion, qwertyuiop')
    page.locator(".paper").first.wait_for()
    assert violations(page, axe_script()) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
