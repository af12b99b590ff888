"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real dumps and test collections; absent in a plain clone."""
    named = os.environ.get("DIGEST_SHARED")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared"
    if not (folder / "dumps").is_dir():
        pytest.skip("no real dumps here: set DIGEST_SHARED or put shared/ beside the clone")
    return folder
