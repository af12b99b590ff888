"""What is wrong only beside its twin, by night, or by a style sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.composing.checks.html_checks import html_findings
from digest.composing.checks.preflight import lint_templates
from digest.composing.checks.style_rules import hex_of
from digest.composing.checks.twin_words import twin_findings
from digest.composing.proofs.proof import Proof
from tests.composing.conftest import MakePress

TWINS = Proof(
    "",
    "<h1>Digest</h1><h3><a href='https://a.example'>Tides</a></h3><p>You follow <b>tides</b><br>"
    "Ada · 3 upvotes</p><p>They rise.</p><p><a href='https://a.example'>Read it</a></p>",
    "Digest\n\n* Tides\n\n  You follow tides\n  Ada · 3 upvotes\n\n  They\n  rise.\n\n"
    "  Paper: https://a.example\n",
)
SHEETS = (
    "@media (prefers-color-scheme: dark) { body { background-color: #111 !important } %s }",
    "@media screen and (prefers-color-scheme:dark) { body { background: #111 !important } %s }",
    "[data-ogsb] body { background-color: #111 !important } %s",
)


def test_twins_say_the_same() -> None:
    assert list(twin_findings(TWINS)) == []


@pytest.mark.parametrize("said", ["Digest", "Tides</a>", "You follow <b>tides</b>", "They rise.",
                                  "Ada · 3 upvotes"])  # fmt: skip
def test_what_the_html_lacks_is_found(said: str) -> None:
    html = TWINS.html.replace(said, "</a>" if said.endswith("</a>") else "")
    assert html != TWINS.html
    assert "it is in the text only" in str(next(twin_findings(Proof("", html, TWINS.text))))


@pytest.mark.parametrize("said", ["Digest", "* Tides", "You follow tides", "They\n  rise.",
                                  "Ada · 3 upvotes"])  # fmt: skip
def test_what_the_text_lacks_is_found(said: str) -> None:
    text = TWINS.text.replace(said, "")
    assert text != TWINS.text
    assert "it is in the HTML only" in str(next(twin_findings(Proof("", TWINS.html, text))))


@pytest.mark.parametrize(
    "picture",
    [
        "<img alt='' src='https://t.example/p' style='width:1px;height:1px'>",
        "<img alt='' src='https://t.example/p' style='max-height: 0'>",
        "<img alt='' src='https://t.example/p' height=2>",
        "<img alt='' src='https://t.example/p' style='display:none'>",
        "<img alt='' src='https://t.example/p' style='opacity:0'>",
        "<div style='display:none'><img alt='' src='https://t.example/p'></div>",
        "<style>.spot { width: 1px }</style><img class='spot' alt='' src='https://t.example/p'>",
        "<table role='none' background='https://t.example/p'></table>",
        "<p style='background-image:url(https://t.example/p)'>x</p>",
        "<p style='background: #fff url(\"https://t.example/p\")'>x</p>",
        "<style>@import 'https://t.example/p.css';</style>",
        "<style>p { list-style-image: url(https://t.example/p) }</style>",
        "<!--[if mso]><v:fill src='https://t.example/p' /><![endif]-->",
        "<img alt='x' src='https://t.example/p' srcset='https://t.example/q 2x'>",
    ],
)
def test_a_picture_that_only_tells_who_opens_is_found(picture: str) -> None:
    assert "tracking" in {each.check for each in html_findings(f"<html lang=en>{picture}</html>")}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize(
    ("rule", "readable"),
    [
        (".quiet { color: #333 !important }", False),
        (".quiet { color: rgb(40, 40, 40) !important }", False),
        ("p.quiet { color: darkslategray !important }", False),
        ("div .quiet { color: #333 !important }", False),
        (".quiet { color: #ddd }", False),  # the style attribute wins
        ("h1 .quiet { color: #ddd !important }", False),  # it does not stand in one
        (".quiet { color: #ddd !important }", True),
        (".other { color: #333 !important } p { color: white !important }", True),
        ("p { color: #333 !important } .quiet { color: #eee !important }", True),
    ],
)
def test_words_are_readable_by_night_too(sheet: str, rule: str, readable: bool) -> None:
    if sheet == SHEETS[2]:
        rule = "".join(f"[data-ogsc] {each.strip()}}}" for each in rule.split("}")[:-1])
    html = (
        f"<html lang=en><style>{sheet.replace('%s', rule)}</style><body style='background:#fff'>"
        "<div><p class='quiet' style='color:#222222'>Monday</p></div></body></html>"
    )
    found = [each for each in html_findings(html) if each.check == "contrast"]
    assert (not found) is readable
    assert all("by night" in each.message for each in found)


def test_the_logos_words_are_read_by_night(make_press: MakePress, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "templates" / "email" / "masthead.mjml"
    (tmp_path / "masthead.mjml").write_text(shipped.read_text().replace('<img class="ink"', "<img"))
    press = make_press(logo="https://example.org/l.png", logo_alt="The lab", templates=tmp_path)
    found = lint_templates(press)
    assert any("by night" in str(each) and "The lab" in str(each) for each in found)


def test_colours_are_read_in_every_spelling() -> None:
    same = ("#ff0000", "#F00", "red", "rgb(255,0,0)", "rgb(255 0 0 / 100%)", "hsl(0 100% 50%)",
            "#f00 url(x)")  # fmt: skip
    assert {hex_of(each) for each in same} == {"#ff0000"}
    assert {hex_of(each) for each in ("", "inherit", "transparent", "rgba(0,0,0,0)", "nil")} == {""}


CASES = Path(__file__).parents[4] / "shared" / "cases" / "templates"


@pytest.mark.shared
@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")
def test_the_shared_overrides_are_found_faulty(make_press: MakePress) -> None:
    for folder in sorted(CASES.iterdir()):
        found = lint_templates(make_press(templates=folder))
        assert any(each.severity == "error" for each in found), folder.name
