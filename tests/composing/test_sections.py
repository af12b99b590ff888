"""Sections by keyword: each paper under what gives it most, and reasons that do not repeat it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from digest.composing.checks.html_checks import words_of
from digest.composing.compose import Renderers
from digest.composing.proofs.proof import proof
from digest.composing.sections import AT_LEAST, Topic, sections_of, topic_of
from digest.ranking.background import Background
from digest.ranking.index import Index
from digest.ranking.interface import Field, Pick, Reason, Standing
from subscribers.profile import parse
from tests.composing.conftest import DAY, MakeIssue, paper


def pick(number: int, *reasons: tuple[str, Field, float]) -> Pick:
    made = tuple(Reason(*each) for each in reasons)
    return Pick(number, sum(each.gain for each in made), "picked", made)


ISSUE = [
    pick(1, ("tides", "title", 0.4), ("sea", "abstract", 0.1), ("tides", "abstract", 0.1)),
    pick(2, ("sea", "abstract", 0.3), ("tides", "abstract", 0.2)),
    pick(3, ('"tides"^2', "abstract", 0.3)),
    pick(4, ("sea", "meaning", 0.2)),
    Pick(5, 0.1, "picked", (Reason("liked", "likes", 0.1),)),
    Pick(6, 0.0, "trending"),
]


def test_each_paper_stands_under_the_keyword_that_gives_it_most() -> None:
    found = [(each.kind, each.name, each.places) for each in sections_of(ISSUE)]
    assert found == [
        ("keyword", "tides", (0, 2)),
        ("keyword", "sea", (1, 3)),
        ("likes", "", (4,)),
        ("trending", "", (5,)),
    ]


def test_what_a_keyword_gives_in_several_places_adds_up() -> None:
    found = topic_of(pick(1, ("a", "title", 0.3), ("b", "title", 0.2), ("b", "meaning", 0.2)))
    assert found == Topic("b")
    assert topic_of(Pick(1, 0.0, "trending")) is None


def test_a_short_issue_has_no_sections_by_keyword() -> None:
    assert [each.kind for each in sections_of(ISSUE[: AT_LEAST - 1])] == ["picked"]


def test_both_parts_and_the_ledger_have_the_papers_in_the_same_order(make_issue: MakeIssue) -> None:
    papers = [paper(n, f"Title {n}") for n in range(1, 7)]
    issue = make_issue(papers, picks=ISSUE)
    assert issue.papers == (1, 3, 2, 4, 5, 6)
    mail = proof(issue)
    for part in (words_of(mail.html), mail.text):
        assert re.findall(r"Title (\d)", part) == list("132456")
    assert "6 papers, 1 minute: 2 tides · 2 sea" in mail.text
    assert "6 papers, 1 minute: 2 tides · 2 sea" in mail.html


def test_within_a_section_a_reason_names_what_differs(make_issue: MakeIssue) -> None:
    papers = [paper(n, f"Title {n}") for n in range(1, 7)]
    text = proof(make_issue(papers, picks=ISSUE)).text
    reasons = re.findall(r"Title \d\n  .*\n\n.*\n\n  (.*)\n", text)
    assert reasons == [
        "in the title · also sea",
        "in the abstract",
        "also tides",
        "by meaning",
        "Like papers that you asked for more of",
        "Also new today, outside your keywords",
    ]


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ("phrase", "exact phrase"),
        ("close", "words close together"),
        ("apart", "words apart"),
        ("part", "part of it, without the <moon> and sun"),
        ("word", "one word of it"),
    ],
)
def test_a_reason_says_how_the_words_of_a_keyword_stand_in_the_paper(
    make_issue: MakeIssue, standing: Standing, said: str
) -> None:
    one, *rest = ISSUE
    missing = ("the <moon>", "sun") if standing == "part" else ()
    told = [each for each in one.reasons if each.keyword == "tides"]
    first = [replace(each, standing=standing, missing=missing) for each in told]
    papers = [paper(n, f"Title {n}") for n in range(1, 7)]
    picks = [replace(one, reasons=tuple(first)), *rest]
    assert f"  in the title · {said}\n" in proof(make_issue(papers, picks=picks)).text
    alone = proof(make_issue(papers[:1], picks=picks[:1]))
    assert f"You follow tides ({said})" in alone.text
    assert f"tides</b> ({escape(said)})" in alone.html


def grouped(number: int, *reasons: tuple[str, Field, float, str]) -> Pick:
    made = tuple(Reason(k, place, gain, group=group) for k, place, gain, group in reasons)
    return Pick(number, sum(each.gain for each in made), "picked", made)


GROUPED = [
    grouped(1, ("grasping", "title", 0.3, "Robots"), ("sea", "abstract", 0.4, "")),
    grouped(2, ("grasping", "title", 0.3, "Robots"), ("walking", "meaning", 0.2, "Robots"),
            ("sea", "abstract", 0.4, "")),
    grouped(3, ("sea", "title", 0.4, "")),
    grouped(4, ("walking", "abstract", 0.3, "Robots"), ("sea", "meaning", 0.1, "")),
]  # fmt: skip


def test_groups_that_a_reader_named_are_sections_and_their_keywords_are_named(
    make_issue: MakeIssue,
) -> None:
    """What a group's keywords give adds up: `sea` gives paper 2 more than each of them alone."""
    found = [(each.kind, each.name, each.places) for each in sections_of(GROUPED)]
    assert found == [("keyword", "sea", (0, 2)), ("group", "Robots", (1, 3))]
    assert topic_of(GROUPED[1]) == Topic("grasping", "Robots")
    papers = [paper(n, f"Title {n}") for n in range(1, 5)]
    mail = proof(make_issue(papers, picks=GROUPED))
    assert re.findall(r"Title \d\n  .*\n\n.*\n\n  (.*)\n", mail.text) == [
        "also grasping",
        "in the title",
        "grasping · also sea · close to walking",
        "walking · close to sea",
    ]
    assert "2 sea · 2 Robots" in mail.html
    assert words_of(mail.html).index("Robots 2") < words_of(mail.html).index("Title 2")


