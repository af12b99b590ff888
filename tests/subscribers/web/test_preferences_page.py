"""Preferences behind a mail's link: shown, checked, saved, paused."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from subscribers.store import StoppedMails
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import Site, blank_site


@pytest.fixture
def site() -> Site:
    return blank_site()


def test_preferences_are_shown_and_saved(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    page = browser.get(f"{base}/preferences").text
    assert "&#34;continual learning&#34;^2, diffusion" in page
    fields = {"keywords": "robots", "cadence": "days", "weekdays": ["1", "3"],
              "hour": "6", "timezone": "Asia/Tokyo", "max_papers": "5",
              "format": "text", "name": "A. L.",
              "breadth": "wide", "cards": "abstract"}  # fmt: skip
    answer = browser.post(f"{base}/preferences", data=fields)
    assert answer.headers["location"] == f"{base}/preferences?done=saved"
    assert "are saved" in browser.get(answer.headers["location"]).text
    now = site.front.desk.by_number(reader.id)
    assert (now.keywords, now.cadence, now.weekdays, now.hour) == ("robots", "days", (1, 3), 6)
    assert now.breadth == "wide"
    assert now.cards == "abstract"
    assert 'value="wide" checked' in browser.get(f"{base}/preferences").text
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
    assert "Was this not you?" in browser.get(link).text
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
    for language, told in (("en", "paused until Apr 1, 2026"), ("de", "01.04.2026")):
        page = browser.get(f"{base}/preferences", headers={"accept-language": language})
        assert told in page.text


def test_a_language_that_no_mail_is_in_is_refused_on_the_page(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    fields = {"keywords": "robots", "language": "xx"}
    answer = site.browser().post(f"{base}/preferences", data=fields)
    assert answer.status_code == 422
    assert "choose one of" in answer.text


WHOLE = {
    "keywords": "robots", "breadth": "strict", "cadence": "weekly", "weekday": "2", "hour": "6",
    "timezone": "Asia/Tokyo", "max_papers": "5", "name": "A. L.", "format": "text",
    "language": "", "until": "", "email": "",
}  # fmt: skip
OF_SECTION = {
    "what": {"keywords": "robots", "breadth": "strict"},
    "when": {"cadence": "weekly", "weekdays": (2,), "hour": 6, "timezone": "Asia/Tokyo"},
    "how": {"max_papers": 5, "name": "A. L.", "wants_html": False},
}


@pytest.mark.parametrize("section", OF_SECTION)
def test_a_section_is_saved_by_itself_and_loses_nothing_of_the_others(
    site: Site, section: str
) -> None:
    reader = site.reader()
    answer = site.browser().post(f"/m/{site.token(reader)}/preferences/{section}", data=WHOLE)
    assert answer.status_code == 200
    now = site.front.desk.by_number(reader.id)
    for name, values in OF_SECTION.items():
        kept = now if name == section else reader
        wanted = values if name == section else {field: getattr(reader, field) for field in values}
        assert {field: getattr(kept, field) for field in values} == wanted
    assert "are saved" in answer.text
    assert answer.text.count("is not saved yet") == 2
    # What was typed elsewhere stands in the page as it was typed.
    assert "robots</textarea>" in answer.text
    assert 'value="weekly" checked' in answer.text
    assert '<option value="2" selected>Wednesday' in answer.text
    assert (
        'name="max_papers" type="number" min="1" max="50" placeholder="10" value="5"' in answer.text
    )
    assert 'value="text" checked' in answer.text


def test_what_is_wrong_in_one_section_keeps_no_other_from_being_saved(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    wrong = WHOLE | {"max_papers": "many"}
    answer = site.browser().post(f"{base}/preferences", data=wrong)
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert site.front.desk.by_number(reader.id) == reader
    answer = site.browser().post(f"{base}/preferences/what", data=wrong | {"keywords": "birds"})
    assert answer.status_code == 200
    assert site.front.desk.by_number(reader.id).keywords == "birds"


@pytest.mark.parametrize(
    "button", ["pause", "address", "ask/export", "preview", "preferences/take-back/7"]
)
def test_no_button_loses_what_was_typed_elsewhere(site: Site, button: str) -> None:
    reader = site.reader()
    typed = WHOLE | {"email": "new@example.org", "until": "2026-04-01"}
    answer = site.browser().post(f"/m/{site.token(reader)}/{button}", data=typed)
    assert answer.status_code == 200
    assert "robots</textarea>" in answer.text
    assert '<option value="2" selected>Wednesday' in answer.text
    assert site.front.desk.by_number(reader.id).keywords == reader.keywords
    if button != "pause":
        assert 'value="2026-04-01"' in answer.text
    if button in ("pause", "ask/export"):
        assert 'value="new@example.org"' in answer.text


def test_when_all_is_saved_the_answer_is_another_address(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    assert browser.post(f"{base}/preferences", data=WHOLE).status_code == 303
    for path in ("preferences/what", "preferences/when", "preferences/how", "pause", "resume"):
        assert browser.post(f"{base}/{path}", data=WHOLE).status_code == 303, path
    assert site.front.desk.by_number(reader.id).weekdays == (2,)


def test_a_box_that_is_not_ticked_is_not_ticked_again(site: Site) -> None:
    reader = site.reader()
    base = f"/m/{site.token(reader)}"
    browser = site.browser()
    days = WHOLE | {"cadence": "days", "weekdays": ["1", "3"]}
    browser.post(f"{base}/preferences", data=days)
    typed = days | {"weekdays": ["3"]}
    answer = browser.post(f"{base}/preferences/what", data=typed | {"keywords": "birds"})
    assert 'name="weekdays" value="3" checked' in answer.text
    assert 'name="weekdays" value="1" checked' not in answer.text
    assert "“When it comes” is not saved yet" in answer.text
    assert site.front.desk.by_number(reader.id).weekdays == (1, 3)


def test_a_reader_whose_mails_came_back_is_told_and_gets_them_again_by_a_letter(
    site: Site,
) -> None:
    reader, browser = site.reader(), site.browser()
    base = f"/m/{site.token(reader)}"
    assert "have stopped" not in browser.get(f"{base}/preferences").text
    site.front.store.stops[reader.email_key] = StoppedMails("bounce", NOW)
    page = browser.get(f"{base}/preferences").text
    assert "Since Mar 2, 2026 nothing goes out to you: our mails came back" in page
    assert "They went to" in page
    assert "They go to" not in page, "untrue now"
    assert "Write to me again" not in page
    site.clock.forward(minutes=1)
    answer = browser.post(f"{base}/write-again")
    assert "leads back here" in browser.get(answer.headers["location"]).text
    back = site.front.post.letters[-1].link.removeprefix("http://testserver")
    assert "Write to me again" in browser.get(back).text
    assert site.front.store.stops, "looking ends nothing"
    answer = browser.post(back.replace("preferences", "write-again"))
    page = browser.get(answer.headers["location"]).text
    assert "You get mails again." in page
    assert "have stopped" not in page
    assert site.front.store.stops == {}


def test_who_the_operator_stopped_is_told_whom_to_ask(site: Site) -> None:
    reader, browser = site.reader(), site.browser()
    site.pages.settings = replace(site.pages.settings, contact="Zoe <zoe@lab.example>")
    site.front.store.stops[reader.email_key] = StoppedMails("operator", NOW)
    page = browser.get(f"/m/{site.token(reader, 0)}/preferences").text
    assert "write to Zoe &lt;zoe@lab.example&gt;." in page
    assert "write-again" not in page
    assert browser.post(f"/m/{site.token(reader, 0)}/write-again").status_code == 409


def test_what_was_done_is_not_said_any_more_once_it_is_undone(site: Site) -> None:
    reader = site.reader()
    browser, base = site.browser(), f"/m/{site.token(reader)}"
    told = browser.post(f"{base}/pause", data={"until": ""}).headers["location"]
    assert "Your mails are paused." in browser.get(told).text
    browser.post(f"{base}/resume")
    assert "Your mails are paused." not in browser.get(told).text


def carried(page: str) -> str:
    """Return what a page says that it showed."""
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


LATE = {"cadence": "weekly", "weekday": "3", "hour": "9", "timezone": "Europe/Berlin"}
AS_SHOWN = {"keywords": "diffusion", "breadth": "normal", "cadence": "daily", "weekday": "0",
            "hour": "", "timezone": "", "name": "Ada", "max_papers": "", "format": "html",
            "cards": "", "language": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("button", "typed", "kept"),
    [
        ("", {"keywords": "moss"}, {"keywords": "moss", "cadence": "weekly", "hour": 9}),
        ("/what", {"keywords": "moss"}, {"keywords": "moss", "cadence": "weekly"}),
        ("", {"name": "Zed"}, {"name": "Zed", "keywords": "diffusion", "weekdays": (3,)}),
        # What means something together is taken together, as it was seen.
        ("/when", {"weekday": "5", "cadence": "weekly"}, {"weekdays": (5,), "hour": 9}),
        ("/when", {"hour": "6"}, {"hour": 6, "timezone": None, "cadence": "weekly"}),
        ("/when", {"cadence": "days", "weekdays": ["1", "2"]}, {"weekdays": (1, 2)}),
        ("/how", {"max_papers": "3"}, {"max_papers": 3, "cadence": "weekly"}),
        ("", {}, {"cadence": "weekly", "timezone": "Europe/Berlin", "keywords": "diffusion"}),
    ],
)
def test_an_older_tab_changes_only_what_was_changed_in_it(
    site: Site, button: str, typed: dict[str, str], kept: dict[str, object]
) -> None:
    reader = site.reader("diffusion")
    base, browser = f"/m/{site.token(reader)}/preferences", site.browser()
    older = carried(browser.get(base).text)
    browser.post(f"{base}/when", data=LATE)
    answer = browser.post(base + button, data={**AS_SHOWN, **typed, "was": older})
    assert answer.headers["location"].endswith("done=saved"), "and nothing is left unsaved"
    now = site.front.desk.by_number(reader.id)
    assert {name: getattr(now, name) for name in kept} == kept


@pytest.mark.parametrize("was", ["", "{", "[]", '{"keywords": 3}', "9" * 50])
def test_a_form_that_does_not_say_what_it_showed_is_taken_as_it_is(site: Site, was: str) -> None:
    reader = site.reader("diffusion")
    form = {**AS_SHOWN, "keywords": "moss", "was": was}
    site.browser().post(f"/m/{site.token(reader)}/preferences", data=form)
    assert site.front.desk.by_number(reader.id).keywords == "moss"


def test_without_a_script_the_page_says_how_to_see_the_mail(site: Site) -> None:
    page = site.browser().get(f"/m/{site.token(site.reader())}/preferences").text
    assert "Press “Preview”" in page
    assert "Write a keyword or two" not in page
