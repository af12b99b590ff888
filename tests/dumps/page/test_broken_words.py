"""Words that a hyphen breaks over a line's end: the text's own words tell whose hyphen it is."""

from __future__ import annotations

import pytest

from digest.dumps.page.broken_words import rejoined
from digest.dumps.page.pieces import Piece
from tests.dumps.pages import parse

_OWN_WORDS = "An embedding keeps what a fine and a coarse-grained model tells of deep networks."


def _read(text: str) -> str:
    lines = [_OWN_WORDS, *text.split("\n")]
    pieces = [Piece(line, n, n, gap=n == 2) for n, line in enumerate(lines, start=1)]
    return " ".join(piece.text for piece in rejoined(pieces)[1:])


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("of the embed-\nding that", "of the embedding that"),
        ("of the embed‐\nding that", "of the embedding that"),
        ("Deep net-\nworks and a Fine-\ngrained view", "Deep networks and a Fine- grained view"),
        ("two embed-\nding of fine-\ngrained kinds", "two embedding of fine- grained kinds"),
        ("the evalua-\ntion of an embed-\nding", "the evaluation of an embedding"),
        ("an embed-\nding of state-\nof-the-art", "an embedding of state- of-the-art"),
        ("an embed-\nding in zero-\nshot ways", "an embedding in zero- shot ways"),
        ("an embed-\nding self-\ntaught", "an embedding self- taught"),
    ],
)
def test_a_hyphen_goes_where_the_word_is_none_of_two(broken: str, whole: str) -> None:
    assert _read(broken) == whole


def test_without_a_broken_word_hyphens_stay() -> None:
    assert _read("a Fine-\ngrained view") == "a Fine- grained view"


def test_a_soft_hyphen_at_a_lines_end_is_never_the_words_own() -> None:
    told = "We learn what reeds tell of ponds, and what moss keeps of it. It is a lot, we find. "
    page = f"Views of Ponds and Reeds\n\n{told * 2}It is an embed\u00ad\nding that is kept.\n\n"
    first, _ = parse(f"{page}Moss and Its Ways in Ponds\n\n{told * 3}\n").records
    assert first.abstract.endswith("It is an embedding that is kept.")
