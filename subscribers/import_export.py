"""Readers as CSV and JSON lines: rows in, rows out; a bad line is a (line, reason). Pure.

CSV (RFC 4180) has a header with at least `email,keywords`; a JSON line is one object with the same
names. More columns are those of `FIELDS`; unknown ones are refused by name, so that a
misspelt one is not lost in silence. A list without keywords may come from another program (see
`foreign_lists`), or be addresses, with names or alone, as mail programs write them (see
`mailbox_lists`): its rows are there to be invited. Such a form may stand in any row. Who stands
below a line like "Unsubscribed" has left, until a line says otherwise.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from subscribers.csv_lines import csv_line, csv_records, delimiter_of, guarded, unguarded
from subscribers.foreign_lists import (
    ForeignColumns,
    heading_in,
    heading_says_left,
    name_says_left,
    our_name,
    read_foreign_header,
)
from subscribers.list_text import spreadsheet_lines
from subscribers.mailbox_lists import read_mailbox, read_mailbox_line, read_unnamed_cells
from subscribers.preferences import fields_of
from subscribers.store import Subscriber

REQUIRED = ("email", "name", "keywords")
FIELDS = (
    *REQUIRED,
    *("state", "language", "timezone", "hour", "cadence", "weekdays", "max_papers", "format"),
    *("breadth", "cards"),
)
MAX_CELL = 20_000  # characters; more than any field of ours may have
_PARTS = ("first", "last")  # columns that make up a name
_TELLING = ("email", "keywords")  # a line with such a cell names columns
_LOOK = 50  # rows that show which column has the addresses
_SEPARATOR = re.compile(r"sep=.$")  # Excel's own line above a header


@dataclass(frozen=True, slots=True)
class Row:
    """One reader in a file."""

    line: int  # where it begins, from 1
    fields: Mapping[str, str]  # by the names of FIELDS; all of REQUIRED are there
    left_out: tuple[str, ...] = ()  # columns of another program's list that mean nothing here


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that cannot be taken, and why."""

    line: int
    reason: str


def read_rows(data: bytes) -> Iterator[Row | Rejected]:
    """Read a file of readers: JSON lines when it begins with `{`, addresses alone, else CSV.

    What stands above the header or the first address is rejected line by line.

    Args:
        data: as `spreadsheet_lines` reads it. A line that is no text is rejected alone.
    """
    lines = spreadsheet_lines(data)
    left = ""
    for row in _rows_of(lines):
        heading = heading_in("".join(lines[row.line - 1 : row.line]))
        says = heading_says_left(heading)
        left = left if says is None else heading * says
        yield _departed(row, left) if isinstance(row, Row) else row


def _departed(row: Row, heading: str) -> Row:
    """Return a row with what the file says of it elsewhere than in a column: that it has left."""
    said = heading or (row.fields["name"] if name_says_left(row.fields["name"]) else "")
    return replace(row, fields={**row.fields, "state": said}) if said else row


def _rows_of(lines: Sequence[str]) -> Iterator[Row | Rejected]:
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("{"):
        yield from _json_rows(lines)
        return
    at = _header_at(lines)
    if at is None:
        yield from _mailbox_rows(lines)
        return
    for number, line in enumerate(lines[:at], start=1):
        if line.strip() and not _SEPARATOR.match(line):
            yield Rejected(number, f"nobody is in it, nor the names of columns: {line[:50]!r}")
    yield from _csv_rows(lines, at)


def _header_at(lines: Sequence[str]) -> int | None:
    """Return the index of the line that names the columns; None when there are addresses only."""
    above = list(takewhile(lambda at: "@" not in lines[at], range(len(lines))))
    filled = [at for at in above if lines[at].strip() and not _SEPARATOR.match(lines[at])]
    for at in filled:
        if any(our_name(cell.strip()) in _TELLING for cell in _cells_of(lines[at])):
            return at
    if not filled:
        return None if any(map(str.strip, lines)) and len(above) < len(lines) else 0
    if len(above) == len(lines):
        return filled[0]
    # A table whose column of addresses has a name of its own: as many cells as the rows below.
    named, rows = lines[filled[-1]], [line for line in lines if "@" in line]
    delimiter = delimiter_of(named)
    many = len(_cells_of(named, delimiter))
    table = many > 1 and all(len(_cells_of(row, delimiter)) == many for row in rows)
    if delimiter == ",":  # as in sentences
        table = table and len(rows) > 1 and isinstance(read_mailbox_line(rows[0]), str)
    return filled[-1] if table else None


def _cells_of(line: str, delimiter: str = "") -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter or delimiter_of(line)), [])
    except csv.Error:
        return [line]


def write_csv(readers: Iterable[Subscriber]) -> Iterator[str]:
    """Write readers as CSV with CRLF, a line at a time, header first."""
    yield csv_line(FIELDS)
    for reader in readers:
        yield csv_line([guarded(value) for value in _fields(reader).values()])


def write_json_lines(readers: Iterable[Subscriber]) -> Iterator[str]:
    """Write readers as JSON lines, one object a line."""
    for reader in readers:
        yield json.dumps(_fields(reader), ensure_ascii=False) + "\n"


def _fields(reader: Subscriber) -> dict[str, str]:
    known = fields_of(reader) | {"email": reader.email, "state": reader.state}
    return {name: known[name] for name in FIELDS}


