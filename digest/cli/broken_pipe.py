"""When the reader of our output goes away, as in `digest papers | head -1`: end in silence.

Python ignores SIGPIPE, and must: a relay that hangs up would end the whole process. So a write
fails with EPIPE, which Typer and Rich each turn into exit code 1, "something was rejected".
Here it becomes `ReaderGone`, and 141, as for any program that SIGPIPE ends (128 + 13).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from rich.console import Console
from typer.core import TyperGroup

EXIT_CODE = 141


class ReaderGone(Exception):
    """Nobody reads our output any more. Not an OSError: Typer would catch that."""


class PipeSafeGroup(TyperGroup):
    """A group of commands that raises ReaderGone."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the command line; help is printed here."""
        return _watched(super().make_context, *arguments, **options)

    def invoke(self, *arguments: Any, **options: Any) -> Any:
        """Run the command."""
        return _watched(super().invoke, *arguments, **options)


def watch_consoles() -> None:
    """Let every Rich console say that its reader is gone; its own way is to exit with 1."""
    Console.on_broken_pipe = _gone  # type: ignore[method-assign]


def flush() -> None:
    """Write out what is left, so that no complaint comes when the interpreter ends.

    Raises ReaderGone.
    """
    closed = False
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            closed = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if closed:
        raise ReaderGone


def _watched(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    try:
        return function(*arguments, **options)
    except BrokenPipeError as error:
        raise ReaderGone from error


def _gone(self: Console) -> NoReturn:
    raise ReaderGone
