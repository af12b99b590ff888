"""Fronts that may be cut, and those that may not."""

from __future__ import annotations

import pytest

from digest.summarising.sentence_fronts import fronts

REST = "we propose Zeta, a small model of shells."
CUTTABLE = [
    "In this paper, ",
    "In this paper ",
    "In this short note, ",
    "Here ",
    "To address this, ",
    "To address these issues, ",
    "To this end, ",
    "However, ",
    "Specifically, ",
    "Motivated by this observation, ",
    "Results: ",
    "METHODS. ",
    "Unlike all earlier work on shells, ",
    "While shells are pretty (and old), ",
    "To address this, in this work, ",
]
NEEDED = [
    "If shells are round, ",
    "When shells are few, ",
    "Under mild conditions, ",
    "For round shells, ",
    "Without any labels, ",
    "On three beaches, ",
    "Given some shells, ",
]


@pytest.mark.parametrize("front", CUTTABLE)
def test_a_front_that_says_nothing_may_be_cut(front: str) -> None:
    assert len(front) in fronts(front + REST)


@pytest.mark.parametrize("front", NEEDED)
def test_a_front_that_limits_the_claim_stays(front: str) -> None:
    assert fronts(front + REST) == []


def test_a_sentence_that_begins_with_the_authors_has_no_front() -> None:
    assert fronts("We sort shells, pebbles and sand, we also count them all day.") == []


def test_what_remains_must_say_something() -> None:
    assert fronts("In this paper, we propose Zeta.") == []


def test_no_cut_inside_brackets() -> None:
    assert fronts("Shells (old ones, we think they are rare indeed today) are sorted by us.") == []
