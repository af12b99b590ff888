"""What an item weighs beside a profile's heaviest."""

from __future__ import annotations

import pytest

from digest.papers import Paper
from digest.ranking.audience import LEAST_WEIGHT, relative_weights
from digest.ranking.background import Background
from digest.ranking.index import Index
from subscribers.profile import parse


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("bees, wasps", (1.0, 1.0)),
        ("bees^4, wasps^2, ants", (1.0, 0.5, 0.25)),
        ("bees^10, wasps^0.1", (1.0, LEAST_WEIGHT)),
        ("bees^0.2, wasps^0.2", (1.0, 1.0)),
    ],
)
def test_weights_are_shares_of_the_heaviest_and_never_too_little(
    text: str, weights: tuple[float, ...]
) -> None:
    assert relative_weights(parse(text)) == pytest.approx(weights)


def test_a_light_item_beside_a_heavy_one_is_still_found() -> None:
    papers = [
        Paper(1, "Bees at Work", ""),
        Paper(2, "Wasps at Work", ""),
        *(Paper(number, f"Number {number}", "") for number in range(3, 30)),
    ]
    index = Index.build(papers, Background.of(papers))
    heavy, light = index.rank([parse("bees^10, wasps^0.1")])[0].scores[:2]
    assert light >= LEAST_WEIGHT * heavy * 0.5
