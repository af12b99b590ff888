"""The first page: forms, problems, previews, and an answer that never tells who is subscribed."""

from __future__ import annotations

import html
import json
import random
import re
import zlib
from base64 import urlsafe_b64decode
from http.cookies import SimpleCookie

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.preferences import Preferences, fields_of
from subscribers.profile import Profile
from subscribers.store import Breadth
from subscribers.web.clients import Client
from subscribers.web.interfaces import PreviewedIssue, PreviewedPaper, PreviewReason
from subscribers.web.preview import expectation, why_of, with_change
from subscribers.web.preview_queue import PreviewRoom
from subscribers.web.rates import Rates, RateSettings
from tests.subscribers.web.site import Site, blank_site, open_site

WISH = {"email": "bo@example.org", "keywords": "diffusion, speech -audio"}
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def site() -> Site:
    return blank_site()


def filled(browser: TestClient, **fields: str) -> dict[str, str]:
    """The form as a browser would send it, with its token."""
    found = re.search(r'name="form" value="([^"]+)"', browser.get("/").text)
    assert found
    return WISH | {"form": found[1]} | fields


def test_the_form_leads_to_a_confirmation_mail(site: Site) -> None:
    browser = site.browser()
    answer = browser.post("/subscribe", data=filled(browser, timezone="Asia/Tokyo", hour="6"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/subscribed")
    assert "inbox" in browser.get("/subscribed").text
    reader = site.front.desk.by_email("bo@example.org")
    assert (reader.state, reader.timezone, reader.hour) == ("pending", "Asia/Tokyo", 6)
    assert site.front.post.kinds() == ["confirm"]


def test_known_and_unknown_addresses_get_the_same_answer(site: Site) -> None:
    site.reader()
    browser = site.browser()
    answers = [
        browser.post("/subscribe", data=filled(browser, email=email))
        for email in ("ada@example.org", "new@example.org")
    ]
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].content == answers[1].content
    headers = [dict(answer.headers) for answer in answers]
    for each, email in zip(headers, ("ada@example.org", "new@example.org"), strict=True):
        # What the browser keeps is what it sent, whoever that is.
        packed = SimpleCookie(each.pop("set-cookie"))["asked"].value
        kept = json.loads(zlib.decompress(urlsafe_b64decode(packed)))
        sent = filled(browser, email=email)
        assert kept == {name: value for name, value in sent.items() if name in kept and value}
        assert kept["email"] == email
    assert headers[0] == headers[1]


@pytest.mark.parametrize("path", ["/subscribe", "/link"])
def test_an_answer_comes_no_sooner_for_one_than_for_the_other(site: Site, path: str) -> None:
    site.reader()
    browser = site.browser(**OURS)
    for email in ("ada@example.org", "new@example.org"):
        browser.post(path, data=WISH | {"email": email})
    assert len(site.waits) == 2
    assert all(0.1 < wait <= site.pages.settings.answer_after for wait in site.waits)


def test_all_problems_are_shown_beside_their_fields_and_nothing_is_lost(site: Site) -> None:
    browser = site.browser()
    bad = filled(browser, email="ada@", keywords='"open', hour="99", name="Ada")
    answer = browser.post("/subscribe", data=bad)
    assert answer.status_code == 422
    for field in ("email", "keywords", "hour"):
        assert f'id="{field}-problem"' in answer.text
        assert f'href="#{field}"' in answer.text
    assert 'value="Ada"' in answer.text
    assert html.escape('"open').replace("&quot;", "&#34;") in answer.text
    assert site.front.post.letters == []


def test_text_from_outside_is_escaped(site: Site) -> None:
    browser = site.browser()
    nasty = '"><script>alert(1)</script>'
    for path in ("/subscribe", "/preview"):
        fields = filled(browser, email=nasty, keywords=nasty, name=nasty, timezone=nasty)
        assert "<script>alert" not in browser.post(path, data=fields).text
    answer = browser.post("/preview/fragment", data={"keywords": "speech, <i>x</i>"}).text
    assert "Speech &lt;b&gt;without&lt;/b&gt; text &amp; borders" in answer
    assert "<i>" not in answer
    assert "javascript:" not in answer


def test_a_robot_that_fills_the_hidden_field_gets_the_same_answer_and_nothing_happens(
    site: Site,
) -> None:
    browser = site.browser()
    answer = browser.post("/subscribe", data=filled(browser, website="http://spam.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/subscribed")
    assert site.front.post.letters == []
    assert site.front.store.readers == {}


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
     {"origin": "https://evil.example"}],
)  # fmt: skip
def test_a_form_from_another_site_is_not_taken(site: Site, headers: dict[str, str]) -> None:
    browser = site.browser()
    answer = browser.post("/subscribe", data=filled(browser), headers=headers)
    assert answer.status_code == 403
    assert site.front.post.letters == []


