"""The whole life of a subscription, in a real browser, with the mails of a real SMTP server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from digest.resources import shipped
from subscribers.preferences import Preferences
from tests.end_to_end.front_desk import House, html_of, open_house
from tests.subscribers.web.browser import axe_script, chromium, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ADA = "ada@lab.example"


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as running:
        yield running


def press(page: Any, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def subscribe(house: House, page: Any, *, javascript: bool) -> None:
    page.goto(house.base)
    page.fill("#email", ADA)
    page.fill("#keywords", '"language model", diffusion, robot\nqwertyuiop')
    if not javascript:
        press(page, "Preview")
    page.get_by_text("Nothing matched qwertyuiop").wait_for()
    assert page.locator(".paper").count() >= 1
    press(page, "Subscribe")
    assert page.url == f"{house.base}/subscribed"


def confirm(house: House, page: Any) -> None:
    letter = house.letter(ADA)
    assert house.scan(letter) >= 1
    assert house.reader(ADA).state == "pending"
    page.goto(house.link(letter, "/confirm/"))
    press(page, "Yes, send me papers")
    page.get_by_role("heading", name="Welcome").wait_for()
    assert house.reader(ADA).state == "active"


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_whole_life_of_a_subscription(chrome: Any, house: House, javascript: bool) -> None:
    house.run("day-1.txt", date(2026, 11, 19))
    context = chrome.new_context(java_script_enabled=javascript, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    subscribe(house, page, javascript=javascript)
    confirm(house, page)

    house.forward(days=1)
    house.run("day-2.txt", date(2026, 11, 20))
    issue = house.inbox.newest(ADA)
    assert house.scan(issue) > 8

    _judge(house, page, issue)
    _change(house, page, issue)
    _leave_and_return(house, page, issue)
    _move(house, page, issue)
    _take_the_data_and_go(house, page)
    context.close()


def _judge(house: House, page: Any, issue: Any) -> None:
    page.goto(house.link(issue, "/more/"))
    press(page, "More like this")
    page.get_by_role("heading", name="Noted").wait_for()
    page.goto(house.link(issue, "/less/"))
    press(page, "Less like this")
    reader = house.reader(ADA).id
    assert len({f.paper for f in house.app.readers.feedback(reader)}) >= 1
    page.goto(house.link(issue, "/preferences"))
    press(page, "Take back")
    page.get_by_text("Taken back").wait_for()
    web = house.link(issue, "/read")
    with urlopen(web) as answer:
        assert answer.read().decode().split() == html_of(issue).split()


def _change(house: House, page: Any, issue: Any) -> None:
    page.goto(house.link(issue, "/preferences"))
    page.fill("#keywords", "diffusion^2\nspeech -music")
    page.select_option("#hour", "6")
    page.select_option("#timezone", "Asia/Tokyo")
    page.get_by_label("On the days I choose").check()
    page.get_by_label("Tuesday").check()
    page.get_by_label("Plain text only").check()
    press(page, "Save")
    page.get_by_text("Your preferences are saved").wait_for()
    reader = house.reader(ADA)
    assert (reader.hour, reader.timezone, reader.cadence) == (6, "Asia/Tokyo", "days")
    assert (reader.weekdays, reader.wants_html) == ((1,), False)
    page.fill("#until", "2026-12-24")
    press(page, "Pause")
    page.get_by_text("paused until 2026-12-24").wait_for()
    press(page, "Go on with the mails")
    assert house.reader(ADA).state == "active"


def _leave_and_return(house: House, page: Any, issue: Any) -> None:
    # the header that promises one click needs https, which this house does not have
    address = house.link(issue, "/unsubscribe")
    with urlopen(Request(address, b"List-Unsubscribe=One-Click", method="POST")) as answer:
        assert (answer.status, answer.url) == (200, address)
    assert house.reader(ADA).state == "left"
    page.goto(address)
    press(page, "Undo: send me papers again")
    page.get_by_role("heading", name="Welcome back").wait_for()
    page.goto(address)
    press(page, "Fewer mails: one a week")
    assert house.reader(ADA).cadence == "weekly"
    page.goto(address)
    press(page, "Unsubscribe")
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    press(page, "Undo: send me papers again")
    assert house.reader(ADA).state == "active"


def _move(house: House, page: Any, issue: Any) -> None:
    page.goto(house.link(issue, "/preferences"))
    page.fill("#email", "ada@new.example")
    press(page, "Change")
    there = house.letter("ada@new.example")
    here = house.inbox.newest(ADA)
    house.scan(there)
    house.scan(here)
    assert house.reader(ADA).email == ADA
    page.goto(house.link(there, "/move/"))
    press(page, "Yes, send them here")
    assert house.reader("ada@new.example").id
    house.scan(house.letter(ADA))


def _take_the_data_and_go(house: House, page: Any) -> None:
    house.forward(minutes=1)
    new = "ada@new.example"
    page.goto(f"{house.base}/link")
    page.fill("#email", new)
    press(page, "Send me a link")
    preferences = house.link(house.letter(new), "/preferences")
    page.goto(preferences)
    press(page, "Download my data")
    letter = house.letter(new)
    house.scan(letter)
    page.goto(house.link(letter, "/export/"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    kept = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert kept["subscription"]["email"] == new
    page.goto(preferences)
    press(page, "Erase me")
    letter = house.letter(new)
    house.scan(letter)
    page.goto(house.link(letter, "/erase/"))
    press(page, "Erase everything about me")
    page.get_by_role("heading", name="Erased").wait_for()
    assert list(house.app.readers.every()) == []


def test_an_unconfirmed_reader_gets_no_issue(house: House) -> None:
    house.app.desk.subscribe(ADA, Preferences("diffusion"), house.app.clock())
    house.run("day-1.txt", date(2026, 11, 19))
    assert [m["Subject"] for m in house.inbox.mails if "List-Unsubscribe" in m] == []


def test_the_real_preview_has_no_barrier(chrome: Any, house: House) -> None:
    house.app.ingest_file(shipped("digest/samples/day-1.txt"), None, False)
    page = chrome.new_page(color_scheme="dark", viewport={"width": 320, "height": 700})
    page.goto(house.base)
    page.fill("#keywords", '"language model", diffusion, qwertyuiop')
    page.locator(".paper").first.wait_for()
    assert violations(page, axe_script()) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
