"""Shortening at clauses, and how wide a text is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.summarising.clauses import shortened, width

CUT = [
    ("We propose Zeta.", 40, "We propose Zeta."),
    ("We propose Zeta, a small model, which sorts shells by their colour.", 50,
     "We propose Zeta, a small model…"),
    ("We propose a small model of shells; it sorts them by their colour.", 45,
     "We propose a small model of shells…"),
    ("Zeta sorts shells and pebbles by colour using two cameras on a cart.", 50,
     "Zeta sorts shells and pebbles by colour…"),
    ("Zeta sorts shells (from one beach and from another one) very quickly.", 45,
     "Zeta sorts shells…"),
    ("The bound is $a + b \\le c + d$ for each of the shells in the box.", 25, "The bound…"),
    ("We compare ours with the", 23, "We compare ours…"),
    ("我们提出了一种新的方法，它可以给贝壳分类，而且速度很快。", 40, "我们提出了一种新的方法…"),
]  # fmt: skip

# What a cut must not leave in the air, each with what is shown instead.
UNFINISHED = [
    ("Zeta lowers our error by 1.4 points.", 30, "Zeta lowers our error…"),
    ("Zeta lowers the error to 60—70 in most of our rooms.", 30, "Zeta lowers…"),
    ("Zeta sorts shells (of one (small) beach only) quickly.", 42, "Zeta sorts shells…"),
    ("Zeta sorts shells (of one beach, a cold one only.", 40, "Zeta sorts shells…"),
    ('Zeta reads the label "shells of all colours" aloud.', 40, "Zeta reads the label…"),
    ("Zeta learns a small grammar during training.", 36, "Zeta learns a small grammar…"),
    ("Zeta sorts more shells after a short rest.", 30, "Zeta sorts more shells…"),
    ("Zeta learns the colours rooted in the data.", 34, "Zeta learns the colours…"),
    ("Zeta changes the distribution of its weights.", 32, "Zeta changes…"),
    ("Zeta learns to win a small two-player game.", 38, "Zeta learns to win a small…"),
    ("We study shells in a bath of warm water; formally, a bath is a set.", 49,
     "We study shells in a bath of warm water…"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "limit", "expected"), UNFINISHED)
def test_a_cut_leaves_no_phrase_unfinished(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected


@pytest.mark.parametrize(("text", "limit", "expected"), CUT)
def test_a_text_is_cut_at_its_best_boundary(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected
    assert width(expected) <= limit


def test_one_endless_word_is_not_shown_in_part() -> None:
    assert shortened("https://example.org/" + "a" * 300, 100) == ""


def test_wide_characters_count_double() -> None:
    assert width("贝壳") == 4
    assert width("shell") == 5


@given(st.text(max_size=120), st.integers(1, 100))
@settings(derandomize=True)
def test_what_is_shown_is_the_beginning_and_fits(text: str, limit: int) -> None:
    shown = shortened(text, limit)
    assert width(shown) <= limit
    assert text.startswith((shown, shown.removesuffix("…")))
    if shown != text and shown and text.isascii():
        assert not text[len(shown) - 2 : len(shown)].isalnum()  # never inside a word
