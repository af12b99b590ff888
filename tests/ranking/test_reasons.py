"""Explanations: exact, in order, and one object for all readers whom a paper finds alike."""

from __future__ import annotations

import pytest

from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from digest.ranking.interface import Span
from subscribers.profile import parse

PAPERS = [
    Paper(1, "Tides and pre-trained models", "We pretrain models of tides. Rocks are hard."),
    Paper(
        2,
        "Birds",
        "Wings.",
        authors=("Ada Lovelace",),
        organisations=("University of Tests", "Moss Labs"),
    ),
]
INDEX = Index.build(PAPERS, Background.of(PAPERS))


def test_the_order_of_the_keywords_makes_no_other_explanation() -> None:
    one, other = parse("tides, models, wings"), parse("models, wings, tides")
    assert INDEX.grounds(one, [1])[0] is INDEX.grounds(other, [1])[0]


def test_weights_change_the_reasons_and_not_what_is_marked() -> None:
    equal, weighed = (INDEX.explain(parse(t), 1) for t in ("tides, rocks", "tides, rocks^0.5"))
    assert equal.reasons != weighed.reasons
    assert equal.spans is weighed.spans


def test_a_keyword_with_no_word_in_the_paper_changes_nothing() -> None:
    one, other = parse("tides"), parse("tides, wings")
    assert INDEX.grounds(one, [1])[0] is INDEX.grounds(other, [1])[0]


def test_reasons_of_one_text_add_up() -> None:
    bag, phrase = "models of tides", '"models of tides"'
    alone = [INDEX.explain(parse(text), 1) for text in (bag, phrase)]
    both = INDEX.explain(parse(f"{bag}, {phrase}"), 1)
    names = [(reason.keyword, reason.field) for reason in both.reasons]
    assert len(names) == len(set(names))
    assert both.score == pytest.approx(sum(each.score for each in alone))


@pytest.mark.parametrize(
    ("abstract", "standing"),
    [
        ("Robot manipulation at home.", "phrase"),
        ("Manipulation by a robot.", "close"),
        ("A robot is asked to cook, to clean, and at last for some manipulation.", "apart"),
    ],
)
def test_reasons_tell_how_the_words_of_a_keyword_stand_in_a_paper(
    abstract: str, standing: str
) -> None:
    index = Index.build([Paper(1, "At work", abstract)], Background.empty())
    for text, expected in (("robot manipulation", standing), ("robot", "")):
        reasons = index.explain(parse(text), 1).reasons
        assert {reason.standing for reason in reasons} == {expected}


def test_reasons_stand_strongest_first_and_equal_ones_by_keyword() -> None:
    reasons = INDEX.explain(parse("tides, rocks, hard, birds"), 1).reasons
    assert list(reasons) == sorted(reasons, key=lambda r: (-r.gain, r.keyword, r.field))
    assert [r.keyword for r in reasons if r.field == "abstract"] == ["hard", "rocks", "tides"]


def test_an_author_is_a_reason_of_their_own() -> None:
    why = INDEX.explain(parse('author:"Ada Lovelace"'), 2)
    assert [reason.field for reason in why.reasons] == ["authors"]
    assert why.spans == ()


def test_an_organisation_is_a_reason_of_its_own() -> None:
    why = INDEX.explain(parse('org:"tests university", author:tests'), 2)
    assert [(r.keyword, r.field) for r in why.reasons] == [("tests university", "organisations")]
    assert INDEX.explain(parse("org:lovelace"), 2).reasons == ()
    assert INDEX.explain(parse("org:tests"), 1).reasons == ()


@pytest.mark.parametrize(
    ("keywords", "marked"),
    [
        ("pretrained", ["pre-trained", "pretrain"]),
        ('"models of tides"', ["models of tides"]),
        ("pretrain rocks, model", ["pre-trained", "models", "pretrain", "models", "Rocks"]),
        ("tides models", ["Tides", "models", "models", "tides"]),
        ("title:tides", ["Tides"]),
        ('"tides of models"', []),
    ],
)
def test_what_is_marked_is_what_stands_there(keywords: str, marked: list[str]) -> None:
    texts = {"title": PAPERS[0].title, "abstract": PAPERS[0].abstract}
    spans = INDEX.explain(parse(keywords), 1).spans
    assert [texts[span.field][span.start : span.end] for span in spans] == marked


def test_marks_that_overlap_are_one() -> None:
    spans = INDEX.explain(parse('"models of", "of tides"'), 1).spans
    start = PAPERS[0].abstract.index("models of tides")
    assert spans == (Span("abstract", start, start + len("models of tides")),)
