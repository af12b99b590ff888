from pathlib import Path

import pytest

from digest.composing.checks.preflight import lint_templates
from digest.composing.mjml_check import check_mjml
from digest.composing.templates import Templates
from digest.errors import SettingsError, TemplateError
from tests.composing.conftest import DAY, SHIPPED, MakeIssue, MakePress, paper


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        ("<mj-section>\n<mj-colum></mj-colum>\n</mj-section>", 2, "<mj-colum> is no MJML element"),
        ("<mj-section\n  colour='red'></mj-section>", 1, "no attribute 'colour'"),
        ("<mj-section>\n\n<mj-column>\n</mj-section>", 4, "no well-formed XML: mismatched tag"),
        ("<mj-text>\n<b>a</i></mj-text>", 2, "mismatched tag"),
        ("<mj-text font-size='16'>x</mj-text>", 1, "font-size='16' is not a length in px"),
        ("<mj-text align='centre'>x</mj-text>", 1, "is not one of left, right, center, justify"),
        ("<mj-text>\n<p><mj-button>x</mj-button></p></mj-text>", 2, "where only HTML may"),
        ("<mj-text>a & b</mj-text>", 1, "no well-formed XML"),
    ],
)
def test_a_slip_in_mjml_is_named_with_its_line(wrong: str, line: int, says: str) -> None:
    with pytest.raises(TemplateError, match=r"issue\.mjml") as error:
        check_mjml(wrong, "issue.mjml")
    assert error.value.line == line
    assert says in error.value.reason


def test_jinja_is_let_through() -> None:
    check_mjml('<mj-text align="{{ start }}"><p>{% if a %}x{% endif %}</p></mj-text>', "x")


def test_the_shipped_templates_load_nothing_from_afar() -> None:
    html = Templates(SHIPPED).html("issue.mjml")
    assert "<link" not in html
    assert "@import" not in html
    assert "fonts.googleapis" not in html


def test_one_file_can_be_replaced(
    tmp_path: Path, make_press: MakePress, make_issue: MakeIssue
) -> None:
    theirs = (
        (SHIPPED / "section.html")
        .read_text("utf-8")
        .replace("{{ heading }}", "<i>{{ heading }}</i>")
    )
    (tmp_path / "section.html").write_text(theirs, encoding="utf-8")
    press = make_press(templates=tmp_path)
    assert not lint_templates(press)
    assert "<i>1 paper for your keywords</i>" in make_issue([paper(1)], of=press).fragments[1].html


def test_words_of_an_override_stand_in_both_parts(tmp_path: Path, make_press: MakePress) -> None:
    for name in ("section.html", "issue.txt"):
        text = (SHIPPED / name).read_text("utf-8")
        changed = text.replace("{{ heading", "Ours: {{ heading")
        assert changed != text
        (tmp_path / name).write_text(changed, encoding="utf-8")
        found = lint_templates(make_press(templates=tmp_path))
        assert any("HTML only: 'Ours:" in str(each) for each in found) is (name == "section.html")
    assert not found


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("footer.mjml", "<mj-section>\n<mj-oops/>\n</mj-section>", 2),
        ("card.html", "<mj-section>\n\n{% if %}</mj-section>", 3),
        ("issue.txt", "{{ brand.name }}\n{{ papper.title }}\n", 2),
        ("actions.html", "x\n\n{{ paper.url | shout }}", 3),
    ],
)
def test_a_broken_override_is_reported_with_file_and_line(
    tmp_path: Path, make_press: MakePress, name: str, text: str, line: int
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = lint_templates(make_press(templates=tmp_path))
    assert [(f.template, f.line) for f in found if f.severity == "error"] == [
        (str(tmp_path / name), line)
    ]
    with pytest.raises(TemplateError) as refusal:
        make_press(templates=tmp_path).edition(1, DAY).in_language("en")
    assert (refusal.value.template, refusal.value.line) == (str(tmp_path / name), line)


def test_an_override_without_one_of_its_pieces_is_refused(
    tmp_path: Path, make_press: MakePress, make_issue: MakeIssue
) -> None:
    (tmp_path / "issue.txt").write_text("{{ brand.name }}\n", encoding="utf-8")
    with pytest.raises(TemplateError, match="it has no <!-- piece:"):
        make_issue([paper(1)], of=make_press(templates=tmp_path))


def test_a_file_that_replaces_nothing_is_pointed_out(tmp_path: Path, make_press: MakePress) -> None:
    (tmp_path / "cards.mjml").write_text("<mj-section></mj-section>", encoding="utf-8")
    (tmp_path / "confirm.txt").write_text("{{ brand.name }}", encoding="utf-8")
    (tmp_path / "card.mjml.swp").write_bytes(b"\xff\x00")
    found = lint_templates(make_press(templates=tmp_path))
    assert [(f.check, Path(f.template).name) for f in found] == [("stranger", "cards.mjml")]


@pytest.mark.parametrize("name", ["card", "lead", "section", "overflow"])
def test_a_file_of_an_older_name_is_an_error_that_says_the_new_one(
    tmp_path: Path, make_press: MakePress, name: str
) -> None:
    (tmp_path / f"{name}.mjml").write_text("<mj-section></mj-section>", encoding="utf-8")
    (found,) = lint_templates(make_press(templates=tmp_path))
    assert (found.severity, Path(found.template).name) == ("error", f"{name}.mjml")
    assert f"the template is {name}.html now" in found.message


def test_an_include_of_an_older_name_says_the_new_one(
    tmp_path: Path, make_press: MakePress
) -> None:
    shipped = (SHIPPED / "issue.mjml").read_text("utf-8")
    below = '<mj-include path="footer.mjml" />'
    old = shipped.replace(below, f'<mj-include path="card.mjml" />{below}')
    (tmp_path / "issue.mjml").write_text(old, encoding="utf-8")
    found = lint_templates(make_press(templates=tmp_path))
    assert any("it is card.html now" in f.message for f in found if f.severity == "error")


def test_a_sum_that_cannot_be_done_is_a_template_error(
    tmp_path: Path, make_press: MakePress, make_issue: MakeIssue
) -> None:
    (tmp_path / "actions.html").write_text("{{ paper.url + 1 }}", encoding="utf-8")
    with pytest.raises(TemplateError, match="cannot be rendered"):
        make_issue([paper(1)], of=make_press(templates=tmp_path))


def test_a_field_that_papers_do_not_have_is_found_by_the_specimen(
    tmp_path: Path, make_press: MakePress
) -> None:
    (tmp_path / "actions.html").write_text("<p>\n{{ paper.pages }}</p>", encoding="utf-8")
    found = lint_templates(make_press(templates=tmp_path))
    assert any("pages" in f.message and f.severity == "error" for f in found)


def test_a_missing_template_folder_is_refused(tmp_path: Path, make_press: MakePress) -> None:
    with pytest.raises(SettingsError, match="there is no folder"):
        make_press(templates=tmp_path / "none")


def test_a_template_that_includes_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mjml").write_text('<mj-include path="a.mjml"/>', encoding="utf-8")
    with pytest.raises(TemplateError, match="includes itself"):
        Templates(tmp_path).html("a.mjml")
