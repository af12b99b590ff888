"""Why a paper is, or is not, in an issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.choosing.choose import Limits
from digest.choosing.why import (
    AlreadySent,
    Answer,
    BelowFloor,
    CrowdedOut,
    Excluded,
    Lacking,
    NoMatch,
    NotOffered,
    Picked,
    explain_absence,
    sentence,
)
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from subscribers.profile import parse

PAPERS = [
    Paper(1, "Tides in Estuaries", "We measure tides.", upvotes=3),
    Paper(2, "Tides on the Moon", "There are none, but the crust moves with the tides of Earth."),
    Paper(3, "Birds of the Coast", "A census near the tide line."),
]
INDEX = Index.build(PAPERS, Background.of(PAPERS))
Sent = Mapping[int, tuple[datetime | None, int | None]]
LIMITS = Limits(max_papers=10, min_papers=0, floor=0.0)


def asked(text: str, number: int, sent: Sent | None = None, **limits: object) -> Answer:
    held = replace(LIMITS, **limits)  # type: ignore[arg-type]
    return explain_absence(parse(text), number, INDEX, limits=held, sent=sent)


def test_a_pick_is_answered_with_its_place_and_reasons() -> None:
    answer = asked("estuaries", 1)
    assert isinstance(answer, Picked)
    assert answer.place == 1
    assert "estuaries in title" in sentence(answer, {})


def test_an_excluded_paper_names_the_word() -> None:
    assert asked("tides, -moon", 2) == Excluded(("moon",))


def test_a_missing_required_word_is_named() -> None:
    assert asked("tides, +birds", 1) == Lacking(("birds",))


def test_a_paper_that_was_sent_says_when() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    answer = asked("tides", 1, sent={1: (at, 4)})
    assert answer == AlreadySent(at, 4)
    assert sentence(answer, {}) == "they have had it on 2026-03-01 in edition 4"


def test_a_paper_of_no_edition_is_not_offered() -> None:
    assert asked("tides", 99) == NotOffered()


def test_a_paper_without_a_match_says_so() -> None:
    assert asked("estuaries", 3) == NoMatch()


def test_a_weak_match_is_below_the_floor() -> None:
    assert isinstance(asked("tides", 3, floor=3.0), BelowFloor)


def test_a_full_issue_names_what_crowded_the_paper_out() -> None:
    answer = asked("tides", 3, max_papers=1)
    assert isinstance(answer, CrowdedOut)
    assert [pick.paper for pick in answer.by] == [1]
    assert "Tides in Estuaries" in sentence(answer, {1: "Tides in Estuaries"})


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_answer_has_a_sentence(number: int) -> None:
    assert sentence(asked("tides, -moon", number, max_papers=1), {})


def test_a_part_of_a_keyword_is_said_with_what_is_not_there() -> None:
    index = Index.build([Paper(1, "Waves", "Seismology of the deep sea.")], Background.empty())
    profile = parse("seismology of deep sea basins")
    told = sentence(explain_absence(profile, 1, index, limits=LIMITS, sent=None), {})
    assert "(part of it, without “basins”) in abstract" in told
    assert "phrase" not in told
