import re
from collections.abc import Callable
from dataclasses import replace

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.composing.checks.html_checks import links_of, words_of
from digest.composing.checks.preflight import proof_findings
from digest.composing.checks.specimen import SpecimenLinks
from digest.composing.compose import Recipient, Renderers, compose, compose_quiet
from digest.composing.proofs.proof import proof
from digest.mail import HOLES, Issue
from digest.papers import Link, Paper
from digest.ranking.interface import Pick, Reason, Span
from tests.composing.conftest import DAY, NOW, MakeIssue, MakePress, paper, picked


def test_papers_come_in_the_order_of_the_picks(make_issue: MakeIssue) -> None:
    papers = [paper(n) for n in (5, 3, 9)]
    issue = make_issue(papers)
    assert issue.papers == (5, 3, 9)
    mail = proof(issue)
    for part in (words_of(mail.html), mail.text):
        places = [part.index(f"part {p.id}") for p in papers]
        assert places == sorted(places)


def test_the_lead_is_larger_and_has_no_button(make_issue: MakeIssue) -> None:
    html = proof(make_issue([paper(1), paper(2)])).html
    first, second = re.findall(r"<h3[^>]*font-size:(\d+)px", html)
    assert int(first) > int(second)
    assert "Find the paper" not in html


def test_the_text_says_whether_the_papers_address_is_known(make_issue: MakeIssue) -> None:
    known = paper(1, links=(Link("paper", "https://example.org/p"),))
    assert "Paper: https://example.org/p\n" in proof(make_issue([known])).text
    assert "Find the paper: https://" in proof(make_issue([paper(1)])).text


def test_matched_words_are_marked_and_named(make_issue: MakeIssue) -> None:
    some = paper(2, "Tides and <tags>", "We measure tides and <tags>.")
    pick = replace(picked(some), spans=(Span("title", 0, 5), Span("abstract", 11, 16)))
    mail = proof(make_issue([some], picks=[pick]))
    assert re.search(r'We measure <b class="hit"[^>]*>tides</b> and &lt;tags&gt;', mail.html)
    assert ">Tides and &lt;tags&gt;</a>" in mail.html, "nothing is marked in a title"
    assert "You follow Tides" in mail.text
    assert "Tides and <tags>" in mail.text


def test_trending_papers_stand_under_their_own_heading(make_issue: MakeIssue) -> None:
    papers = [paper(1), paper(2)]
    picks = [picked(papers[0]), Pick(2, 0.0, "trending")]
    words = words_of(proof(make_issue(papers, picks=picks)).html)
    heading = words.index("Also today, outside your keywords")
    assert words.index("part 1") < heading < words.index("part 2")
    assert "1 paper for your keywords" in words


def test_a_reason_by_meaning_or_liking_is_said_so(make_issue: MakeIssue) -> None:
    picks = [
        Pick(1, 0.5, "picked", (Reason('"oceans"^2', "meaning", 0.5),)),
        Pick(2, 0.4, "picked", (Reason("tides", "likes", 0.4),)),
    ]
    text = proof(make_issue([paper(1), paper(2)], picks=picks)).text
    assert "Close in meaning to oceans" in text
    assert "Like papers that you asked for more of" in text


def test_the_same_match_is_rendered_once_and_another_match_again(press: Renderers) -> None:
    edition = press.edition(1, DAY)
    some = paper(1, "Tides and tables")
    by_number = {1: some}

    def made(pick: Pick, reader: int) -> Issue:
        who = Recipient(reader, "ada@example.org")
        return compose(who, edition, [pick], by_number, now=NOW, links=SpecimenLinks())

    first, second = made(picked(some), 1), made(picked(some, score=0.9), 2)
    assert all(a is b for a, b in zip(first.fragments, second.fragments, strict=True))
    other = Pick(1, 0.5, "picked", (Reason("tables", "title", 0.5),), (Span("title", 10, 16),))
    assert made(other, 3).fragments != first.fragments


def test_every_personal_address_is_a_hole_until_filled(make_issue: MakeIssue) -> None:
    issue = make_issue([paper(1)])
    joined = "".join(f.html + f.text for f in issue.fragments)
    assert issue.fills["token"] not in joined
    assert "ada@example.org" not in joined
    assert f"/m/{HOLES['token']}/more/1" in joined


def test_with_a_base_url_every_action_has_its_link(make_issue: MakeIssue) -> None:
    issue = make_issue([paper(4)])
    own = f"https://digest.example.org/m/{issue.fills['token']}/"
    links = links_of(proof(issue).html)
    for action in ("more/4", "less/4", "preferences", "read", "unsubscribe"):
        assert own + action in links
    assert issue.unsubscribe_url == own + "unsubscribe"
    assert issue.web_url == own + "read"


def test_without_a_base_url_only_a_mailto_leaves(
    make_press: MakePress, make_issue: MakeIssue
) -> None:
    issue = make_issue([paper(4)], of=make_press(base_url=None))
    links = links_of(proof(issue).html)
    assert not [link for link in links if "/m/" in link]
    assert [link for link in links if link.startswith("mailto:")] == [issue.unsubscribe_mailto]
    assert issue.unsubscribe_url is None


def test_a_reader_gets_their_own_language_else_the_default(make_issue: MakeIssue) -> None:
    german = make_issue([paper(1)], language="de-AT")
    assert german.language == "de"
    assert "1 Paper zu Ihren Stichwörtern" in proof(german).html
    assert "Mo., 2. März" in proof(german).text
    assert make_issue([paper(1)], language="tlh").language == "en"


