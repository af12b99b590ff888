"""What is left out of a mail that would be clipped, and in which order."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.card_text import DENSITIES, Density
from digest.composing.fit import Fitted, Measured, fit, measured, quoted_printable_length, weight_of
from digest.mail import HOLES, Fragment

WEIGHTS = {"full": 100, "short": 60, "title": 30}


def card(place: int, density: Density) -> Measured:
    """A card that weighs what its density says, and one token."""
    return Measured((Fragment(f"{place} {density}", ""),), WEIGHTS[density], 1)


def full(count: int) -> list[Measured]:
    """Return the whole cards of some papers."""
    return [card(place, "full") for place in range(count)]


def shown(found: Fitted) -> list[str]:
    return [each.fragments[0].html.split()[1] for each in found.cards]


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (330, ["full", "full", "full"]),
        (329, ["full", "full", "short"]),
        (290, ["full", "full", "short"]),
        (289, ["full", "short", "short"]),
        (249, ["short", "short", "short"]),
        (209, ["short", "short", "title"]),
        (179, ["short", "title", "title"]),
        (150, ["short", "title", "title"]),
        (149, ["short", "title"]),
        (110, ["short", "title"]),
        (109, ["short"]),
        (1, ["short"]),
    ],
)
def test_from_the_end_abstracts_get_shorter_then_go_then_papers_go(
    room: int, expected: list[str]
) -> None:
    found = fit(room, 10, full(3), card)
    assert shown(found) == expected
    assert found.left_out == 3 - len(expected)
    places = [each.fragments[0].html.split()[0] for each in found.cards]
    assert places == list("012")[: len(expected)]


def test_the_lead_keeps_its_abstract_in_a_full_mail() -> None:
    assert shown(fit(0, 0, full(5), card)) == ["short"]


def test_a_lead_that_is_alone_may_lose_its_abstract() -> None:
    assert shown(fit(59, 0, full(1), card)) == ["title"]
    assert shown(fit(60, 0, full(1), card)) == ["short"]


def test_no_papers_fit_anywhere() -> None:
    assert fit(0, 10, full(0), card) == Fitted((), 0)


@given(st.integers(0, 2000), st.integers(0, 90), st.integers(1, 12))
def test_what_is_said_to_fit_does(room: int, token: int, count: int) -> None:
    found = fit(room, token, full(count), card)
    assert len(found.cards) + found.left_out == count
    assert weight_of(found.cards, token) <= room or len(found.cards) == 1
    order = [DENSITIES.index(density) for density in shown(found)]  # type: ignore[arg-type]
    assert order == sorted(order), "never more of a later paper than of an earlier one"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300))
def test_a_length_is_never_too_small_and_hardly_too_great(text: str) -> None:
    encoded = quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
    length = quoted_printable_length(text)
    assert len(encoded) <= length
    assert length <= 1.15 * len(encoded) + 3 + 2 * text.count(" ")


@pytest.mark.parametrize("line", [" ", "a\t", ".", "\t0", "a b", " ."])
def test_what_is_escaped_at_a_lines_end_only_is_counted_there(line: str) -> None:
    text = "\n".join([line] * 20)
    encoded = quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
    assert len(encoded) <= quoted_printable_length(text) <= 1.15 * len(encoded) + 3


def test_lines_are_counted_with_their_soft_breaks() -> None:
    lines = {size: quoted_printable_length("a" * size) for size in (72, 73, 145, 146)}
    assert lines == {72: 75, 73: 79, 145: 151, 146: 155}


@pytest.mark.parametrize(("character", "length"), [("!", 1), ("~", 1), ("=", 3), ("\x7f", 3)])
def test_what_is_escaped_weighs_three(character: str, length: int) -> None:
    """RFC 2045, 6.7: 33 to 126 stand for themselves, but for the equals sign."""
    assert quoted_printable_length(character) == length + 3


def test_a_fragment_is_measured_with_its_tokens() -> None:
    found = measured(Fragment(f"a{HOLES['token']}=é{HOLES['token']}{HOLES['name']}", "text"))
    assert found.tokens == 2
    assert found.html_bytes == 1 + 9 + 3 + 6 + 9 + 9 + 3
    assert weight_of([found, found], 60) == 2 * (found.html_bytes + 120)
