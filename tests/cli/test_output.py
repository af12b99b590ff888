"""Long listings begin at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from digest.cli.output import table


def endless(limit: int) -> Iterator[list[object]]:
    """Yield rows, and fail when more of them are taken at once than a listing may hold."""
    for number in range(limit):
        yield [number, None, "a\tb\n"]
    raise MemoryError


def test_a_pipe_gets_each_row_as_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MemoryError):
        table(["number", "", "text"], endless(2))
    assert capsys.readouterr().out == "number\t\ttext\n0\t\ta b \n1\t\ta b \n"


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")  # no colours


def test_a_terminal_gets_a_long_table_in_parts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    with pytest.raises(MemoryError):
        table(["number", "", "text"], endless(1200), title="Rows")
    lines = capsys.readouterr().out.splitlines()
    numbers = [int(line.split()[0]) for line in lines if line.split()[0].isdigit()]
    assert numbers == list(range(1000))  # the last 200 wait for the rest of their table
    assert sum("Rows" in line for line in lines) == 1


def test_an_empty_table_still_has_its_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    table(["number", "text"], [])
    assert capsys.readouterr().out.split() == ["number", "text"]
