"""Leaving: by the mail program's one click, by the page, and what else would be enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from subscribers.web.rates import RateSettings
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import Site, blank_site, open_site


@pytest.fixture
def site() -> Site:
    return blank_site()


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
def test_one_click_unsubscribes_without_cookie_or_redirect(site: Site, encoding: str) -> None:
    reader = site.reader()
    address = f"/m/{site.token(reader)}/unsubscribe"
    data = {"List-Unsubscribe": "One-Click"}
    files = {name: (None, value) for name, value in data.items()}
    browser = site.browser()
    sent: dict[str, Any] = {"data": data} if encoding == "urlencoded" else {"files": files}
    answer = browser.post(address, **sent)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert site.front.desk.by_number(reader.id).state == "left"
    assert site.front.store.consents(reader.id)[-1].how == "one-click"
    assert browser.post(address, **sent).status_code == 200


def test_one_click_works_from_anywhere_with_any_body_for_years(site: Site) -> None:
    reader = site.reader()
    address = f"/m/{site.token(reader)}/unsubscribe"
    site.clock.forward(days=3000)
    headers = {"origin": "https://mail.example", "sec-fetch-site": "cross-site",
               "content-type": "multipart/form-data; boundary=broken"}  # fmt: skip
    assert site.browser().post(address, content=b"\xff\x00", headers=headers).status_code == 200
    assert site.front.desk.by_number(reader.id).state == "left"


def test_one_click_for_somebody_erased_is_well(site: Site) -> None:
    reader = site.reader()
    address = f"/m/{site.token(reader)}/unsubscribe"
    site.front.desk.erase(reader, NOW, how="command", source="operator")
    assert site.browser().post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert site.browser().get(address).status_code == 404


def test_one_click_with_a_forged_token_is_refused(site: Site) -> None:
    reader = site.reader()
    address = f"/m/{site.token(reader)[:-4]}AAAA/unsubscribe"
    assert site.browser().post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 400
    assert site.front.desk.by_number(reader.id).state == "active"


def test_mail_providers_are_never_too_fast_for_one_click() -> None:
    site = open_site(RateSettings(acts_per_client="1/hour"))
    address = f"/m/{site.token(site.reader())}/unsubscribe"
    codes = [site.browser().post(address, data={}).status_code for _ in range(3)]
    assert codes == [200, 200, 200]


def test_a_person_unsubscribes_and_undoes_it(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert "Unsubscribe?" in browser.get(f"{base}/unsubscribe").text
    answer = browser.post(f"{base}/unsubscribe", data={"by": "page"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base}/unsubscribe")
    page = browser.get(f"{base}/unsubscribe").text
    assert "You are unsubscribed" in page
    assert f'action="{base}/undo"' in page
    assert browser.post(f"{base}/undo").headers["location"] == f"{base}/welcome-back"
    assert site.front.desk.by_number(reader.id) == reader


def test_the_undo_ends_after_a_week(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    site.browser().post(f"{base}/unsubscribe", data={"by": "page"})
    site.clock.forward(days=7, seconds=1)
    assert "/undo" not in site.browser().get(f"{base}/unsubscribe").text
    assert site.browser().post(f"{base}/undo").status_code == 409
    assert site.front.desk.by_number(reader.id).state == "left"


def test_fewer_mails_and_a_pause_are_one_click_each(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    page = browser.get(f"{base}/unsubscribe").text
    assert f'action="{base}/fewer"' in page
    assert f'action="{base}/month-off"' in page
    assert browser.post(f"{base}/fewer").status_code == 303
    assert site.front.desk.by_number(reader.id).cadence == "weekly"
    assert "one mail a week" in browser.get(f"{base}/eased").text
    assert browser.post(f"{base}/month-off").status_code == 303
    paused = site.front.desk.by_number(reader.id)
    assert (paused.state, paused.paused_until) == ("paused", (NOW + timedelta(days=30)).date())
    assert browser.post(f"{base}/resume").status_code == 303
    assert site.front.desk.by_number(reader.id).state == "active"


@pytest.mark.parametrize(("sent", "day"), [("2", 2), ("", 4), ("9", 4), ("x", 4)])
def test_fewer_mails_come_on_a_day_to_choose(site: Site, sent: str, day: int) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    assert '<option value="4" selected>Friday' in site.browser().get(f"{base}/unsubscribe").text
    site.browser().post(f"{base}/fewer", data={"weekday": sent})
    now = site.front.desk.by_number(reader.id)
    assert (now.cadence, now.weekdays) == ("weekly", (day,))


def test_nobody_who_has_left_is_welcomed_back(site: Site) -> None:
    reader = site.reader()
    token, browser = site.token(reader), site.browser()
    browser.post(f"/m/{token}/unsubscribe", data={"by": "page"})
    answer = browser.get(f"/m/{token}/welcome-back")
    assert answer.headers["location"] == f"/m/{token}/unsubscribe"
    browser.post(f"/m/{token}/undo")
    assert "Everything is as it was" in browser.get(f"/m/{token}/welcome-back").text
