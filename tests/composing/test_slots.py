"""Cards put together of pieces are the cards that the templates would make whole."""

import html as html_module
import re
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import markupsafe
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.card_text import DENSITIES, Density
from digest.composing.compose import Renderers
from digest.composing.edition_renderer import Content, EditionInLanguage
from digest.composing.excerpt import harmless
from digest.composing.section_headings import heading_of
from digest.composing.sections import IssueSection, short_name
from digest.composing.subject_lines import Kind
from digest.papers import Link, Paper
from digest.ranking.interface import Field, Pick, Picks, Reason, Section, Span, new_number
from tests.composing.conftest import DAY, SHIPPED, MakePress, paper, picked

Card = tuple[str, str]  # as HTML and as text

outside = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(["<b>", "&", '"', "'", ">", "\x02why\x03", "\x02", "\x1f", "{{", "tide"]),
        max_size=12,
    ).map(" ".join),
)
fields = st.sampled_from(["title", "abstract", "meaning", "likes", "authors"])
spans = st.builds(
    Span, st.sampled_from(["title", "abstract"]), st.integers(-2, 60), st.integers(-2, 90)
)


@st.composite
def picks(draw: st.DrawFn) -> tuple[Paper, Pick]:
    some = Paper(
        draw(st.integers(1, 3)),
        draw(outside),
        draw(outside) * 8,
        authors=tuple(draw(st.lists(outside, max_size=3))),
        links=(Link("paper", draw(outside)),),
    )
    reasons = draw(st.lists(st.tuples(outside, fields), max_size=4))
    section: Section = draw(st.sampled_from(["picked", "trending"]))
    made = tuple(Reason(keyword, field, 1.0) for keyword, field in reasons)
    marked = tuple(draw(st.lists(spans, max_size=4)))
    return some, Pick(some.id, 1.0, section, made, marked, draw(st.none() | spans))


def of_pieces(
    sheet: EditionInLanguage, some: Paper, pick: Pick, lead: bool, density: Density
) -> Card:
    pieces = sheet.card(some, pick, lead, False, density).fragments
    return "".join(f.html for f in pieces), "".join(f.text for f in pieces)


def whole(sheet: EditionInLanguage, some: Paper, pick: Pick, lead: bool, density: Density) -> Card:
    matched = sheet.renderer.matched(some, pick, lead=lead, in_section=False, density=density)
    card = sheet.renderer.card(some, matched, lead=lead, density=density)
    return card.html, card.text


@settings(max_examples=150)
@given(picks(), st.booleans(), st.sampled_from(DENSITIES), st.sampled_from(["en", "de"]))
def test_a_card_of_pieces_is_the_card_that_its_template_makes(
    press: Renderers, found: tuple[Paper, Pick], lead: bool, density: Density, language: str
) -> None:
    sheet = press.edition(1, DAY).in_language(language)
    some, pick = found
    assert of_pieces(sheet, some, pick, lead, density) == whole(sheet, some, pick, lead, density)
    assert 4 <= len(sheet.card(some, pick, lead, False, density).fragments) <= 7


@settings(max_examples=300)
@given(picks(), st.booleans())
def test_what_fills_a_slot_holds_no_tag_but_our_own_marks(
    press: Renderers, found: tuple[Paper, Pick], lead: bool
) -> None:
    """So that one specimen of a card stands for all: no check can tell them apart."""
    some, pick = found
    desk = press.renderer("en")
    matched = desk.matched(some, pick, lead=lead, in_section=False, density="full")
    style = (desk.style.hit, desk.style.near, desk.style.keyword)
    marks = re.compile("|".join(map(re.escape, (*style, "</b>", "</span>"))))
    for made in matched.in_html().values():
        bare = marks.sub("", made)
        assert not set(bare) & set("<>\"'")
        assert str(markupsafe.escape(html_module.unescape(bare))) == bare
        assert harmless(made) == made
    assert harmless(matched.why_text) == matched.why_text