def test_a_form_without_its_browsers_cookie_is_not_taken_but_stays_filled_in(site: Site) -> None:
    fields = filled(site.browser())
    stranger = site.browser()
    answer = stranger.post("/subscribe", data=fields)
    assert answer.status_code == 403
    assert 'value="bo@example.org"' in answer.text
    assert site.front.post.letters == []
    found = re.search(r'name="form" value="([^"]+)"', answer.text)
    assert found
    again = stranger.post("/subscribe", data=fields | {"form": found[1]})
    assert again.status_code == 303


def test_a_form_that_is_a_day_old_is_asked_for_again(site: Site) -> None:
    browser = site.browser()
    fields = filled(browser)
    site.clock.forward(hours=25)
    assert browser.post("/subscribe", data=fields).status_code == 403


def test_a_browser_that_vouches_for_our_page_needs_no_cookie(site: Site) -> None:
    assert site.browser().post("/subscribe", data=WISH, headers=OURS).status_code == 303


def test_one_client_cannot_subscribe_many(site: Site) -> None:
    site = open_site(RateSettings(forms_per_client="2/hour"))
    browser = site.browser(**OURS)
    codes = [
        browser.post("/subscribe", data=WISH | {"email": f"a{n}@example.org"}).status_code
        for n in range(3)
    ]
    assert codes == [303, 303, 429]


def test_no_client_uses_up_what_others_may() -> None:
    site = open_site(RateSettings(forms_per_client="2/hour"))
    browser = site.browser(**OURS)
    for n in range(5):
        browser.post("/subscribe", data=WISH | {"email": f"a{n}@example.org"})
    assert site.pages.rates.form(Client("192.0.2.7", secure=False)) == 0


def test_posts_without_our_forms_token_count_against_nobody() -> None:
    site = open_site(RateSettings(forms_per_client="2/hour"))
    for _ in range(5):
        assert site.browser().post("/subscribe", data=WISH).status_code == 403
        assert site.browser().post("/link", data=WISH).status_code == 403
    assert site.browser(**OURS).post("/subscribe", data=WISH).status_code == 303


def test_a_network_full_of_addresses_is_one_client_eight_times_over() -> None:
    rates = Rates(RateSettings(forms_per_client="2/hour"))
    waits = [rates.form(Client(f"2001:db8:1:{n}::1", secure=True)) for n in range(17)]
    assert waits[:16] == [0] * 16
    assert waits[16] > 0
    assert rates.form(Client("2001:db8:2::1", secure=True)) == 0
    same_home = [rates.form(Client(f"2001:db8:3:4::{n}", secure=True)) for n in range(1, 4)]
    assert same_home[:2] == [0, 0]
    assert same_home[2] > 0


def test_what_too_often_says_is_true() -> None:
    site = open_site(RateSettings(forms_per_client="1/hour"))
    browser = site.browser(**OURS)
    browser.post("/subscribe", data=WISH)
    answer = browser.post("/subscribe", data=WISH)
    assert answer.status_code == 429
    assert 3_500 < int(answer.headers["retry-after"]) <= 3_600
    assert "in 60 minutes" in answer.text


