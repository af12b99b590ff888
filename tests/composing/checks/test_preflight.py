from dataclasses import replace
from pathlib import Path

import pytest

from digest.composing.checks.client_support import support_findings, unsupported
from digest.composing.checks.finding import Finding
from digest.composing.checks.html_checks import html_findings, leftover_findings, text_findings
from digest.composing.checks.preflight import (
    CardChecks,
    lint_templates,
    mail_problem,
    preflight,
    proof_findings,
)
from digest.composing.compose import Renderers
from digest.composing.proofs.proof import Proof, proof
from digest.mail import Fragment
from tests.composing.conftest import DAY, SHIPPED, MakeIssue, MakePress, paper, picked

PAGE = (
    '<html lang="en"><head><meta name="viewport" content="x"><meta name="color-scheme" '
    'content="light dark"></head><body style="background-color:#ffffff;">{}</body></html>'
)


def checks(found: list[Finding]) -> set[str]:
    return {finding.check for finding in found}


def test_what_is_shipped_is_clean(press: Renderers, make_press: MakePress) -> None:
    assert lint_templates(press) == []
    assert lint_templates(make_press(base_url=None, tone="warm", logo="https://example.org/l.png",
                           logo_alt="Digest")) == []  # fmt: skip


def test_an_edition_of_good_issues_is_clean(press: Renderers, make_issue: MakeIssue) -> None:
    issues = [make_issue([paper(n), paper(n + 1)], language=("en", "de")[n % 2]) for n in range(30)]
    assert preflight(press.edition(1, DAY), issues) == []


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("<img src='https://example.org/a.png'>", "alt"),
        ("<img alt='' src='https://example.org/a.png' width='1'>", "tracking"),
        ("<table><tr><td>x</td></tr></table>", "role"),
        ("<h1>x</h1><h3>y</h3>", "headings"),
        ("<h2>x</h2>", "headings"),
        ("<h1>x</h1><h1>y</h1>", "headings"),
        ("<a href='javascript:x'>y</a>", "link"),
        ("<a href=''>y</a>", "link"),
        ("<a href='https://'>y</a>", "link"),
        ("<p style='color:#999999'>pale</p>", "contrast"),
        ("<p style='color:#ffffff;background-color:#ffee00'>pale</p>", "contrast"),
        ("<script>x</script>", "element"),
        ("<form></form>", "element"),
        ("<style>" + "a{color:red}" * 2000 + "</style>", "style-size"),
    ],
)
def test_each_fault_of_a_page_is_found(body: str, check: str) -> None:
    assert checks(html_findings(PAGE.format("<p>fine</p>"))) == set()
    assert checks(html_findings(PAGE.format(body))) == {check}


def test_a_page_without_a_language_is_found() -> None:
    assert "lang" in checks(html_findings(PAGE.replace(' lang="en"', "").format("")))


@pytest.mark.parametrize("text", ["{{ x }}", "{% if %}", "<mj-text>", "\ue100", "{name}", "%(n)s"])
def test_leftovers_of_templates_are_found(text: str) -> None:
    assert list(leftover_findings(f"some {text} here", "text part"))


def test_features_that_clients_lack_are_named_with_the_clients() -> None:
    (found,) = support_findings('<p style="display:flex">x</p>')
    assert "css-display-flex" in found.message
    assert "outlook windows" in found.message
    assert unsupported("css-display-flex") != []
    assert not list(support_findings('<p style="color:#000000;font-weight:700">x</p>'))
    assert list(support_findings("<style>@font-face { src: x }</style>"))


def test_overlong_lines_of_text_are_found_but_not_links() -> None:
    assert (
        len(list(text_findings("word " * 20 + "\n" + "see https://example.org/" + "x" * 80))) == 1
    )


def test_html_and_text_must_have_the_same_papers_and_links(make_issue: MakeIssue) -> None:
    issue = make_issue([paper(1), paper(2)])
    mail = proof(issue)
    leave = (issue.fills["unsubscribe"],)
    assert not list(proof_findings(mail, leave))
    cut = replace(mail, text=mail.text.replace("part 2", "part"))
    assert "parity" in checks(list(proof_findings(cut, leave)))
    cut = replace(mail, text=mail.text.replace("https://example.org/code/2", ""))
    assert "parity" in checks(list(proof_findings(cut, leave)))


def test_a_mail_that_hides_the_way_out_is_found(make_issue: MakeIssue) -> None:
    issue = make_issue([paper(1)])
    assert mail_problem(issue) is None
    broken = issue._replace(fills={**issue.fills, "unsubscribe": ""})
    assert "no way to unsubscribe" in str(mail_problem(broken))
    mail = proof(issue._replace(fragments=issue.fragments[:-1]))
    found = list(proof_findings(mail, (issue.fills["unsubscribe"],)))
    assert "unsubscribe" in checks(found)


def test_a_mail_that_gmail_would_clip_is_found() -> None:
    page = PAGE.format("<p>" + "word " * 22_000 + "</p>")
    assert "size" in checks(list(proof_findings(Proof("s", page, ""), ())))


def test_a_subject_must_be_one_printable_line() -> None:
    for wrong in ("", "  ", "a\nb"):
        found = list(proof_findings(Proof(wrong, PAGE.format(""), ""), ()))
        assert "subject" in checks(found)


def _press_with(make_press: MakePress, folder: Path, card: str) -> Renderers:
    """Make a press whose cards hold something of ours."""
    shipped = (SHIPPED / "card.html").read_text()
    (folder / "card.html").write_text(shipped.replace("<h3", f"{card}<h3"))
    return make_press(templates=folder)


@pytest.mark.parametrize(
    "asks",
    ['"/code/37" in paper.all_links[-1].url', '"part 37" in paper.title'],
    ids=["of what is the same for all readers", "of what differs"],
)
def test_one_bad_card_among_many_is_found(
    make_press: MakePress, make_issue: MakeIssue, tmp_path: Path, asks: str
) -> None:
    pale = f"{{% if {asks} %}}<p style='color:#eeeeee'>pale</p>{{% endif %}}"
    press = _press_with(make_press, tmp_path, pale)
    cards = CardChecks()
    edition = press.edition(1, DAY, on_card=cards.add)
    first = [make_issue([paper(1), paper(n)], edition=edition) for n in range(2, 30)]
    assert preflight(edition, first) == cards.findings(edition) == []
    for number in range(30, 60):
        make_issue([paper(1), paper(number)], edition=edition)
    assert checks(cards.findings(edition)) == {"contrast"}


def test_each_card_is_looked_at_once_and_before_its_mail_leaves(
    make_press: MakePress, make_issue: MakeIssue
) -> None:
    seen: list[Fragment] = []
    edition = make_press().edition(1, DAY, on_card=lambda language, card: seen.append(card))
    make_issue([paper(1), paper(2)], edition=edition)
    assert len(seen) == 2
    again = picked(paper(1)), replace(picked(paper(2)), spans=(), reasons=())
    make_issue([paper(1), paper(2)], picks=list(again), edition=edition)
    assert len(seen) == 2
    make_issue([paper(2), paper(3)], edition=edition)  # 2 leads now
    assert len(seen) == 4
