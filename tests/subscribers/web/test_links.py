"""The pages behind a mail's links: a GET shows, only a POST changes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.links import MailAction
from subscribers.preferences import Preferences
from subscribers.store import Feedback
from subscribers.web.rates import RateSettings
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import MAIL, Site, open_site


@pytest.fixture
def site() -> Site:
    return open_site()


def everything(site: Site) -> Any:
    """All that could be changed."""
    store = site.front.store
    return (
        dict(store.readers),
        list(store.evidence),
        dict(store.opinions),
        list(site.front.post.letters),
    )


def all_links(site: Site) -> list[str]:
    """Every address that any mail of ours could hold."""
    reader = site.reader()
    links = site.front.desk.links
    token = site.token(reader)
    plain: tuple[MailAction, ...] = ("unsubscribe", "preferences", "read")
    found = [links.in_mail(token, action) for action in plain]
    found += [links.in_mail(token, "more", 7), links.in_mail(token, "less", 8)]
    found.append(links.in_mail(token, "mute", 0))
    site.front.desk.subscribe("bo@example.org", _wishes(), NOW)
    pending = site.front.desk.by_email("bo@example.org").id
    found.append(links.confirm(pending, NOW))
    found.append(links.move(reader.id, "new@example.org", NOW))
    found.append(links.restore(reader.id, "old@example.org", reader.email_key, NOW))
    found += [make(reader.id, NOW) for make in (links.stop, links.export, links.erase)]
    return found


def _wishes() -> Preferences:
    return Preferences("x")


def test_a_scanner_that_follows_every_link_changes_nothing(site: Site) -> None:
    links = all_links(site)
    before = everything(site)
    browser = site.browser()
    for link in links:
        for method in ("GET", "HEAD"):
            answer = browser.request(method, link)
            assert answer.status_code == 200, link
        # a curious one follows what is on the page, too
        for address in re.findall(r'(?:href|src)="(/[^"]*)"', browser.get(link).text):
            assert browser.get(address).status_code == 200, address
    assert everything(site) == before


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


def test_confirming_takes_a_button(site: Site) -> None:
    site.front.desk.subscribe("bo@example.org", _wishes(), NOW)
    link = site.front.post.letters[-1].link
    browser = site.browser()
    assert "bo@example.org" in browser.get(link).text
    assert site.front.desk.by_email("bo@example.org").state == "pending"
    answer = browser.post(link)
    assert answer.status_code == 303
    assert "Welcome" in browser.get(answer.headers["location"]).text
    assert site.front.desk.by_email("bo@example.org").state == "active"
    assert browser.post(link).status_code == 303


def test_preferences_are_shown_and_saved(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    page = browser.get(f"{base}/preferences").text
    assert "&#34;continual learning&#34;^2, diffusion" in page
    fields = {"keywords": "robots", "cadence": "days", "weekdays": ["1", "3"],
              "hour": "6", "timezone": "Asia/Tokyo", "max_papers": "5",
              "format": "text", "name": "A. L."}  # fmt: skip
    answer = browser.post(f"{base}/preferences", data=fields)
    assert answer.headers["location"] == f"{base}/preferences?done=saved"
    assert "are saved" in browser.get(answer.headers["location"]).text
    now = site.front.desk.by_number(reader.id)
    assert (now.keywords, now.cadence, now.weekdays, now.hour) == ("robots", "days", (1, 3), 6)
    assert (now.timezone, now.max_papers, now.wants_html, now.name) == (
        "Asia/Tokyo", 5, False, "A. L."
    )  # fmt: skip


def test_a_reader_is_told_of_changes_once_a_day(site: Site) -> None:
    base = f"/m/{site.token(site.reader())}"
    browser = site.browser()
    for keywords in ("robots", "speech", "birds"):
        browser.post(f"{base}/preferences", data={"keywords": keywords})
    assert site.front.post.kinds() == ["changed"]
    link = site.front.post.letters[0].link
    assert "Was it not you?" in browser.get(link).text
    assert browser.get(f"{base}/preferences").status_code == 200
    assert "only unsubscribe now" in browser.post(link).text
    assert browser.get(f"{base}/preferences").status_code == 403


def test_bad_preferences_are_told_and_not_saved(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    answer = site.browser().post(f"{base}/preferences", data={"keywords": "a^99", "hour": "x"})
    assert answer.status_code == 422
    assert "a^99</textarea>" in answer.text
    assert site.front.desk.by_number(reader.id) == reader


def test_the_preview_of_preferences_saves_nothing(site: Site) -> None:
    reader = site.reader()
    answer = site.browser().post(f"/m/{site.token(reader)}/preview", data={"keywords": "speech"})
    assert "1 picked from 37 papers" in answer.text
    assert site.front.desk.by_number(reader.id) == reader


@pytest.mark.parametrize("until", ["2026-03-01", "2026-03-02", "tomorrow", "2099-01-01"])
def test_a_pause_ends_on_a_day_to_come(site: Site, until: str) -> None:
    reader = site.reader()
    answer = site.browser().post(f"/m/{site.token(reader)}/pause", data={"until": until})
    assert answer.status_code == 422
    assert 'id="until-problem"' in answer.text
    assert site.front.desk.by_number(reader.id).state == "active"


def test_a_pause_until_a_day(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert browser.post(f"{base}/pause", data={"until": "2026-04-01"}).status_code == 303
    assert "paused until 2026-04-01" in browser.get(f"{base}/preferences").text


def test_feedback_is_recorded_by_the_button_listed_and_taken_back(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader, edition=12)}"
    browser = site.browser()
    page = browser.get(f"{base}/more/7").text
    assert "Learning without forgetting &lt;fast&gt;" in page
    answer = browser.post(f"{base}/more/7")
    assert answer.headers["location"] == f"{base}/more/7"
    assert site.front.store.opinions[reader.id, 7] == Feedback(7, "more", NOW, 12)
    assert "Noted" in browser.get(f"{base}/more/7").text
    browser.post(f"{base}/less/7")
    assert site.front.store.opinions[reader.id, 7].opinion == "less"
    assert "Learning without" in browser.get(f"{base}/preferences").text
    assert browser.post(f"{base}/take-back/7").status_code == 303
    assert site.front.store.opinions == {}


@pytest.mark.parametrize("paper", ["99", "0", "-1", "9" * 30, "x", "1.5"])
def test_a_paper_that_is_not_there_is_said(site: Site, paper: str) -> None:
    base = f"/m/{site.token(site.reader())}"
    assert site.browser().get(f"{base}/more/{paper}").status_code == 404
    assert site.browser().post(f"{base}/more/{paper}").status_code == 404


@pytest.mark.parametrize("edition", [0, 4, 12])  # a letter's link, no issue's, one without it
def test_a_link_judges_no_paper_that_was_not_in_its_mail(site: Site, edition: int) -> None:
    base = f"/m/{site.token(site.reader(), edition)}"
    for opinion in ("more", "less"):
        answer = site.browser().get(f"{base}/{opinion}/8")
        assert answer.status_code == 404
        assert "was not in the mail" in answer.text
        assert site.browser().post(f"{base}/{opinion}/8").status_code == 404
    assert site.front.store.opinions == {}


def test_an_opinion_is_taken_back_by_the_link_of_any_mail(site: Site) -> None:
    reader = site.reader()
    site.browser().post(f"/m/{site.token(reader, 5)}/more/8")
    assert site.front.store.opinions != {}
    site.browser().post(f"/m/{site.token(reader, 0)}/take-back/8")
    assert site.front.store.opinions == {}


def test_a_keyword_is_muted_by_the_button(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert "Mute “continual learning”?" in browser.get(f"{base}/mute/0").text
    answer = browser.post(f"{base}/mute/0", data={"shown": "continual learning"})
    assert answer.status_code == 303
    assert site.front.desk.by_number(reader.id).keywords == "diffusion"
    assert browser.post(f"{base}/mute/0", data={"shown": "continual learning"}).status_code == 409
    assert "only keyword" in browser.get(f"{base}/mute/0").text
    assert browser.get(f"{base}/mute/7").status_code == 409


def test_an_issue_is_read_on_the_web_exactly_as_mailed_without_script(site: Site) -> None:
    reader = site.reader()
    answer = site.browser().get(f"/m/{site.token(reader, 5)}/read")
    assert answer.text == MAIL
    csp = answer.headers["content-security-policy"]
    assert "sandbox" in csp
    assert "script-src" not in csp
    assert "default-src 'none'" in csp
    text = site.browser().get(f"/m/{site.token(reader, 6)}/read")
    assert text.headers["content-type"].startswith("text/plain")
    assert site.browser().get(f"/m/{site.token(reader, 7)}/read").status_code == 404


def test_moving_downloading_and_erasing_take_the_mail_to_the_address(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert browser.post(f"{base}/address", data={"email": "new@example.org"}).status_code == 303
    move = next(p for p in site.front.post.letters if p.kind == "move")
    assert "new@example.org" in browser.get(move.link).text
    assert "ada@example.org" not in browser.get(move.link).text
    assert "from now on" in browser.post(move.link).text
    assert site.front.desk.by_number(reader.id).email == "new@example.org"
    fresh = f"/m/{site.front.desk.links.mail_token(reader.id, 0, NOW + timedelta(seconds=2))}"
    site.clock.forward(minutes=1)
    assert browser.get(f"{base}/preferences").status_code == 403
    browser.post(f"{fresh}/ask/export")
    letter = site.front.post.letters[-1]
    assert (letter.kind, letter.to_address) == ("export", "new@example.org")
    download = browser.post(letter.link)
    assert json.loads(download.text)["subscription"]["email"] == "new@example.org"
    assert "attachment" in download.headers["content-disposition"]
    browser.post(f"{fresh}/ask/erase")
    site.clock.forward(minutes=1)
    erase = site.front.desk.links.erase(reader.id, site.clock.now)
    assert browser.post(erase).headers["location"] == "/erased"
    assert site.front.store.readers == {}


def test_the_old_address_stops_or_takes_back_a_move_by_button(site: Site) -> None:
    reader = site.reader()
    browser = site.browser()
    base = f"/m/{site.token(reader)}"
    browser.post(f"{base}/address", data={"email": "eve@evil.org"})
    move, moving = site.front.post.letters
    assert moving.to_address == "ada@example.org"
    browser.post(move.link)
    moved = site.front.post.letters[-1]
    assert "ada@example.org" in browser.get(moved.link).text
    assert "again" in browser.post(moved.link).text
    assert site.front.desk.by_number(reader.id).email == "ada@example.org"
    assert browser.post(moving.link).status_code == 200


def test_an_old_link_offers_a_new_one(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    site.clock.forward(days=91)
    answer = site.browser().get(f"{base}/preferences")
    assert answer.status_code == 403
    assert 'href="/link"' in answer.text
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    answer = browser.post("/link", data={"email": "ada@example.org"})
    assert answer.headers["location"] == "/link-sent"
    assert browser.get(site.front.post.letters[-1].link).status_code == 200


def test_no_page_says_whether_an_address_is_known(site: Site) -> None:
    site.reader()
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    known = browser.post("/link", data={"email": "ada@example.org"})
    unknown = browser.post("/link", data={"email": "nobody@example.org"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers == unknown.headers


_segments = st.text(st.characters(codec="utf-8"), max_size=40)
FUZZED = open_site(RateSettings(acts_per_client="100000/minute"))
FUZZED.reader()


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(["confirm", "move", "stop", "restore", "export", "erase", "m"]),
    _segments,
    st.sampled_from(["", "/preferences", "/unsubscribe", "/more/7", "/mute/0", "/read", "/undo"]),
    st.sampled_from(["GET", "POST"]),
)
def test_no_address_breaks_the_server_or_opens_a_door(
    family: str, token: str, rest: str, method: str
) -> None:
    before = dict(FUZZED.front.store.readers)
    answer = FUZZED.browser().request(method, f"/{family}/{quote(token, safe='')}{rest}")
    assert answer.status_code in (307, 400, 403, 404, 405)
    assert FUZZED.front.store.readers == before
