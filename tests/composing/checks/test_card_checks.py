"""The quick look at a card says yes only where reading it whole finds nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.checks import card_checks
from digest.composing.checks.card_checks import FILLS, card_findings, shape_of
from digest.composing.checks.finding import Finding
from digest.composing.checks.html_checks import html_findings
from digest.composing.checks.parity import parity_findings
from digest.composing.proofs.proof import Proof, proof_of
from digest.composing.render import Renderers
from digest.composing.renderers import EditionInLanguage
from tests.composing.conftest import DAY, SHIPPED, MakeIssue, MakePress, paper, picked

SNIPPETS = (
    *("<p style='color:#eeeeee'>pale</p>", '<b style="color:#ffffff">', "<h5>deep</h5>"),
    *("<h1>x</h1>", "&amp;", "words", " ", "\u00a0", "&#160;", 'href="', "<style>"),
    *("<script>", "<form>", "<table><tr><td>", "<img src='x'>", '<a href="nowhere">go</a>'),
    *('<a href="javascript:x()">go</a>', "</a>", "</b>", "</p>", "<!--", "-->", '"', "'", "<", ">"),
    *("&lt;script&gt;", "&#34;"),
)  # fmt: skip


def card_of(sheet: EditionInLanguage, number: int) -> Proof:
    some = paper(number)
    return proof_of("", sheet.card(some, picked(some), False, "full").fragments, FILLS)


def read_whole(sheet: EditionInLanguage, card: Proof) -> list[Finding]:
    above, below = card_checks._shell(sheet)
    row = (above, card, below)
    mail = Proof("", "".join([p.html for p in row]), "".join([p.text for p in row]))
    return [*html_findings(mail.html), *parity_findings(mail)]


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.sampled_from(SNIPPETS), st.integers(0, 10**6)), min_size=1, max_size=3)
)
def test_what_passes_the_quick_look_has_no_fault(
    press: Renderers, put: list[tuple[str, int]]
) -> None:
    sheet = press.edition(1, DAY).in_language("en")
    good = card_of(sheet, 1)
    html = good.html
    for snippet, at in put:
        html = html[: at % len(html)] + snippet + html[at % len(html) :]
    card = Proof("", html, good.text)
    if card_checks._passes(shape_of(html), card, {shape_of(good.html).html}):
        assert read_whole(sheet, card) == []


@settings(max_examples=200)
@given(st.integers(0, 10**6))
def test_no_word_is_shown_where_a_card_of_that_shape_had_none(press: Renderers, seed: int) -> None:
    """Pale ground without words is no fault; with the first word it is."""
    sheet = press.edition(1, DAY).in_language("en")
    good = card_of(sheet, 1)
    pale = '<p style="color:#eeeeee">{}</p>'
    rng = random.Random(seed)
    blank, word = (
        rng.choice([" ", "\u00a0", "&#847;&#160;", "\u200c"]),
        rng.choice(["a", "&lt;", "\u00e4"]),
    )
    passed = {shape_of(good.html + pale.format(blank)).html}
    card = Proof("", good.html + pale.format(word), good.text)
    assert not card_checks._passes(shape_of(card.html), card, passed)


def test_a_card_like_those_before_passes_the_quick_look(press: Renderers) -> None:
    sheet = press.edition(1, DAY).in_language("en")
    passed = {shape_of(card_of(sheet, 1).html).html}
    for number in range(2, 12):
        card = card_of(sheet, number)
        assert card_checks._passes(shape_of(card.html), card, passed)


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("<p style='color:#eeeeee'>pale</p>", "contrast"),
        ("<form></form>", "element"),
        ("<img src='https://example.org/x.png' />", "alt"),
        ("<table></table>", "role"),
        ("<h5>deep</h5>", "headings"),
        ('<a href="https://example.org/new">new</a>', "parity"),
        ('<a href="nowhere">go</a>', "link parity"),
        ("<style>" + "p {color: #111111}\n" * 2000 + "</style>", "style-size"),
    ],
)
def test_a_fault_of_one_late_card_is_found(
    make_press: MakePress, make_issue: MakeIssue, tmp_path: Path, fault: str, check: str
) -> None:
    odd = f"{{% if '/code/77' in paper.all_links[-1].url %}}{fault}{{% endif %}}"
    shipped = (SHIPPED / "card.mjml").read_text()
    (tmp_path / "card.mjml").write_text(
        shipped.replace("<mj-text", "<mj-raw>" + odd + "</mj-raw><mj-text")
        if "<style" in fault
        else shipped.replace("<h3", odd + "<h3")
    )
    edition = make_press(templates=tmp_path).edition(1, DAY)
    make_issue([paper(n) for n in range(1, 40)], edition=edition)
    assert card_findings(edition) == []
    make_issue([paper(n) for n in range(60, 90)], edition=edition)
    found = {finding.check for finding in card_findings(edition)}
    assert found == set(check.split())


def test_a_link_or_paper_that_the_text_lacks_is_found_in_a_late_card(
    make_press: MakePress, make_issue: MakeIssue, tmp_path: Path
) -> None:
    text = (SHIPPED / "issue.txt").read_text()
    head, card = text.split("<!-- piece:card -->")
    title = '{{ paper.title | wrap("* ", "  ") }}'
    kept = f'{{% if "part 77" not in paper.title %}}{title}{{% endif %}}'
    (tmp_path / "issue.txt").write_text(head + "<!-- piece:card -->" + card.replace(title, kept, 1))
    edition = make_press(templates=tmp_path).edition(1, DAY)
    make_issue([paper(n) for n in range(1, 40)], edition=edition)
    assert card_findings(edition) == []
    make_issue([paper(n) for n in range(60, 90)], edition=edition)
    (found,) = card_findings(edition)
    assert "in the HTML only" in found.message and "77" in found.message
