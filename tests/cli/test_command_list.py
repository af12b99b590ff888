"""A command imports what it needs, and no other command's needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli.command_list import COMMANDS, Later
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


@pytest.mark.parametrize(
    "arguments",
    [["subscribers", "list"], ["editions", "list"], ["schedule"], ["init"]],
    ids=" ".join,
)
def test_a_look_at_the_store_imports_neither_ranking_nor_mail(
    tmp_path: Path, arguments: list[str]
) -> None:
    data = tmp_path / "var"
    assert digest(data, "init").code == 0  # to make a store takes more than to look at one
    assert imported(data, (*HEAVY, "numpy", "alembic", "jinja2", "httpx"), *arguments) == []


def test_a_reader_is_added_without_ranking(tmp_path: Path) -> None:
    data = tmp_path / "var"
    assert digest(data, "init").code == 0
    arguments = ["subscribers", "add", "ada@example.org", "--keywords", "robots", "--confirmed"]
    assert imported(data, (*HEAVY, "numpy", "alembic"), *arguments) == []


def test_a_worker_imports_neither_pages_nor_formats() -> None:
    watched = ("fastapi", "uvicorn", "alembic", "sklearn", "feedparser", "httpx")
    code = (
        f"import sys, digest.operations.workers; print([n for n in {watched} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


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
