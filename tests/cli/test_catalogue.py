"""A command imports what it needs, and no other command's needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli.catalogue import COMMANDS, Later
from tests.cli.command import digest, environment

# Prints which of the modules named in argv[1] a command has imported.
_WATCHED = """
import sys
watched = sys.argv.pop(1).split()
from digest.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
finally:
    print("\\nimported:", *(name for name in watched if name in sys.modules))
"""
HEAVY = ("sklearn", "scipy", "fastapi", "mjml", "onnxruntime")
ALL_BUT_THE_SHELL = (*HEAVY, "numpy", "sqlalchemy", "alembic", "pydantic", "jinja2", "httpx")


def imported(data: Path, watched: tuple[str, ...], *arguments: str) -> list[str]:
    """Run a command in a process of its own; return which of the modules it imported."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, " ".join(watched), "--data", str(data), *arguments],
        capture_output=True,
        env=environment(),
        cwd=data.parent,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().rpartition("imported:")[2].split()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_and_version_import_no_application(tmp_path: Path, arguments: list[str]) -> None:
    assert imported(tmp_path / "var", ALL_BUT_THE_SHELL, *arguments) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_the_commands_own(name: str) -> None:
    later = Later(name, *COMMANDS[name])
    command = later.load()
    assert command.name == name
    assert later.help == " ".join(command.help.split("\n\n")[0].split())


def test_a_command_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    said = digest(tmp_path / "var", "subscriber", "list")
    assert (said.code, said.out) == (2, "")
    assert "Did you mean 'subscribers'?" in " ".join(said.err.split())
