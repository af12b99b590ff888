"""What is shown of a result's sentence says what the sentence does, or nothing is shown."""

from __future__ import annotations

import pytest

from digest.summarising.points import keeps_its_point

# The bar is where the sentence was cut.
KEPT = [
    "ShellNet outperforms hand sorting on three beaches|, two of which are long",
    "We show that ShellNet improves the order of shells| on three beaches",
    "Through tests on two beaches, ShellNet reduces the time for each box| by half",
    "On long beaches, we find that most shells are older than the pebbles| of their colour",
    "ShellNet (i) improves the order and (ii) reduces the time| of each box",
    "The network is shown to improve the order of shells| in boxes",
]
LOST = [
    "Despite reaching high scores on the old pictures| ShellNet improves nothing on new ones",
    "By improving the order of the boxes| we find more shells",
    "In old boxes of shells this is achieved| by washing them",
    "We find that, while some shells improve| others do not",
    "While the order is proved for shells, pebbles of all sizes| need other rules",
    "All shells can be recovered from pictures| if the beaches are long",
    "ShellNet outperforms hand sorting| only when it rains",
    "We show by experiments on beaches| that shells are old",
    "Experiments show that shells washed carefully with fresh water from wells| improve the boxes",
    "ShellNet improves the order of shells: when they are washed| they shine",
    "We show that ShellNet (i) improves the order of all shells| and (ii) of pebbles",
    "ShellNet improves| the order",
    "We sort the boxes of shells to improve the order| of pebbles",
]


@pytest.mark.parametrize("sentence", KEPT)
def test_a_piece_with_its_main_clause_is_shown(sentence: str) -> None:
    shown, left_out = sentence.split("|")
    assert keeps_its_point(shown + "…", left_out)


@pytest.mark.parametrize("sentence", LOST)
def test_a_piece_without_its_point_is_not(sentence: str) -> None:
    shown, left_out = sentence.split("|")
    assert not keeps_its_point(shown + "…", left_out)
