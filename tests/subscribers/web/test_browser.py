"""The pages in real Chromium: accessibility, small screens, keyboard, the live preview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.subscribers.web.browser import axe_script, chromium, served, violations
from tests.subscribers.web.every_page import every_page
from tests.subscribers.web.site import Site, open_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SUBMIT = """([path, fields]) => {
  const form = document.createElement("form");
  form.method = "post"; form.action = path;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.type = "hidden"; input.name = name; input.value = value; form.append(input);
  }
  document.body.append(form); form.submit();
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def site() -> Site:
    return open_site(hosts=frozenset({"127.0.0.1"}), base_url="")


def go(page: Any, base: str, step: tuple[str, str, dict[str, str]]) -> None:
    method, path, fields = step
    if method == "GET":
        page.goto(base + path)
        return
    page.goto(base + "/about")
    with page.expect_navigation():
        page.evaluate(SUBMIT, [path, fields])


# by night only the colours differ
@pytest.mark.parametrize(("scheme", "rule"), [("light", ""), ("dark", "color-contrast")])
def test_axe_finds_nothing_and_no_page_is_wider_than_a_small_phone(
    browser: Any, site: Site, scheme: str, rule: str
) -> None:
    script = axe_script()
    with served(site.app) as base:
        page = browser.new_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
        said: list[str] = []
        page.on("console", lambda m: said.append(m.text) if "Content Security" in m.text else None)
        for name, step in every_page(site):
            go(page, base, step)
            if name == "/":
                page.click("summary")
            assert violations(page, script, rule) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        assert said == []
        page.close()


def test_axe_would_find_a_fault(browser: Any) -> None:
    page = browser.new_page()
    page.goto("data:text/html,<title>x</title><p style='color:silver'>pale<input>")
    found = " ".join(violations(page, axe_script()))
    assert "color-contrast" in found
    assert "html-has-lang" in found
    assert "label" in found
    page.close()