@pytest.mark.parametrize(
    ("change", "pieces"),
    [
        (lambda t: t.replace("{{ paper.title }}", "{{ paper.title | upper }}"), 4),
        (lambda t: t.replace("{{ paper.contribution }}", "{{ paper.contribution | upper }}"), 1),
        (lambda t: t.replace("{{ paper.contribution }}", "{{ paper.abstract }}"), 4),
        (lambda t: t.replace("{{ paper.why }}", "{{ paper.why | wrap }}"), 1),
        (lambda t: t.replace("{{ paper.why }}", "{% set w = paper.why %}{{ w }}"), 1),
        (lambda t: t.replace("{{ paper.why }}", "{% filter upper %}{{ paper.why }}{% endfilter %}"),
         1),
        (lambda t: t.replace("{{ paper.why }}", ""), 6),
        (lambda t: t.replace("<h3", "<p>{{ paper.why }}</p><h3").replace(
            "{{ paper.why }}{%", "{%"),
         5),
        (lambda t: t.replace("<h3", "<p>{{ paper.why }}</p><h3"), 8),
        (lambda t: t.replace("<h3", "<p>{% for x in [1, 2] %}{{ paper.why }}{% endfor %}</p><h3"),
         9),
        (lambda t: t.replace("if paper.contribution", "if paper.contribution and not paper.less"),
         4),
        (lambda t: t.replace("if paper.contribution", "if paper.contribution | length > 9"), 1),
        (lambda t: t.replace("<h3", '<p>{{ paper["why"] }}</p><h3'), 1),
        (lambda t: t.replace("<h3", "<p>{{ paper.url | upper }}</p><h3"), 4),
    ],
)  # fmt: skip
def test_a_card_template_may_be_changed_in_any_way(
    make_press: MakePress, tmp_path: Path, change: Callable[[str], str], pieces: int
) -> None:
    whole_template = re.sub(
        r'{% include "(.+?)" %}\n', lambda found: (SHIPPED / found[1]).read_text(),
        (SHIPPED / "card.html").read_text(),
    )  # fmt: skip
    (tmp_path / "card.html").write_text(change(whole_template))
    sheet = make_press(templates=tmp_path).edition(1, DAY).in_language("en")
    for some in (paper(1), paper(2, "Tides & <b>")):
        pick = picked(some)
        made = of_pieces(sheet, some, pick, False, "full")
        assert made == whole(sheet, some, pick, False, "full")
        assert len(sheet.card(some, pick, False, False, "full").fragments) == pieces


some_kinds = st.sampled_from(["keyword", "group", "likes", "picked", "trending"])
headed = st.builds(
    lambda kind, name, count: IssueSection(
        kind, name if kind in ("keyword", "group") else "", tuple(range(count))
    ),
    some_kinds,
    st.one_of(outside, st.just("海" * 90)).map(lambda text: short_name(text, 60)),
    st.integers(1, 1_500),
)


@settings(max_examples=60)
@given(headed, st.sampled_from(["daily", "weekly", "welcome"]))
def test_a_heading_is_what_its_template_would_make_whole(
    press: Renderers, section: IssueSection, kind: Kind
) -> None:
    renderer = press.renderer("de")
    said = heading_of(section, kind, renderer.words)
    assert renderer.section(section, kind) == renderer._piece("section", **said)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("{{ heading }}", "{{ heading | upper }}"),
        lambda t: t.replace("{{ heading }}", "{% set h = heading %}{{ h }}"),
        lambda t: t.replace("{% if count %}", "{% if count and heading | length > 4 %}"),
        lambda t: t.replace("{{ count }}", "{{ count }} – {{ heading }}"),
        lambda t: t.replace(
            "{% if count %}", "{% if not count %}no count{% endif %}{% if count %}"
        ),
        lambda t: t.replace("{{ count }}", ""),
        lambda t: f"{{% set count = 'many' %}}{t}",
        lambda t: f"{{% for heading in [1, 2] %}}{t}{{% endfor %}}",
    ],
)
def test_a_heading_template_may_be_changed_in_any_way(
    make_press: MakePress, tmp_path: Path, change: Callable[[str], str]
) -> None:
    (tmp_path / "section.html").write_text(change((SHIPPED / "section.html").read_text()))
    changed, shipped = make_press(templates=tmp_path).renderer("en"), make_press().renderer("en")
    kinds: list[Kind] = ["daily", "welcome"]
    for name, kind in product(("", "tides & <seas>", "sea"), kinds):
        section = IssueSection("keyword" if name else "picked", name, (0, 1, 2))
        made = changed.section(section, kind)
        assert made == changed._piece("section", **heading_of(section, kind, changed.words))
        assert made.fragments[0].text == shipped.section(section, kind).fragments[0].text