def test_plus_tags_and_dots_of_one_mailbox_share_its_allowance() -> None:
    site = open_site(RateSettings(letters_per_mailbox="2/hour"))
    browser = site.browser(**OURS)
    codes = [
        browser.post("/subscribe", data=WISH | {"email": email}).status_code
        for email in ("ada.b@gmail.com", "a.da.b+1@gmail.com", "adab+x@googlemail.com")
    ]
    assert codes == [303, 303, 429]
    assert len(site.front.post.letters) == 2
    browser.post("/subscribe", data=WISH | {"email": "bo.o@example.org"})
    assert len(site.front.post.letters) == 3


def test_letters_owed_to_a_reader_have_an_allowance_that_no_stranger_can_use_up() -> None:
    site = open_site(RateSettings(letters_per_mailbox="1/day", own_letters_per_mailbox="2/day"))
    base = f"/m/{site.token(site.reader())}"
    browser = site.browser(**OURS)
    for _ in range(3):
        browser.post("/subscribe", data=WISH | {"email": "ada@example.org"})
    for what in ("export", "erase"):
        assert browser.post(f"{base}/ask/{what}").headers["location"].endswith(f"done={what}")
    refused = browser.post(f"{base}/ask/export").headers["location"]
    assert "no new one went out" in browser.get(refused).text
    assert site.front.post.kinds() == ["known", "export", "erase"]


@pytest.mark.parametrize("asked_before", ["/subscribe", "/link"])
@pytest.mark.parametrize("is_subscribed", [True, False])
def test_one_address_gets_few_letters_and_the_answer_is_true_and_tells_nobody_who_is_known(
    site: Site, asked_before: str, is_subscribed: bool
) -> None:
    if is_subscribed:
        site.reader()
    browser = site.browser(**OURS)
    wish = WISH | {"email": "ada@example.org"}
    for _ in range(5):
        assert browser.post(asked_before, data=wish).status_code == 303
    refused = browser.post("/subscribe", data=wish)
    assert refused.status_code == 429
    assert "we have not sent another" in refused.text
    sent = 5 if is_subscribed or asked_before == "/subscribe" else 0
    assert len(site.front.post.letters) == sent


def test_the_preview_button_works_without_javascript_and_changes_nothing(site: Site) -> None:
    answer = site.browser().post("/preview", data=WISH)
    assert answer.status_code == 200
    assert 'data-summary="2 picked from 37 papers of Mar 2, 2026."' in answer.text
    assert "About 2 papers a day." in answer.text
    assert 'value="bo@example.org"' in answer.text
    assert site.front.store.calls == []
    assert site.front.post.letters == []