def test_the_groups_of_a_profile_stand_in_its_reasons() -> None:
    papers = [paper(n, f"On {word}s") for n, word in enumerate(("gripper", "walker", "tide"), 1)]
    index = Index.build(papers, Background.empty().updated(papers))
    profile = parse('Robots: gripper, "walker"^2\ntide')
    found = {n: {each.group for each in index.explain(profile, n).reasons} for n in (1, 2, 3)}
    assert found == {1: {"Robots"}, 2: {"Robots"}, 3: {""}}
    unnamed = parse("gripper, walker, tide")  # the same words asked for by somebody else
    assert {each.group for n in (1, 2, 3) for each in index.explain(unnamed, n).reasons} == {""}


def test_a_lead_alone_under_its_keyword_is_no_section_of_one(make_issue: MakeIssue) -> None:
    picks = [pick(1, ("sand", "title", 0.9)), *[pick(n, ("sea", "title", 0.1)) for n in (2, 3, 4)]]
    papers = [paper(n, f"Title {n}") for n in range(1, 5)]
    mail = proof(make_issue(papers, picks=picks))
    for part in (words_of(mail.html), mail.text):
        assert "Best match: sand" in part
        assert "sand 1" not in part.replace("1 sand", "")
        assert "sea 3" in part


@pytest.mark.parametrize("kind", ["weekly", "welcome"])
def test_a_welcome_and_a_week_keep_their_heading_above_the_sections(
    press: Renderers, make_issue: MakeIssue, kind: str
) -> None:
    edition = press.edition(1, DAY, kind)  # type: ignore[arg-type]
    papers = [paper(n, f"Title {n}") for n in range(1, 7)]
    words = words_of(proof(make_issue(papers, picks=ISSUE, edition=edition)).html)
    heading = "The week’s 6 best" if kind == "weekly" else "Welcome. The best"
    assert words.index(heading) < words.index("tides 2") < words.index("Title 1")


keywords = st.sampled_from(["a", "b", "c", '"a"^2'])
fields: st.SearchStrategy[Field] = st.sampled_from(["title", "abstract", "meaning", "likes"])
reasons = st.lists(st.tuples(keywords, fields, st.floats(-0.1, 1)), max_size=4)


@settings(max_examples=200)
@given(st.lists(reasons, min_size=1, max_size=12), st.integers(0, 3))
def test_no_paper_is_lost_or_overtaken_in_its_section(
    given_reasons: list[list[tuple[str, Field, float]]], fill: int
) -> None:
    picks = [pick(n, *each) for n, each in enumerate(given_reasons)]
    picks += [Pick(100 + n, 0.0, "trending") for n in range(fill)]
    found = sections_of(picks)
    assert sorted(place for each in found for place in each.places) == list(range(len(picks)))
    assert all(list(each.places) == sorted(each.places) for each in found)
    assert found[0].places[0] == 0
    assert [each.places[0] for each in found] == sorted(each.places[0] for each in found)
    for each in found:
        if each.kind == "keyword":
            assert {topic_of(picks[place]) for place in each.places} == {Topic(each.name)}
