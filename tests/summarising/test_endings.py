"""No shown sentence ends on a word, a number or a bracket that awaits more."""

from __future__ import annotations

import pytest

from digest.summarising.clauses import shortened, whole_clauses
from digest.summarising.endings import may_end

# What is before the bar may not be shown alone.
AWAITING = [
    "Zeta finds a fact among| 200,000 tokens",
    "Zeta finds a fact among 200|,000 tokens of text",
    "Zeta finds a fact among 200,000| tokens of text",
    "Zeta runs at 1.4| times the speed",
    "the error falls by 3.2| points",
    "Zeta is tested on ~40| beaches",
    "it costs $5| per beach",
    "Zeta beats the| others",
    "shells (of five| beaches) are sorted",
    "where $a + b| + c$ holds",
    "Zeta sorts both shells| and pebbles",
    "the trade-off between speed| and size",
    "Zeta not only sorts| but counts shells",
    "Zeta achieves competitive| accuracy",
    "on benchmarks of historical| shells",
    "this leads to a rich| and stable order",
    "Zeta learns faster than| others",
    "shells are sorted when trained| on pictures",
    "shells are old; formally| we say",
    "Zeta outperforms| others",
    "it is sorted simply| by hand",
    "we study e.g.| shells",
    "Zeta sortiert Muscheln mit| der Hand",
    "Zeta trie les| coquillages",
    "reaches state-of-the-art| results",
]
STANDING = [
    "Zeta sorts shells| by colour",
    "Zeta sorts 40 shells| in a box",
    "Zeta is robust| and small",
    "its order is competitive| with ours",
    "Zeta beats the state-of-the-art| on beaches",
    "the trade-off between speed and size| on beaches",
    "Zeta sorts both shells and pebbles| by colour",
    "a shell| and a pebble",
    "Zeta (a network) sorts shells| on beaches",
    "Zeta reaches 200, 300|, and 400 shells",
    "tested on CIFAR-10| and others",
]


@pytest.mark.parametrize("text", AWAITING)
def test_what_awaits_more_is_no_end(text: str) -> None:
    before, after = text.split("|")
    assert not may_end(before + after, len(before))


@pytest.mark.parametrize("text", STANDING)
def test_what_stands_alone_is_an_end(text: str) -> None:
    before, after = text.split("|")
    assert may_end(before + after, len(before))


@pytest.mark.parametrize("limit", range(12, 90))
def test_no_limit_cuts_inside_a_number_or_before_its_noun(limit: int) -> None:
    text = (
        "Zeta finds a fact among 200,000 tokens at 1.4 times the speed (of 2 boxes), on 3 beaches."
    )
    shown = shortened(text, limit)
    assert not shown.rstrip("….").endswith(
        (
            "200",
            "200,000",
            "1",
            "1.4",
            "2",
            "3",
            " a",
            " among",
            " at",
            " the",
            " of",
            "(of 2 boxes",
        )
    )


def test_without_the_end_of_a_phrase_there_are_no_whole_clauses() -> None:
    assert whole_clauses("Zeta finds shells and pebbles", 40) == "Zeta finds shells and pebbles"
    assert whole_clauses("Zeta finds astonishingly colourful shells", 30) == ""