def test_the_live_preview_is_a_piece_of_html(site: Site) -> None:
    answer = site.browser().post("/preview/fragment", data={"keywords": "diffusion, spech"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Nothing matched" in answer.text
    assert 'value="spech&#9;diffusion">diffusion</button>' in answer.text


@pytest.mark.parametrize(
    ("keywords", "says"),
    [("", "Write a keyword"), ("  ", "Write a keyword"), ('"open', "never closed"),
     ("robots", "0 picked from 37 papers"), ("robots", "no mail today")],
)  # fmt: skip
def test_the_preview_says_what_it_can(site: Site, keywords: str, says: str) -> None:
    answer = site.browser().post("/preview/fragment", data={"keywords": keywords})
    assert says in answer.text


def test_the_preview_shows_how_the_keywords_were_understood(site: Site) -> None:
    answer = site.browser().post("/preview/fragment", data={"keywords": "moss -image, +bogs"}).text
    assert '<dt>wanted</dt><dd dir="auto">moss</dd>' in answer
    assert '<dt>must</dt><dd dir="auto">bogs</dd>' in answer
    assert '<dt>never</dt><dd dir="auto">image</dd>' in answer
    german = "/preview/fragment?language=de"
    answer = site.browser().post(german, data={"keywords": "moss*, robots -image"}).text
    assert "<dt>nie</dt>" in answer
    assert "wird als „moss“ gelesen" in answer


def test_an_empty_archive_is_said(site: Site) -> None:
    site.pages.previews.preview = lambda profile, max_papers, breadth: None  # type: ignore[method-assign]
    answer = site.browser().post("/preview/fragment", data={"keywords": "x"})
    assert "no papers here yet" in answer.text


def test_previews_are_limited_and_only_for_our_own_page() -> None:
    site = open_site(RateSettings(previews_per_client="1/minute"))
    browser = site.browser()
    data = {"keywords": "x"}
    cross = {"sec-fetch-site": "cross-site"}
    assert browser.post("/preview/fragment", data=data, headers=cross).status_code == 403
    assert browser.post("/preview/fragment", data=data).status_code == 200
    assert browser.post("/preview/fragment", data=data).status_code == 429


def test_a_form_with_a_mistake_keeps_what_the_front_page_tells(site: Site) -> None:
    browser = site.browser(**OURS)
    wrong = browser.post("/subscribe", data={"email": "ada@", "keywords": "speech"})
    assert wrong.status_code == 422
    for page in (wrong.text, browser.post("/preview", data={"keywords": "speech"}).text):
        assert "212 new papers in the last seven days." in page
        assert ">diffusion</button>" in page


def test_before_the_first_edition_the_preview_picks_from_all_papers(site: Site) -> None:
    class FirstDay:
        def preview(
            self, profile: Profile, max_papers: int | None, breadth: Breadth = "normal"
        ) -> PreviewedIssue | None:
            return PreviewedIssue("", 37, (), ())

        def sample(self) -> None:
            return None

    site.pages.previews = FirstDay()
    page = site.browser(**OURS).post("/preview", data={"keywords": "speech"}).text
    assert "0 picked from 37 new papers." in page


@pytest.mark.parametrize(
    ("per_day", "says"),
    [(None, ""), (12.4, "About 12 papers a day"), (1.0, "About one paper a day"),
     (0.5, "one paper every 2 days"),
     (0.1, "one paper every 10 days"), (0.034, "one paper a month"),
     (0.0, "Less than one paper a month")],
)  # fmt: skip
def test_what_to_expect_is_said_as_people_count(per_day: float | None, says: str) -> None:
    assert says in expectation(per_day)


@pytest.mark.parametrize(
    ("fields", "says"),
    [(["abstract", "title"], ["in the title", "in the abstract"]), (["meaning"], ["by meaning"]),
     (["meaning", "title", "title"], ["in the title", "by meaning"]),
     (["authors"], ["among the authors"])],
)  # fmt: skip
def test_where_a_keyword_was_found_is_said_once(fields: list[str], says: list[str]) -> None:
    reasons = tuple(PreviewReason("diffusion", field) for field in fields)
    assert why_of(PreviewedPaper("T", None, "", 1.0, "picked", reasons)) == [("diffusion", says)]


@pytest.mark.parametrize(
    ("standing", "says"),
    [("phrase", "exact phrase"), ("close", "words close together"), ("apart", "words apart"),
     ("part", "part of it, without folding, membrane"), ("word", "one word of it")],
)  # fmt: skip
def test_how_a_keyword_stands_is_said_before_where_as_mails_do(standing: str, says: str) -> None:
    fields = ("abstract", "title", "meaning")
    missing = ("folding", "membrane") if standing == "part" else ("membrane",)
    reasons = tuple(PreviewReason("protein design", field, standing, missing) for field in fields)
    (_, told) = why_of(PreviewedPaper("T", None, "", 1.0, "picked", reasons))[0]
    assert told == [says, "in the title", "in the abstract", "by meaning"]


MANY = "100000/minute"
FUZZED = open_site(RateSettings(*[MANY] * 6))

_names = st.sampled_from(["email", "keywords", "name", "timezone", "hour", "cadence", "weekdays",
                          "max_papers", "format", "form", "website", "x"])  # fmt: skip
_text = st.text(max_size=30)


@settings(max_examples=60)
@given(
    st.dictionaries(_names, _text),
    st.sampled_from(["/subscribe", "/preview", "/preview/fragment", "/link"]),
)
def test_no_form_breaks_the_server(fields: dict[str, str], path: str) -> None:
    answer = FUZZED.browser(**OURS).post(path, data=fields)
    assert answer.status_code in (200, 303, 422)


@settings(max_examples=40)
@given(
    st.binary(max_size=200),
    st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
                     "multipart/form-data", "application/json", "text/plain; charset=x"]),
)  # fmt: skip
def test_no_body_breaks_the_server(body: bytes, kind: str) -> None:
    answer = FUZZED.browser(**OURS).post("/subscribe", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 422)


