"""CSV as spreadsheets and programs write it: lines → records, and back. Pure.

A cell that a spreadsheet would run as a formula gets an apostrophe in front when it is written, and
loses it when it is read (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def delimiter_of(line: str) -> str:
    """Return what parts the cells of a line."""
    return max(",;\t|", key=line.count)  # spreadsheets write the one of their country


def csv_line(values: Iterable[str]) -> str:
    """Return a record of CSV with its end, CRLF (RFC 4180)."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(values)
    return buffer.getvalue()


def guarded(value: str) -> str:
    """Put an apostrophe before what a spreadsheet would run, and before one that was there."""
    return "'" + value if value.startswith((*_FORMULA, "'")) else value


def unguarded(value: str) -> str:
    """Return what `guarded` was given; a cell that it never made stays as it is."""
    guarded = value.startswith("'") and value[1:].startswith((*_FORMULA, "'"))
    return value[1:] if guarded else value


def csv_records(
    lines: Sequence[str], start: int, delimiter: str
) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (line, cells) from an index on, or (line, what is wrong with it).

    After a bad record reading goes on at the very next line, so that one quotation mark that is
    never closed does not swallow the rest of the file.
    """
    at = start
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        rest = map(lines.__getitem__, range(at, len(lines)))
        record = csv.reader(rest, delimiter=delimiter, strict=True)
        try:
            yield at + 1, next(record)
            at += record.line_num
        except csv.Error as error:
            yield at + 1, f"this is not CSV: {error}"
            at += 1
