"""Readers as CSV and JSON lines: rows in, rows out; a bad line is a (line, reason). Pure.

CSV (RFC 4180) has a header with at least `email,name,keywords`; a JSON line is one object with
the same names. More columns are those of `FIELDS`; unknown ones are refused by name, so that a
misspelt one is not lost in silence. In CSV, a cell that a spreadsheet would run as a formula gets
an apostrophe in front when it is written, and loses it when it is read (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from subscribers.store import Subscriber

REQUIRED = ("email", "name", "keywords")
FIELDS = (
    *REQUIRED,
    *("state", "language", "timezone", "hour", "cadence", "weekdays", "max_papers", "format"),
)
MAX_CELL = 20_000  # characters; more than any field of ours may have
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One reader in a file."""

    line: int  # where it begins, from 1
    fields: Mapping[str, str]  # by the names of FIELDS; all of REQUIRED are there


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that cannot be taken, and why."""

    line: int
    reason: str


def read_rows(data: bytes) -> Iterator[Row | Rejected]:
    """Read a file of readers; JSON lines when it begins with `{`, else CSV.

    Args:
        data: UTF-8, with or without BOM, any line ends.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        yield Rejected(line, "this is not UTF-8 text: save the file as UTF-8")
        return
    if text.lstrip().startswith("{"):
        yield from _json_rows(text)
    else:
        yield from _csv_rows(text)


def write_csv(readers: Iterable[Subscriber]) -> Iterator[str]:
    """Write readers as CSV with CRLF, a line at a time, header first."""
    yield _csv_line(FIELDS)
    for reader in readers:
        yield _csv_line([_guarded(value) for value in _fields(reader).values()])


def write_json_lines(readers: Iterable[Subscriber]) -> Iterator[str]:
    """Write readers as JSON lines, one object a line."""
    for reader in readers:
        yield json.dumps(_fields(reader), ensure_ascii=False) + "\n"


def _fields(reader: Subscriber) -> dict[str, str]:
    values = (
        *(reader.email, reader.name, reader.keywords, reader.state, reader.language),
        *(reader.timezone or "", "" if reader.hour is None else str(reader.hour), reader.cadence),
        " ".join(map(str, reader.weekdays)),
        "" if reader.max_papers is None else str(reader.max_papers),
        "html" if reader.wants_html else "text",
    )
    return dict(zip(FIELDS, values, strict=True))


def _csv_line(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(values)
    return buffer.getvalue()


def _guarded(value: str) -> str:
    """Put an apostrophe before what a spreadsheet would run, and before one that was there."""
    return "'" + value if value.startswith((*_FORMULA, "'")) else value


def _unguarded(value: str) -> str:
    guarded = value.startswith("'") and value[1:].startswith((*_FORMULA, "'"))
    return value[1:] if guarded else value


def _csv_rows(text: str) -> Iterator[Row | Rejected]:
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True)
    header: list[str] | None = None
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Rejected(start, f"this is not CSV: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [cell.strip().lower() for cell in cells]
            if wrong := _header_problem(header):
                yield Rejected(start, wrong)
                return
        elif len(cells) > len(header):
            reason = f"there are {len(cells)} cells but {len(header)} columns: quote the commas"
            yield Rejected(start, reason)
        else:
            cells += [""] * (len(header) - len(cells))
            yield _checked(start, dict(zip(header, map(_unguarded, cells), strict=True)))
    if header is None:
        yield Rejected(1, "the file is empty; it needs a header: email,name,keywords")


def _header_problem(header: list[str]) -> str | None:
    if missing := [name for name in REQUIRED if name not in header]:
        return f"the header lacks {', '.join(missing)}; it needs email,name,keywords"
    if unknown := [name for name in header if name not in FIELDS]:
        return f"unknown column {unknown[0]!r}; there are: {', '.join(FIELDS)}"
    if len(set(header)) != len(header):
        return "a column is there twice"
    return None


def _json_rows(text: str) -> Iterator[Row | Rejected]:
    for number, line in enumerate(_Lines(text), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "too deep"
            yield Rejected(number, f"this is not JSON: {reason}")
            continue
        yield _json_row(number, found)


def _json_row(line: int, found: object) -> Row | Rejected:
    if not isinstance(found, dict):
        return Rejected(line, 'a line is one object, as in {"email": …, "keywords": …}')
    fields: dict[str, str] = {}
    for name, value in found.items():
        if name not in FIELDS:
            return Rejected(line, f"unknown name {name[:50]!r}; there are: {', '.join(FIELDS)}")
        if value is None:
            value = ""
        elif isinstance(value, list) and all(isinstance(part, int | str) for part in value):
            value = (" " if name == "weekdays" else ", ").join(map(str, value))
        elif isinstance(value, bool) or not isinstance(value, str | int):
            return Rejected(line, f"{name} is not a text")
        fields[name] = str(value)
    return _checked(line, {name: "" for name in REQUIRED} | fields)


def _checked(line: int, fields: dict[str, str]) -> Row | Rejected:
    if too_long := [name for name, value in fields.items() if len(value) > MAX_CELL]:
        return Rejected(line, f"{too_long[0]} is longer than {MAX_CELL:,} characters")
    if not fields["email"].strip():
        return Rejected(line, "there is no email")
    return Row(line, fields)


class _Lines:
    """The lines of a text, with the number of the one given last.

    Only CR, LF and CRLF end a line here: `str.splitlines` would cut at form feeds too.
    """

    def __init__(self, text: str) -> None:
        self.number = 0
        self._lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line
