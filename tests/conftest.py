"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# Every clone tries the same examples; `make fuzz` rolls dice.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dice", deadline=None, print_blob=True)
settings.load_profile("ci")

# Hypothesis mixes in the constants of all modules that are imported so far: other examples in
# each order of the tests, and after each change of a source file. `tests/test_examples.py` watches.
_no_constants, _constants_so_far = providers.Constants(), providers._get_local_constants
providers._get_local_constants = lambda: (
    _no_constants if settings.default and settings.default.derandomize else _constants_so_far()
)

# Files that take longest begin first, so that no worker is left alone with one at the end.
LONG = (
    "test_processes.py",
    "test_doors.py",
    "test_browser.py",
    "test_preview_is_what_is_sent.py",
    "test_front_desk.py",
    "test_polite_ends.py",
    "test_due_year.py",
    "test_stored_relay_health.py",
    "test_page_text.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real dumps and test collections; absent in a plain clone."""
    named = os.environ.get("DIGEST_SHARED")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared"
    if not (folder / "dumps").is_dir():
        pytest.skip("no real dumps here: set DIGEST_SHARED or put shared/ beside the clone")
    return folder