def test_targets_are_large_enough_for_a_thumb(browser: Any, site: Site) -> None:
    measure = """() => [...document.querySelectorAll("button, input, select, textarea, summary")]
      .filter(e => e.offsetParent && e.type !== "hidden")
      .filter(e => !e.closest(".trap, .suggestion, [aria-hidden]"))
      .map(e => (e.closest("label") || e).getBoundingClientRect())
      .map(box => Math.round(box.height))"""
    with served(site.app) as base:
        page = browser.new_page(viewport={"width": 320, "height": 640})
        token = site.token(site.reader())
        for path in ("/", f"/m/{token}/preferences", f"/m/{token}/unsubscribe"):
            page.goto(base + path)
            heights = page.evaluate(measure)
            assert heights
            assert min(heights) >= 40, path
        page.close()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_phone_shows_the_examples_first_paper_within_a_screen_and_a_half(
    browser: Any, site: Site, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = site.pages.previews.sample()
    assert sample is not None
    names = ("neural networks", "language models", "reinforcement learning", "speech recognition")
    topics = tuple(f"{name} {at}" for name in names for at in "abc")
    many = replace(sample, topics=topics, keywords=topics[:3])
    monkeypatch.setattr(type(site.pages.previews), "sample", lambda self: many)
    width, height = 375, 667
    with served(site.app) as base:
        page = browser.new_page(viewport={"width": width, "height": height}, locale=language)
        page.goto(base)
        assert page.evaluate("document.documentElement.lang") == language
        place = page.locator("#preview .paper").first.bounding_box()
        assert place["y"] < 1.5 * height
        assert page.locator(".topic").first.is_visible()
        page.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_enter_subscribes(browser: Any, site: Site, script: bool) -> None:
    with served(site.app) as base:
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(base)
        assert page.locator(".topic").count()
        page.locator("#keywords").fill("moss")
        page.locator("#email").fill("bo@example.org")
        page.locator("#email").press("Enter")
        page.wait_for_url("**/subscribed")
        assert [each.to_address for each in site.front.post.letters] == ["bo@example.org"]
        assert [each.wishes["keywords"] for each in site.front.store.requests.values()] == ["moss"]
        context.close()


def test_a_phone_lets_several_topics_be_pressed_and_keeps_the_button_in_sight(
    browser: Any, site: Site
) -> None:
    with served(site.app) as base:
        page = browser.new_page(viewport={"width": 375, "height": 667})
        page.goto(base)
        for at in (0, 1):
            page.locator(".topic:visible").nth(at).click()
        assert page.locator("#keywords").input_value() == "diffusion, speech"
        page.locator("#preview .expect", has_text="picked").wait_for()
        for scrolled in (0, 500):
            page.evaluate(f"scrollTo(0, {scrolled})")
            place = page.get_by_role("button", name="Subscribe").bounding_box()
            assert 0 <= place["y"] <= 667 - place["height"]
        page.close()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_phone_shows_the_first_paper_for_ones_own_words_below_the_field(
    browser: Any, site: Site, language: str
) -> None:
    width, height = 375, 330  # what a keyboard leaves of 667
    with served(site.app) as base:
        page = browser.new_page(viewport={"width": width, "height": height}, locale=language)
        page.goto(base)
        page.locator("#keywords").press_sequentially("diffusion, speech, robots", delay=5)
        page.locator(".typed #preview .notice").wait_for()
        page.wait_for_function("scrollY > 0")
        field = page.locator("#keywords").bounding_box()
        first = page.locator("#preview .paper :is(h2, h3)").first.bounding_box()
        assert field["y"] >= 0
        assert field["y"] + field["height"] <= first["y"], "the words themselves stay in sight"
        assert first["y"] + 20 <= height
        there = page.evaluate("(scrollBy(0, -150), scrollY)")
        page.locator("#keywords").press_sequentially(", tides", delay=5)
        page.locator("#preview .notice", has_text="tides").wait_for()
        assert page.evaluate("scrollY") == there, "nobody is pulled back"
        page.close()


def test_the_preview_follows_the_typing_and_offers_better_words(browser: Any, site: Site) -> None:
    with served(site.app) as base:
        page = browser.new_page()
        page.goto(base)
        page.locator("#keywords").press_sequentially("speech, spech", delay=5)
        page.get_by_text("Nothing matched").wait_for()
        assert page.get_by_role("link", name="Speech").is_visible()
        assert "1 picked from 37 papers" in page.locator("#preview-status").text_content()
        page.locator("#preview").get_by_role("button", name="diffusion").click()
        page.get_by_role("link", name="Diffusion models").wait_for()
        assert page.locator("#keywords").input_value() == "speech, diffusion"
        assert site.front.post.letters == []
        page.close()


def test_a_slow_typist_stays_within_the_allowance_and_sees_the_last_word(
    browser: Any, site: Site
) -> None:
    text = "speech, and so on, letter by letter, for a minute, diffusion"
    with served(site.app) as base:
        page = browser.new_page()
        page.clock.install()
        page.goto(base)
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url) if "/preview/" in r.url else None)
        for letter in text:
            page.locator("#keywords").press_sequentially(letter)
            page.clock.run_for(1000)
        assert 10 < len(asked) < 40, "a minute's allowance"
        page.clock.run_for(3000)
        page.get_by_role("link", name="Diffusion models").wait_for()
        page.close()


def test_a_suggestion_is_put_in_the_place_of_the_whole_word_alone(browser: Any, site: Site) -> None:
    with served(site.app) as base:
        page = browser.new_page()
        page.goto(base)
        page.fill("#keywords", "spechless, spech")
        page.get_by_text("Nothing matched spech in").wait_for()
        page.locator('#preview button[value^="spech\t"]').click()
        assert page.locator("#keywords").input_value() == "spechless, diffusion"
        page.close()