def test_a_huge_issue_is_trimmed_from_the_end_and_says_so(
    make_press: MakePress, make_issue: MakeIssue
) -> None:
    long = "A sentence that goes on for some time before it ends, at last. " * 40
    papers = [paper(n, abstract=long, title=f"Title {n} " + "word " * 50) for n in range(1, 51)]
    issue = make_issue(papers, of=make_press(max_html_bytes=50_000))
    mail = proof(issue)
    assert len(mail.html.encode()) < 50_000
    assert 0 < len(issue.papers) < 50
    assert issue.papers == tuple(range(1, len(issue.papers) + 1))
    assert f"{50 - len(issue.papers)} more papers did not fit" in mail.html
    assert f"{50 - len(issue.papers)} more papers did not fit" in mail.text


def test_abstracts_are_trimmed_before_papers(make_press: MakePress, make_issue: MakeIssue) -> None:
    papers = [paper(n, abstract="One sentence, and no more. " * 20) for n in range(1, 11)]
    whole = make_issue(papers)
    small = make_issue(papers, of=make_press(max_html_bytes=27_500))
    assert small.papers == whole.papers
    assert len(proof(small).html) < len(proof(whole).html)


def test_an_empty_issue_is_refused(press: Renderers) -> None:
    with pytest.raises(ValueError, match="nothing was picked for reader 1"):
        compose(Recipient(1, "a@example.org"), press.edition(1, DAY), [], {}, now=NOW,
                links=SpecimenLinks())  # fmt: skip


def test_without_a_matched_word_the_nearest_sentence_is_shown(
    make_press: MakePress, make_issue: MakeIssue
) -> None:
    some = paper(1, abstract="First we look. Then the tide comes in. It goes out.")
    near = Span("abstract", 15, 38)
    pick = Pick(1, 0.5, "picked", (Reason("sea", "meaning", 0.5),), (), closest_sentence=near)
    html = proof(make_issue([some], picks=[pick], of=make_press(cards="abstract"))).html
    assert re.search(r'<span class="hit"[^>]*>Then the tide comes in.</span> It goes', html)


@pytest.mark.parametrize("cause", ["quiet", "no_match", "source_failed"])
def test_a_quiet_day_is_told_with_its_cause(press: Renderers, cause: str) -> None:
    issue = compose_quiet(
        Recipient(1, "ada@example.org", language="de"),
        press.edition(4, DAY),
        cause,  # type: ignore[arg-type]
        now=NOW,
        links=SpecimenLinks(),
    )
    assert issue.papers == ()
    assert not list(proof_findings(proof(issue), (issue.fills["unsubscribe"],)))


@pytest.mark.parametrize("kind", ["daily", "weekly", "welcome"])
def test_each_kind_of_issue_has_its_own_heading(press: Renderers, kind: str) -> None:
    edition = press.edition(4, DAY, kind)  # type: ignore[arg-type]
    some = paper(1)
    issue = compose(Recipient(1, "ada@example.org"), edition, [picked(some)], {1: some}, now=NOW,
                    links=SpecimenLinks())  # fmt: skip
    expected = {"daily": "for your keywords", "weekly": "The week", "welcome": "Welcome"}
    assert expected[kind] in proof(issue).html


nasty = st.one_of(
    st.text(min_size=1, max_size=120),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "{{ 7*7 }} {% raw %}",
            "a\r\nBcc: x@example.org",
            "\u202eright to left",
            "x" * 400,
            "\ue100\ue106",
            '"><img src=x>',
            "$\\frac{a}{b}$ & 20% ≤ 3",
            "]]> <!-- -->",
        ]
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(nasty, nasty), min_size=1, max_size=4), nasty, st.integers(-3, 50))
def test_whatever_comes_from_outside_the_mail_is_sound(
    make_issue: Callable[..., Issue], texts: list[tuple[str, str]], keyword: str, at: int
) -> None:
    papers = [
        Paper(n, title, abstract, authors=(keyword,), links=(Link("paper", keyword),))
        for n, (title, abstract) in enumerate(texts, 1)
    ]
    picks = [
        Pick(p.id, 1.0, "picked", (Reason(keyword, "title", 1.0),),
             (Span("title", at, at + 9), Span("abstract", at, at + 20)))
        for p in papers
    ]  # fmt: skip
    issue = make_issue(papers, picks=picks, name=keyword)
    mail = proof(issue)
    found = [
        f for f in proof_findings(mail, (issue.fills["unsubscribe"],)) if f.severity == "error"
    ]
    assert not found
    html5lib.HTMLParser(strict=False).parse(mail.html)
    assert "<script" not in mail.html
    assert "\n" not in issue.subject + issue.to_name


def test_a_venue_is_a_fact_beside_the_day(make_issue: MakeIssue) -> None:
    told = paper(1, authors=("Ann Moss",), published=DAY, venue="Tests & Trials 2026")
    mail = proof(make_issue([told]))
    for words in (words_of(mail.html), mail.text):
        assert words.index("Ann Moss") < words.index("Tests & Trials 2026")
    assert "Tests & Trials" not in words_of(proof(make_issue([paper(1)])).html)


def test_a_reader_may_have_abstracts_where_others_have_what_came_of_papers(
    press: Renderers, make_issue: MakeIssue
) -> None:
    some = paper(1, "Tides", "Tides are old. In this paper, we propose a gauge for them.")
    edition = press.edition(1, DAY)
    usual, asked, again = (
        proof(make_issue([some], edition=edition, cards=cards)).text
        for cards in (None, "abstract", "summary")
    )
    assert "We propose a gauge for them." in usual
    assert "Tides are old." not in usual
    assert "Tides are old. In this paper, we propose a gauge for them." in asked
    assert again == usual