def test_the_next_page_says_where_the_mail_went_and_sends_it_again(site: Site) -> None:
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    asked = {"email": "ada@example.org", "keywords": "diffusion, speech", "cadence": "weekdays"}
    assert browser.post("/subscribe", data=asked).headers["location"] == "/subscribed"
    page = browser.get("/subscribed").text
    assert "<b>ada@example.org</b>" in page
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert {name: again[name] for name in asked} == asked
    before = len(site.front.post.letters)
    browser.post("/subscribe", data=again)
    assert len(site.front.post.letters) == before + 1


@pytest.mark.parametrize("cookie", ["", "x", "eJw=", "====", "eJyrVgIAAXwAeQ=="])
def test_a_broken_memory_of_what_was_asked_shows_nothing(site: Site, cookie: str) -> None:
    answer = site.browser(cookie=f"asked={cookie}").get("/subscribed")
    assert answer.status_code == 200
    assert "Send it again" not in answer.text


def test_a_long_list_is_not_kept_but_its_address_is(site: Site) -> None:
    rng = random.Random(2)
    words = ", ".join(
        "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(18)) for _ in range(99)
    )
    browser = site.browser(**{"sec-fetch-site": "same-origin"})
    browser.post("/subscribe", data={"email": "ada@example.org", "keywords": words})
    page = browser.get("/subscribed").text
    assert "<b>ada@example.org</b>" in page
    assert "Send it again" not in page


def test_topics_and_suggestions_work_without_a_script(site: Site) -> None:
    browser = site.browser()
    page = browser.post("/preview", data={"keywords": "spech", "change": "spech\tspeech"}).text
    assert ">\nspeech</textarea>" in page
    page = browser.post("/preview", data={"keywords": "speech", "change": "\tdiffusion"}).text
    assert ">\nspeech, diffusion</textarea>" in page


