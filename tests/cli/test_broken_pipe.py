"""A reader that goes away ends a command in silence."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import argv, environment

PIPES = ("stdout", "stderr")


def into_a_closed_pipe(data: Path, *arguments: str, closed: str = "stdout") -> tuple[int, str]:
    """Run a command whose reader has gone already; return its exit code and what else it said."""
    reading, writing = os.pipe()
    os.close(reading)
    other = next(name for name in PIPES if name != closed)
    try:
        done = subprocess.run(
            argv(data, *arguments),
            env=environment(),
            cwd=data.parent,
            timeout=120,
            check=False,
            **{closed: writing, other: subprocess.PIPE},  # type: ignore[call-overload]
        )
    finally:
        os.close(writing)
    return done.returncode, (done.stdout or done.stderr or b"").decode()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--help"], id="help, by Typer's console"),
        pytest.param(["init"], id="lines, by our console"),
        pytest.param(["doctor"], id="a table, printed"),
        pytest.param(["subscribers", "--help"], id="a group's help"),
    ],
)
def test_a_closed_pipe_ends_a_command_in_silence(tmp_path: Path, arguments: list[str]) -> None:
    assert into_a_closed_pipe(tmp_path / "var", *arguments) == (141, "")


def test_an_error_that_nobody_reads_is_no_traceback(tmp_path: Path) -> None:
    arguments = ("subscribers", "show", "nobody@example.org")
    assert into_a_closed_pipe(tmp_path / "var", *arguments, closed="stderr") == (141, "")
