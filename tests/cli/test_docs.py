"""No command without help, none without a word in docs/commands.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from digest.cli.command_list import Later
from digest.cli.main import app

DOCS = Path(__file__).parents[2] / "docs"


def commands(group: Any, path: str = "digest") -> Iterator[tuple[str, Any]]:
    for name, listed in group.commands.items():
        command = listed.load() if isinstance(listed, Later) else listed
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


ALL = dict(commands(get_command(app)))


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_documented(name: str) -> None:
    written = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert f"`{name}" in written, f"docs/commands.md says nothing of `{name}`"


@pytest.mark.parametrize("name", ALL)
def test_every_command_and_option_has_help(name: str) -> None:
    assert ALL[name].help, name
    for parameter in ALL[name].params:
        assert getattr(parameter, "help", ""), f"{name} {parameter.name}"
