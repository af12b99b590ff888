"""Reading a page takes work in proportion to its length, whatever stands on it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import pytest

from digest.errors import DumpError
from tests.dumps.pages import parse


def calls_of(page: str) -> int:
    """Return how many functions are called while a page is read."""
    count = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        with suppress(DumpError):  # read or refused: the work counts
            parse(page)
    finally:
        sys.setprofile(None)
    return count


HOSTILE: dict[str, Callable[[int], str]] = {
    "one long line": lambda n: "word and word " * n,
    "short lines": lambda n: "\n".join(f"Line {at % 7}" for at in range(n)),
    "lines of one wrapped block": lambda n: "\n".join(
        ["the quick brown fox jumps over the lazy dog and goes on"] * n
    ).replace("dog and", "dog. And", n // 9),
    "deep quotes": lambda n: "\n".join("> " * 40 + f"word {at}" for at in range(n)),
    "a quote in each line": lambda n: "> " * n + "word",
    "brackets": lambda n: "[" * n + "](" * n + "\n" + "[a](" * n,
    "bylines": lambda n: "Daily Papers\n" + "Nov 2, 2024\nA Title of Moss\n" * n,
    "votes": lambda n: "Daily Papers\n" + "\n".join(str(at) for at in range(n)),
    "stars": lambda n: "**" * n + "\n" + "* " * n,
    "headings": lambda n: "\n".join("#" * (at % 8) + " x" for at in range(n)),
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_reading_a_page_takes_time_in_proportion_to_its_length(shape: str) -> None:
    once, twice, four = (calls_of(HOSTILE[shape](n)) for n in (150, 300, 600))
    assert twice - once < 2.6 * once + 2_000
    assert four - twice < 2.6 * max(twice - once, 500)
