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


LONG = "seismology of deep sea basins"


@pytest.mark.parametrize(
    ("title", "abstract", "standing", "missing"),
    [
        ("", "On the seismology of deep sea basins.", "phrase", ()),
        ("Seismology", "All of deep sea basins, and seismology of other kinds.", "close", ()),
        ("", "Seismology for deep-sea basins.", "close", ()),
        (
            "Seismology",
            "Seismology: who would ever want to go to the deep sea basins?",
            "apart",
            (),
        ),
        ("Deep sea basins", "Seismology.", "apart", ()),
        ("Deep sea", "Seismology of basins.", "apart", ()),
        ("", "Seismology of the deep sea.", "part", ("basins",)),
        ("", "The seismology of one sea.", "part", ("deep", "basins")),
    ],
)
def test_only_where_all_of_a_long_keyword_stands_together_it_is_a_phrase(
    title: str, abstract: str, standing: str, missing: tuple[str, ...]
) -> None:
    index = Index.build([Paper(1, title, abstract)], Background.empty())
    told = {(each.standing, each.missing) for each in index.explain(parse(LONG), 1).reasons}
    assert told == {(standing, missing)}


@pytest.mark.parametrize(
    ("keyword", "paper", "standing"),
    [
        ("theory of mind", Paper(1, "", "A theory of mind for robots."), "phrase"),
        ("theory of mind", Paper(1, "", "Mind the theory."), "close"),
        ("tidal gauges", Paper(1, "", "", keywords=("tidal gauges",)), "phrase"),
        ("tidal gauges", Paper(1, "", "", keywords=("tidal", "gauges")), "apart"),
        ("muddy tidal gauges", Paper(1, "Muddy tidal ponds", "Tidal gauges."), "apart"),
        ("muddy tidal gauges", Paper(1, "Tidal gauges", "Loss that is muddy."), "apart"),
    ],
)
def test_words_are_together_only_where_one_text_has_them_all(
    keyword: str, paper: Paper, standing: str
) -> None:
    index = Index.build([paper], Background.empty())
    told = {each.standing for each in index.explain(parse(keyword), 1).reasons}
    assert told == {standing}


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
