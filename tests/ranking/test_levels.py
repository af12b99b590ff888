"""How much of an item stands in a paper, and what that makes a match count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.ranking.background import ENOUGH_PAPERS, Background
from digest.ranking.levels import ENOUGH, PART, TELLING, WHOLE, needs_rarest, sureness
from digest.ranking.queries import Neighbours, Term, terms_of
from subscribers.profile import Item


def bag(text: str, neighbours: Neighbours) -> tuple[Term, ...]:
    return terms_of(Item(text, tuple(text.split())), Background.empty(), neighbours)


def test_a_short_item_counts_the_more_the_more_of_it_stands_there_and_a_loose_row_alike() -> None:
    short = bag("tidal gauges", lambda _: 0.0)
    shares = [sureness(short, level) for level in (0, TELLING, ENOUGH, WHOLE)]
    assert shares == sorted(shares) and shares[0] < shares[1] <= shares[2] < shares[-1] == 1
    loose = bag("tidal gauges of muddy basins", lambda _: 0.0)
    assert {sureness(loose, level) for level in (0, PART, TELLING, ENOUGH, WHOLE)} == {1}


def test_a_term_counts_more_written_out_and_more_again_than_its_words_apart() -> None:
    term, row = bag("tidal gauges", lambda _: 1.0), bag("tidal gauges", lambda _: 0.0)
    assert sureness(term, WHOLE) > sureness(row, WHOLE)
    assert sureness(term, ENOUGH) / sureness(term, WHOLE) < 0.8


@pytest.mark.parametrize(
    ("item", "share"),
    [
        ("muddy gauges", 1.0),
        ("muddy marimbas", 0.5),  # two words as rare as the archive's rarest, one of them unheard
        ("muddy marimbas and tidal gauges", 0.75),
    ],
)
def test_what_stands_without_words_that_nobody_writes_tells_of_the_others_only(
    item: str, share: float
) -> None:
    words = {"muddi": 1, "tidal": 1, "gaug": 1}
    known = replace(Background.empty(), papers=ENOUGH_PAPERS, frequency=words)
    terms = terms_of(Item(item, tuple(item.split())), known, lambda _: 0.0)
    heard = terms_of(Item(item, tuple(item.split())), Background.empty(), lambda _: 0.0)
    assert sureness(terms, TELLING) / sureness(heard, TELLING) == pytest.approx(share, abs=0.1)
    assert sureness(terms, WHOLE) == 1


def test_a_long_item_that_is_one_thing_counts_less_without_its_most_telling_word() -> None:
    one_thing = bag("tidal gauges of muddy basins", lambda _: 1.0)
    assert sureness(one_thing, 0) == sureness(one_thing, PART) == pytest.approx(0.75)
    assert {sureness(one_thing, level) for level in (TELLING, ENOUGH, WHOLE)} == {1}
    assert sureness(one_thing, PART, near=True) == 1  # it speaks of it in other words


@pytest.mark.parametrize(
    ("attested", "needed"),
    [
        ({("muddi", "river"), ("river", "basin")}, True),
        ({("muddi", "river")}, False),
        ({("theori", "muddi"), ("muddi", "river"), ("river", "basin")}, True),
        (set(), False),
    ],
)
def test_a_long_item_is_one_thing_where_the_archive_has_most_neighbours_side_by_side(
    attested: set[tuple[str, str]], needed: bool
) -> None:
    terms = bag("theory of muddy river basins", lambda pair: float(pair in attested))
    assert needs_rarest(terms) is needed
    assert needs_rarest(bag("muddy river", lambda _: 1.0)) is False
