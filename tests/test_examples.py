"""Property tests try the same examples in every clone, whichever tests ran before them."""

from __future__ import annotations

import random
import sys
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def drawn() -> list[object]:
    """Return the examples that a property test tries."""
    examples: list[object] = []

    @settings(max_examples=60, database=None)
    @given(st.text(), st.integers())
    def any_test(text: str, number: int) -> None:
        examples.append((text, number))

    any_test()
    return examples


def test_examples_do_not_hang_on_what_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = drawn()
    file = tmp_path_factory.mktemp("imported") / "lately.py"
    words = [f"word {number}" for number in range(200)]
    file.write_text(f"WORDS = {words!r}\nNUMBERS = {[hash(each) for each in words]!r}\n")
    module = ModuleType("lately")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "lately", module)
    random.seed(1)
    assert drawn() == before