@pytest.mark.parametrize(
    ("change", "pieces"),
    [
        (lambda t: t.replace("{{ paper.title | wrap", "{{ paper.title | upper | wrap"), 4),
        (lambda t: t.replace("{{ paper.why | wrap", "{{ paper.why | upper | wrap"), 1),
        (lambda t: t.replace('{{ paper.why | wrap("  ", "  ") }}', "{{ paper.why }}"), 4),
        (lambda t: t.replace('{{ paper.why | wrap("  ", "  ") }}', ""), 5),
        (lambda t: t.replace('{{ paper.why | wrap("  ", "  ") }}', "{{ paper.why | wrap('> ') }}"),
         4),
    ],
)  # fmt: skip
def test_a_text_template_may_be_changed_in_any_way(
    make_press: MakePress, tmp_path: Path, change: Callable[[str], str], pieces: int
) -> None:
    (tmp_path / "card.txt").write_text(change((SHIPPED / "card.txt").read_text()))
    sheet = make_press(templates=tmp_path).edition(1, DAY).in_language("en")
    long: list[tuple[str, Field]] = [(f"a keyword of some length, {n}", "title") for n in range(6)]
    pick = Pick(1, 1.0, "picked", tuple(Reason(k, f, 1.0) for k, f in long))
    made = of_pieces(sheet, paper(1), pick, False, "full")
    assert made == whole(sheet, paper(1), pick, False, "full")
    assert len(sheet.card(paper(1), pick, False, False, "full").fragments) == pieces


def test_what_differs_is_a_piece_by_itself(press: Renderers) -> None:
    """So that a reader whose match is new costs the words of the match, not the whole card."""
    sheet = press.edition(1, DAY).in_language("en")
    some = paper(1, "Tides and tables")

    def card(*spans: Span, keyword: str = "tides") -> list[int]:
        pick = Pick(1, 0.5, "picked", (Reason(keyword, "title", 0.5),), spans)
        return [id(piece) for piece in sheet.card(some, pick, False, False, "full").fragments]

    plain = card()
    assert card(Span("abstract", 5000, 5004)) == plain  # not shown
    changes = [
        [at for at, (a, b) in enumerate(zip(plain, other, strict=True)) if a != b]
        for other in (card(Span("title", 0, 5)), card(keyword="sea"), card(Span("abstract", 0, 2)))
    ]
    assert changes == [[], [2], [1]], "in a title nothing is marked"


def test_papers_share_the_piece_of_the_same_reason(press: Renderers) -> None:
    sheet = press.edition(1, DAY).in_language("en")
    reasons = (Reason("tides", "abstract", 0.5),)
    rows = [
        sheet.card(paper(n, "", f"No. {n}"), Pick(n, 0.5, "picked", reasons), False,
                   False, "full").fragments
        for n in (1, 2)
    ]  # fmt: skip
    shared = {id(f) for f in rows[0]} & {id(f) for f in rows[1]}
    assert len(shared) == 1
    (piece,) = [f for f in rows[0] if id(f) in shared]
    assert "tides" in piece.html
    assert piece.text.strip() == "You follow tides"


def test_readers_for_whom_the_same_stands_in_a_paper_share_its_card(press: Renderers) -> None:
    sheet, some = press.edition(1, DAY).in_language("en"), paper(1)
    tides, (mine, other) = (Reason("tides", "title", 0.5),), (new_number(), new_number())

    def card(section: Section = "picked", reasons: tuple[Reason, ...] = tides, **of: int) -> str:
        made = sheet.card(some, Pick(1, 0.5, section, reasons, **of), False, False, "full")
        return "".join(fragment.text for fragment in made.fragments)

    first = card(grounds=mine)
    assert card(reasons=(), grounds=mine) == first, "one number, one card"
    sea = (Reason("sea", "title", 0.5),)
    assert "sea" in card(reasons=sea, grounds=other)
    assert "sea" in card(reasons=sea), "without a number nobody else's card will do"
    assert card("trending", (), grounds=0) not in (first, card("picked", sea))


def test_issues_of_one_choice_are_composed_once(press: Renderers) -> None:
    sheet = press.edition(1, DAY).in_language("en")
    made: list[Content] = []

    def content(
        picks: Sequence[Pick], token: int = 60, can_leave: bool = True, turn: int = 1
    ) -> Content:
        def make() -> Content:
            made.append(Content(str(len(made)), "", "", "", (), (), {}))
            return made[-1]

        return sheet.content(picks, token, can_leave, turn, make)

    pick = Pick(1, 0.5, "picked")
    one, equal = Picks([pick]), Picks([pick])
    assert content(one) is content(one)
    assert content(equal) is not content(one)
    assert content(one, token=61) is not content(one)
    assert content(one, can_leave=False) is not content(one)
    assert content(one, turn=0) is not content(one)
    assert content([pick]) is not content([pick]), "what can change is no key"
