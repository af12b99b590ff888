"""Who leaves by the page gets the way back by mail; one click is answered by silence."""

from __future__ import annotations

import pytest

from subscribers.preferences import Preferences
from subscribers.service import DeskSettings, FrontDesk
from subscribers.tokens import Tokens
from tests.subscribers.desk import KEY, NOW, MemoryStore


class Letters:
    """Keeps the kinds of the letters posted."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def post(self, letter: object) -> None:
        self.kinds.append(letter.kind)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("how", "says_goodbye", "expected"),
    [
        ("form", True, ["goodbye"]),
        ("form", False, []),
        ("one-click", True, []),
        ("command", True, []),
    ],
)
def test_goodbye_is_said_to_who_left_by_the_page(
    how: str, says_goodbye: bool, expected: list[str]
) -> None:
    letters = Letters()
    settings = DeskSettings(says_goodbye=says_goodbye)
    desk = FrontDesk(MemoryStore(), Tokens([KEY]), letters, settings)  # type: ignore[arg-type]
    reader, _ = desk.add("ada@example.org", Preferences("speech"), NOW, confirmed=True, how="x")
    assert desk.leave(reader, NOW, how=how).state == "left"
    assert letters.kinds == expected