@dataclass(frozen=True, slots=True)
class _OwnColumns:
    """Columns under our own names, or with names that say the same."""

    header: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def fields(self, cells: Sequence[str]) -> Mapping[str, str]:
        fields = dict(zip(self.header, cells, strict=True))
        parts = [fields.pop(part, "").strip() for part in _PARTS]
        named = fields.get("name") or " ".join(filter(None, parts))
        return _whole({**fields, "name": named})


def _mailbox_rows(lines: Sequence[str]) -> Iterator[Row | Rejected]:
    """Read addresses with or without names, one or several a line; a line is taken whole or not."""
    delimiter = _delimiter_of_table(lines)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = read_mailbox_line(unguarded(line.strip()))
        if isinstance(found, str) and delimiter and "@" in line:
            in_cells = read_unnamed_cells(_cells_of(line, delimiter))
            found = in_cells if isinstance(in_cells, str) else [in_cells]
        if isinstance(found, str):
            yield Rejected(number, found)
            continue
        for mailbox in found:
            yield _checked(number, _whole(mailbox._asdict()))


def _delimiter_of_table(lines: Sequence[str]) -> str | None:
    """Return what separates the cells of a table without a header: two rows say it alike."""
    rows = [line.strip() for line in lines if "@" in line]
    for delimiter in ";,|":
        shapes = {tuple("@" in cell for cell in _cells_of(row, delimiter)) for row in rows}
        if len(rows) > 1 and len(shapes) == 1 and sum(shape := shapes.pop()) == 1 < len(shape):
            return delimiter
    return None


def _csv_rows(lines: Sequence[str], start: int) -> Iterator[Row | Rejected]:
    columns: _OwnColumns | ForeignColumns | None = None
    delimiter = delimiter_of(next(filter(str.strip, lines[start:]), ""))
    for line, cells in csv_records(lines, start, delimiter):
        if isinstance(cells, str):
            yield Rejected(line, cells)
            continue
        if columns is None:
            below = (
                row for _, row in csv_records(lines, line, delimiter) if not isinstance(row, str)
            )
            found = _columns(cells, list(islice(below, _LOOK)))
            if isinstance(found, str):
                rest = "; no line below it was read" if any(map(str.strip, lines[line:])) else ""
                yield Rejected(line, found + rest)
                return
            columns = found
            continue
        many = len(columns.header)
        if len(cells) > many:
            reason = f"there are {len(cells)} cells but {many} columns: quote the commas"
            yield Rejected(line, reason)
        else:
            padded = [unguarded(cell) for cell in [*cells, *[""] * (many - len(cells))]]
            yield _checked(line, columns.fields(padded), columns.left_out)
    if columns is None:
        yield Rejected(1, "the file is empty; it needs a header: email,name,keywords")


def _columns(
    cells: Sequence[str], below: Sequence[Sequence[str]]
) -> _OwnColumns | ForeignColumns | str:
    """Return how to read the rows below a header, or what is wrong with it."""
    header = [our_name(cell.strip()) for cell in cells]
    header = [cell if cell in _PARTS else cell.lower() for cell in header]
    if "keywords" in header or {cell.strip().lower() for cell in cells} <= set(FIELDS):
        return _header_problem(header) or _OwnColumns(tuple(header))
    return read_foreign_header([cell.strip() for cell in cells], below)


def _header_problem(header: list[str]) -> str | None:
    if "email" not in header:
        return "the header lacks email; it needs email,name,keywords"
    if unknown := [name for name in header if name not in (*FIELDS, *_PARTS)]:
        return f"unknown column {unknown[0]!r}; there are: {', '.join(FIELDS)}"
    if len(set(header)) != len(header):
        return "a column is there twice"
    return None


def _json_rows(lines: Sequence[str]) -> Iterator[Row | Rejected]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "it is too large"
            yield Rejected(number, f"this is not JSON: {reason}")
            continue
        yield _json_row(number, found)


def _json_row(line: int, found: object) -> Row | Rejected:
    if not isinstance(found, dict):
        return Rejected(line, 'a line is one object, as in {"email": "…", "keywords": "…"}')
    fields = _whole({})
    for name, value in found.items():
        if name not in FIELDS:
            return Rejected(line, f"unknown name {name[:50]!r}; there are: {', '.join(FIELDS)}")
        text = _text_of(name, value)
        if text is None:
            return Rejected(line, f"{name} is not a text")
        fields[name] = text
    return _checked(line, fields)


def _text_of(name: str, value: object) -> str | None:
    """Return a JSON value as the text that a form would have; lists of keywords are welcome."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return (" " if name == "weekdays" else ", ").join(map(str, value))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


def _whole(fields: Mapping[str, str]) -> dict[str, str]:
    return {**dict.fromkeys(REQUIRED, ""), **fields}


def _checked(
    line: int, fields: Mapping[str, str], left_out: tuple[str, ...] = ()
) -> Row | Rejected:
    if too_long := [name for name, value in fields.items() if len(value) > MAX_CELL]:
        return Rejected(line, f"{too_long[0]} is longer than {MAX_CELL:,} characters")
    if any("\ud800" <= character <= "\udfff" for text in fields.values() for character in text):
        return Rejected(line, "this is not UTF-8 text: save the file as UTF-8")
    if not fields["email"].strip():
        return Rejected(line, "there is no email")
    if mailbox := read_mailbox(fields["email"]):
        named = {"email": mailbox.email, "name": fields["name"] or mailbox.name}
        return Row(line, {**fields, **named}, left_out)
    return Row(line, fields, left_out)