def test_a_mistake_in_the_keywords_is_told_while_typing(browser: Any, site: Site) -> None:
    with served(site.app) as base:
        page = browser.new_page()
        page.goto(base)
        page.fill("#keywords", 'speech, "open')
        page.get_by_text("never closed").wait_for()
        page.fill("#keywords", "speech")
        page.get_by_role("link", name="Speech").wait_for()
        page.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_subscribing_by_keyboard_alone(browser: Any, site: Site, javascript: bool) -> None:
    with served(site.app) as base:
        context = browser.new_context(java_script_enabled=javascript, timezone_id="Asia/Tokyo")
        page = context.new_page()
        page.goto(base)
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.text_content() == "Skip to the content"
        page.keyboard.press("Enter")
        for _ in range(30):
            page.keyboard.press("Tab")
            name = focused.get_attribute("id") or (focused.text_content() or "").strip()
            if name == "email":
                page.keyboard.type("bo@example.org")
            elif name == "keywords":
                page.keyboard.type("diffusion")
            elif name == "Subscribe":
                break
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == f"{base}/subscribed"
        context.close()
    reader = site.front.desk.by_email("bo@example.org")
    assert reader.keywords == "diffusion"
    assert reader.timezone == ("Asia/Tokyo" if javascript else None)


def test_the_focus_is_always_visible(browser: Any, site: Site) -> None:
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    with served(site.app) as base:
        page = browser.new_page()
        page.goto(base)
        for _ in range(12):
            page.keyboard.press("Tab")
            assert page.evaluate(outline) == "solid"
        page.close()


def test_a_keyword_is_muted_and_a_paper_judged_by_buttons(browser: Any, site: Site) -> None:
    reader = site.reader()
    with served(site.app) as base:
        page = browser.new_page()
        token = site.token(reader)
        page.goto(f"{base}/m/{token}/more/7")
        page.get_by_role("button", name="More like this").click()
        page.get_by_role("heading", name="Noted").wait_for()
        page.goto(f"{base}/m/{token}/mute/0")
        page.get_by_role("button", name="Mute this keyword").click()
        page.get_by_text("off your list").wait_for()
        page.get_by_role("button", name="Take back").click()
        page.get_by_text("Taken back").wait_for()
        page.close()
    assert site.front.desk.by_number(reader.id).keywords == "diffusion"
    assert site.front.store.opinions == {}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_enter_does_the_main_act(browser: Any, site: Site, javascript: bool) -> None:
    reader = site.reader()
    with served(site.app) as base:
        context = browser.new_context(java_script_enabled=javascript)
        page = context.new_page()
        page.goto(f"{base}/m/{site.token(reader)}/preferences")
        page.fill("#keywords", "robots")
        page.fill("#name", "A. L.")
        with page.expect_navigation():
            page.press("#name", "Enter")
        assert "are saved" in page.content()
        # By the section's own button; without a script, by the one that saves all.
        kept = site.front.desk.by_number(reader.id)
        assert kept.name == "A. L."
        assert kept.keywords == (reader.keywords if javascript else "robots")
        assert page.input_value("#keywords") == "robots"
        page.fill("#email", "new@example.org")
        with page.expect_navigation():
            page.press("#email", "Enter")
        asked = "move" in site.front.post.kinds()
        assert asked == javascript
        if not javascript:
            assert page.input_value("#email") == "new@example.org"
        context.close()


def test_one_day_is_chosen_for_a_weekly_mail(browser: Any, site: Site) -> None:
    with served(site.app) as base:
        page = browser.new_page()
        page.goto(f"{base}/m/{site.token(site.reader())}/preferences")
        day, boxes = page.locator("#weekday"), page.locator("#weekdays")
        assert (day.is_visible(), boxes.is_visible()) == (False, False)
        page.check("[name=cadence][value=weekly]")
        assert (day.is_visible(), boxes.is_visible()) == (True, False)
        page.check("[name=cadence][value=days]")
        assert (day.is_visible(), boxes.is_visible()) == (False, True)
        page.close()
