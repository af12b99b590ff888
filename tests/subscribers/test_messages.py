"""A sentence is English by itself, and can be said in another language."""

from __future__ import annotations

from typing import Any

import pytest

from subscribers.errors import AddressError, ProfileError
from subscribers.messages import in_english_only, message, told
from subscribers.profile import parse

GERMAN = {
    "there are {count} items": "es sind {count} Einträge",
    "line {line}: {reason}": "Zeile {line}: {reason}",
    "too long": "zu lang",
    "no address": "keine Adresse",
    "lost {hole}": "verloren {loch}",
    "broken {hole}": "kaputt {hole",
}


def say(text: str) -> str:
    return GERMAN.get(text, text)


def number(n: int) -> str:
    return f"{n:,}".replace(",", ".")


def test_a_message_is_plain_english() -> None:
    made = message("there are {count} items", count=1234)
    assert made == "there are 1,234 items"
    assert f"{made}!" == "there are 1,234 items!"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (message("there are {count} items", count=1234), "es sind 1.234 Einträge"),
        (message("line {line}: {reason}", line=3, reason=message("too long")), "Zeile 3: zu lang"),
        (AddressError(message("too long")), "zu lang"),
        (in_english_only("no @ in it", message("no address")), "keine Adresse"),
        (message("nobody translated {this}", this="x{y}"), "nobody translated x{y}"),
        (message("lost {hole}", hole="x"), "lost x"),
        (message("broken {hole}", hole="x"), "broken x"),
        ("a name with {braces}", "a name with {braces}"),
        ("", ""),
        (ValueError(), ""),
    ],
)
def test_a_message_is_told_in_another_language(what: Any, says: str) -> None:
    assert told(what, say, number) == says


def test_in_english_only_is_english_as_it_came() -> None:
    assert in_english_only("no @ in it", message("no address")) == "no @ in it"


def test_a_problem_of_a_profile_says_its_place_and_reason() -> None:
    with pytest.raises(ProfileError) as caught:
        parse('"open')
    (problem,) = caught.value.problems
    assert told(problem.told, say) == str(problem)
    assert told(problem.told, lambda text: text.upper().replace("{REASON}", "{reason}").replace(
        "{PLACE}", "{place}").replace("{SHOWN}", "{shown}")) == (
        "CHARACTER 1 ('\"'): THIS QUOTATION MARK IS NEVER CLOSED ON ITS LINE"
    )  # fmt: skip


def test_a_part_is_translated_though_the_sentence_around_it_reads_alike() -> None:
    spanish = {"“{word}”": "«{word}»"}
    sentence = message("{first}, {second}", first=message("“{word}”", word="moss"), second="x")
    assert told(sentence, lambda text: spanish.get(text, text)) == "«moss», x"