@pytest.mark.parametrize(
    ("keywords", "change", "after"),
    [
        ("smart, art", "art\tarts", "smart, arts"),
        ('"spech recogniton"^2', "recogniton\trecognition", '"spech recognition"^2'),
        ("spéch, sp", "sp\tspeech", "spéch, speech"),
        ("C++ a", "a\t\\1\\g<0>", "C++ \\1\\g<0>"),
        ("art", "zebra\tx", "art"),
    ],
)
def test_a_suggestion_takes_the_place_of_the_one_word(
    site: Site, keywords: str, change: str, after: str
) -> None:
    page = site.browser().post("/preview", data={"keywords": keywords, "change": change}).text
    (shown,) = re.findall(r'<textarea id="keywords"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert html.unescape(shown) == after


def test_a_preview_tells_how_the_last_days_would_have_gone(site: Site) -> None:
    page = site.browser().post("/preview/fragment", data={"keywords": "speech"}).text
    assert "None on 2 of the last 5 days." in page


def test_the_front_page_shows_what_comes(site: Site) -> None:
    page = site.browser().get("/").text
    assert "212 new papers in the last seven days." in page
    assert "Diffusion models that listen" in page
    assert 'value="&#9;diffusion">diffusion</button>' in page


def test_too_many_previews_at_once_are_turned_away_and_leaving_is_not(site: Site) -> None:
    site.pages.preview_room = PreviewRoom(waiting=-1)
    answer = site.browser().post("/preview/fragment", data={"keywords": "speech"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    token = site.token(site.reader())
    assert site.browser().post(f"/m/{token}/unsubscribe").status_code == 200


def test_search_engines_may_keep_two_pages_and_no_other(site: Site) -> None:
    token = site.token(site.reader())
    browser = site.browser()
    for path in ("/", "/help"):
        answer = browser.get(path)
        assert answer.headers["x-robots-tag"] == "all"
        assert '<meta name="description"' in answer.text
    for path in ("/about", "/link", "/subscribed", f"/m/{token}/preferences", f"/m/{token}/read"):
        assert "noindex" in browser.get(path).headers["x-robots-tag"]


@pytest.mark.parametrize(
    ("method", "path", "is_compressed"),
    [
        ("GET", "/", True),
        ("GET", "/help?x=1", False),
        ("POST", "/preview", False),  # shows keywords beside a form token
        ("POST", "/preview/fragment", True),  # shows keywords and no secret
    ],
)
def test_nothing_is_compressed_that_shows_a_request_beside_a_secret(
    site: Site, method: str, path: str, is_compressed: bool
) -> None:
    form = {"keywords": "speech, diffusion"} if method == "POST" else None
    answer = site.browser().request(method, path, data=form)
    assert (answer.headers.get("content-encoding") == "gzip") == is_compressed


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("br, GZIP ; q=0.000, *", False),
        ("gzip;q=0.01", True),
        ("identity", False),
    ],
)
def test_who_rules_gzip_out_gets_none(site: Site, accepted: str, is_compressed: bool) -> None:
    answer = site.browser().get("/help", headers={"accept-encoding": accepted})
    assert (answer.headers.get("content-encoding") == "gzip") == is_compressed


@pytest.mark.parametrize(
    ("typed", "said", "meant"),
    [
        ("Ada L. <ada@example.org>", "ada@example.org", ""),
        ("mailto:ada@example.org", "ada@example.org", ""),
        ("ada@gmial.com", "ada@gmial.com", "ada@gmail.com"),
    ],
)
def test_the_page_after_names_the_address_as_it_was_understood(
    site: Site, typed: str, said: str, meant: str
) -> None:
    browser = site.browser(**OURS)
    browser.post("/subscribe", data=WISH | {"email": typed, "breadth": "strict"})
    page = browser.get("/subscribed").text
    assert f"sent a mail to <b>{said}</b>" in page
    assert ("Did you mean" in page) == bool(meant)
    if meant:
        again = browser.get("/subscribed/corrected").text
        assert f'value="{meant}"' in again
        assert 'value="strict" checked' in again
        assert "Nothing was sent yet" not in again


@pytest.mark.parametrize(
    ("keywords", "then"),
    [
        ("", "robots"),
        ("moss, ferns", "moss, ferns, robots"),
        ("moss, Robots", "moss, Robots"),
        ("never: audio", "robots\nnever: audio"),
        ("moss\nnever:\n- audio", "robots\nmoss\nnever:\n- audio"),
        ("- moss\n- ferns", "- robots\n- moss\n- ferns"),
        ('moss, "wet', 'robots\nmoss, "wet'),
        ('"wet moss"', '"wet moss", robots'),
    ],
)
def test_a_topic_that_is_pressed_is_wanted(keywords: str, then: str) -> None:
    fields = {"keywords": keywords, "change": "\trobots"}
    assert with_change(fields)["keywords"] == then


def test_what_was_asked_for_is_kept_whole_to_send_it_again(site: Site) -> None:
    browser = site.browser(**OURS)
    asked = {**fields_of(Preferences("moss", breadth="strict", cards="abstract", hour=6)), **WISH}
    browser.post("/subscribe", data=asked)
    page = browser.get("/subscribed").text
    again = page[page.index('action="/subscribe') : page.index("Send it again")]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html.unescape(again)))
    assert {name: value for name, value in asked.items() if value} == {
        name: value for name, value in sent.items() if name != "form"
    }
