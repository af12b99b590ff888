"""How commands speak: tables on a terminal, plain lines in a pipe, JSON when asked."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_ROWS = 500  # of one drawn table

Json = Annotated[bool, typer.Option("--json", help="Print JSON: one object, or one a line.")]


def say(text: str = "") -> None:
    """Print a line for a person."""
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).print(text)


def warn(text: str) -> None:
    """Print a line to standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False).print(text)


def one(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    print(_JSON.encode(value))


def objects(values: Iterable[Mapping[str, Any]]) -> None:
    """Print JSON objects, one a line."""
    for value in values:
        one(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows: a drawn table on a terminal, tab-separated lines in a pipe.

    A long listing begins at once and is never held whole: on a terminal it comes in several tables.
    """
    texts = (["" if cell is None else _one_line(str(cell)) for cell in row] for row in rows)
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in texts:
            print("\t".join(row))
        return
    _draw(columns, islice(texts, _ROWS), title)
    while more := list(islice(texts, _ROWS)):
        _draw(columns, more)


def _draw(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    drawn = Table(title=title or None, header_style="bold", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    Console().print(drawn)


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Progress]:
    """Show progress on standard error of a terminal; silent in a pipe."""
    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with shown:
        shown.add_task(title, total=total)
        yield shown


def _one_line(text: str) -> str:
    """Return text without what would move a terminal's cursor, or open another cell."""
    if text.isprintable():  # so are nearly all
        return text
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


_JSON = json.JSONEncoder(ensure_ascii=False, default=_plain)
