"""What the tests of commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cli.command import Said, inside
from tests.installation import page, paper

PAPERS = [paper(f"{word} robots") for word in ("Walking", "Speaking", "Swimming", "Flying")]
Digest = Callable[..., Said]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings from outside, no model, and a working folder without settings.toml."""
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIGEST_RANKING__SEMANTIC", "off")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def digest(capsys: pytest.CaptureFixture[str], data: Path) -> Digest:
    """A command in this process, on that folder."""
    return partial(inside, capsys, data)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A saved page of four papers."""
    path = tmp_path / "page.txt"
    path.write_bytes(page(*PAPERS))
    return path
