"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Every clone tries the same examples; `make fuzz` rolls dice.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dice", deadline=None, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real dumps and test collections; absent in a plain clone."""
    named = os.environ.get("DIGEST_SHARED")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared"
    if not (folder / "dumps").is_dir():
        pytest.skip("no real dumps here: set DIGEST_SHARED or put shared/ beside the clone")
    return folder
