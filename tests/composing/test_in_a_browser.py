"""The mail in Debian's Chromium: widths, tap targets, dark, styles stripped."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from digest.composing.checks.specimen import specimen
from digest.composing.compose import Renderers
from digest.composing.palette import AA, contrast
from digest.composing.proofs.preview_page import Shown, preview_page
from digest.composing.proofs.proof import proof
from tests.composing.conftest import DAY, MakeIssue, paper

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here"),
]

COLOURS = """() => {
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!c.endsWith(', 0)')) return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const box = e.getBoundingClientRect();
    const words = walk.currentNode.textContent.replace(/[\\s\\u00a0\\u034f]+/g, '');
    if (words && box.height > 1 && getComputedStyle(e).opacity !== '0')
      found.push([words.slice(0, 30), getComputedStyle(e).color, ground(e)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.route("**/*", lambda route: route.abort())
    yield opened
    opened.close()


def hex_of(rgb: str) -> str:
    return "#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", rgb)[:3])


@pytest.fixture(scope="module")
def html(press: Renderers) -> str:
    return proof(specimen(press.edition(1, DAY), "en")).html


@pytest.mark.parametrize("width", [320, 375, 600, 1200])
def test_nothing_reaches_beyond_the_window(page: Page, html: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    column = page.evaluate("document.querySelector('h1').getBoundingClientRect().width")
    assert column <= 640


def test_on_a_phone_the_lead_says_in_five_lines_what_it_does(
    page: Page, make_issue: MakeIssue
) -> None:
    abstract = f"In this paper, we propose {'a wide and lengthy method ' * 20}. It works."
    page.set_viewport_size({"width": 375, "height": 800})
    page.set_content(proof(make_issue([paper(1, "A title", abstract)])).html)
    height = page.evaluate("document.querySelector('h3 + p').getBoundingClientRect().height")
    assert 4 * 25 <= height <= 5 * 25


def test_a_line_stands_between_cards_and_none_beside_another(
    page: Page, make_issue: MakeIssue
) -> None:
    page.set_content(proof(make_issue([paper(n) for n in (1, 2, 3)])).html)
    drawn = page.evaluate(
        "[...document.querySelectorAll('h3, .act')].map(e => [e.tagName, "
        "parseFloat(getComputedStyle(e).borderTopWidth) + "
        "parseFloat(getComputedStyle(e).borderBottomWidth)])"
    )
    assert drawn == [["H3", 0], ["P", 0], ["H3", 1], ["P", 0], ["H3", 1], ["P", 0]]


def test_every_link_is_44_pixels_tall_or_a_title(page: Page, html: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.set_content(html)
    small = page.evaluate(
        "[...document.querySelectorAll('a')].filter(a => !a.closest('h3'))"
        ".map(a => [a.innerText, a.getBoundingClientRect().height]).filter(a => a[1] < 44)"
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read(page: Page, html: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(html)
    seen = page.evaluate(COLOURS)
    assert len(seen) > 30
    for words, ink, ground in seen:
        assert contrast(hex_of(ink), hex_of(ground)) >= AA, (words, ink, ground)
    body = hex_of(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert contrast(body, "#000000" if scheme == "light" else "#ffffff") > 15


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(page: Page, html: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(html)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()


def test_without_styles_the_order_and_all_words_stay(page: Page, html: str) -> None:
    bare = re.sub(r"<style.*?</style>|\sstyle=\"[^\"]*\"", "", html, flags=re.DOTALL)
    page.set_viewport_size({"width": 375, "height": 800})
    page.set_content(bare)
    edges = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map(h => h.getBoundingClientRect().left)"
    )
    assert len(set(edges)) == 1, "everything starts at the same edge"


def test_the_mail_asks_nothing_of_the_network(browser: Browser, html: str) -> None:
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html, wait_until="networkidle")
    page.close()
    assert asked == []


def test_the_preview_page_switches_between_looks(
    browser: Browser, tmp_path: Path, make_issue: MakeIssue
) -> None:
    mails = [
        Shown("ada@example.org", "Also: x", proof(make_issue([paper(1), paper(2)]))),
        Shown("bob@example.org", "Also: y", proof(make_issue([paper(3)], language="de"))),
    ]
    file = tmp_path / "preview.html"
    file.write_text(preview_page("Digest", mails), encoding="utf-8")
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    frame = page.frame_locator("#mail")
    frame.locator("h1").wait_for()
    page.get_by_text("Dark", exact=True).click()
    frame.locator("h1").wait_for()
    page.wait_for_function(
        "getComputedStyle(document.querySelector('#mail').contentDocument.body)"
        ".backgroundColor === 'rgb(23, 24, 27)'"
    )
    page.get_by_text("320", exact=True).click()
    assert page.locator("#mail").evaluate("e => e.style.width") == "320px"
    page.select_option("#which", "1")
    frame.get_by_text("mehr davon").wait_for()
    page.get_by_text("Text", exact=True).click()
    assert "+ mehr davon" in page.locator("#plain").inner_text()
    page.close()
    assert faults == []
