"""Strict, normal and wide: what each asks of a paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from digest.choosing.breadth import required
from digest.choosing.choose import Limits
from digest.choosing.editor import Editor, IssueFor, Knowledge, Offer
from digest.choosing.why import ByMeaningAlone, sentence
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.semantics import Semantics
from subscribers.store import Breadth, Subscriber

WORDS = Paper(1, "Tides in Estuaries", "We measure tides in estuaries for a year.")
MEANING = Paper(2, "How the Sea Rises", "The pull of the moon lifts the water twice a day.")
OFF = Paper(3, "Birds of the Coast", "A census of nests.")
PAPERS = [WORDS, MEANING, OFF]


class TwoSubjects:
    """Embeds what speaks of the sea in one direction, all else in another."""

    name = "two subjects"
    width = 2

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        sea = [any(word in text.lower() for word in ("tide", "sea", "moon")) for text in texts]
        return np.array([[1, 0] if each else [0, 1] for each in sea], np.float32)


def editor(floor: float = 0.3) -> Editor:
    model = TwoSubjects()
    knowledge = Knowledge(Background.of(PAPERS), None, Semantics(model))
    return Editor(lambda since, upto: PAPERS, knowledge, Limits(10, 0, floor))


def due(breadth: Breadth) -> IssueFor:
    return IssueFor(Subscriber(1, "a@example.org", "", "tides", breadth=breadth), 0)


def picked(breadth: Breadth) -> list[int]:
    chosen = editor().choose([due(breadth)], 1)[0][1]
    return [pick.paper for pick in chosen if pick.section == "picked"]


def test_strict_takes_nothing_by_meaning_alone() -> None:
    assert picked("normal") == picked("wide") == [1, 2]
    assert picked("strict") == [1]


def test_what_strict_left_out_says_so() -> None:
    asked = editor()
    answer = asked.why(Offer.of(PAPERS, asked.knowledge), due("strict"), 2, {})
    assert isinstance(answer, ByMeaningAlone)
    assert "by meaning alone" in sentence(answer, {})


def test_readers_of_one_profile_and_another_breadth_get_their_own() -> None:
    wanted: list[Breadth] = ["strict", "normal", "strict"]
    chosen = editor().choose([due(each) for each in wanted], 1)
    assert [len(picks) for _, picks in chosen] == [1, 2, 1]


@pytest.mark.parametrize("floor", [0.0, 0.1, 0.3, 1.0])
def test_the_floor_rises_with_strictness(floor: float) -> None:
    asked: list[Breadth] = ["wide", "normal", "strict"]
    floors = [required(breadth, floor).floor for breadth in asked]
    assert floors == sorted(floors)
    assert floors[1] == floor


def test_a_stricter_reader_gets_no_paper_that_a_wider_one_does_not() -> None:
    asked = editor(0.2)
    offer = Offer.of(PAPERS, asked.knowledge)
    for profile in ("tides", "estuaries, birds", "census of nests, sea"):
        reader = [
            {p.paper for p in asked.choose_from(offer, IssueFor(
                Subscriber(1, "a@example.org", "", profile, breadth=breadth), 0))}
            for breadth in ("strict", "normal", "wide")
        ]  # fmt: skip
        assert reader[0] <= reader[1] <= reader[2]
