"""Tables of papers with commas, semicolons or tabs, as databases and reference managers export.

RFC 4180, and what Excel makes of it (`sep=;`, semicolons, tabs). A quotation mark that is never
closed costs its own row, not the rest of the table.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from digest.dumps import decoding, fields
from digest.dumps.bibliographic_record import Told, initials_first, listed, record_told
from digest.dumps.csv_columns import columns_of
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.entries_to_dump import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.dumps.names import split_names
from digest.dumps.nbib import ARTICLE
from digest.errors import DumpError
from digest.papers import PaperRecord

_SEPARATORS = ",;\t"
_MOST_BEFORE = 6  # lines before the header: blank ones, Excel's, what a database says of itself
_LONGEST_ROW = 200  # lines; an abstract with line ends has less
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?')
_NUMBER_OF_AUTHOR = re.compile(r"\s?\(\d{6,20}\)")  # Scopus: Moss, Ann (57190000000)
# SpringerLink parts names by nothing: `Ann MossBo Li`, but `Ann McMoss` and `Cy DeFern` are one.
_RUN_TOGETHER = re.compile(
    r"(?<=[a-zà-öø-ÿ.])(?<! Mc)(?<! Mac)(?<! De)(?<! Di)(?<! Du)(?<! La)(?<! Le)(?<! Van)(?<! Fitz)"
    r"(?=[A-ZÀ-ÖØ-Þ][\w'’-]{0,40}\.? [\w.'’ -]{0,80}?[A-ZÀ-ÖØ-Þ])"
)
_OF_WHOM = re.compile(r"\([^()]*\)\s*")
_CITED_DAY = re.compile(r"\.\s(?:Epub )?(\d{4} [A-Z][a-z]{2} \d{1,2})(?=[;:.])")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int  # from 1
    cells: list[str]
    problem: str = ""
    is_open: bool = False  # its last cell is never closed


class CsvTable:
    """A table of papers."""

    name = "csv"
    version = 3

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin with the header of such a table; never raises."""
        text = _opening(head)
        return text[:1] not in ("", "<", "{", "[") and _shape(text[:20_000].split("\n")) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a table. Raises DumpError when its columns are not those of papers."""
        lines = decoding.decode_tagged(data).split("\n")
        shape = _shape(lines)
        if shape is None:
            raise DumpError("no table with a column for titles and one more that is known", line=1)
        separator, start, header = shape
        columns = columns_of(header)
        harvest = Harvest()
        below = _rows(lines, separator, start, len(header))
        rows = (row for row in below if row.cells != header)  # of two tables put together
        for number, row in enumerate(rows, start=1):
            harvest.add(Entry(number, row.line, {"row": row, "columns": columns}), _paper)
        return harvest.dump(self, captured_on)


def _opening(head: bytes) -> str:
    """Return the text of the first bytes, UTF-8 or UTF-16; '' when it is no text."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "ignore").lstrip("\ufeff \t\r\n")
    return head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")


def _shape(lines: Sequence[str]) -> tuple[str, int, list[str]] | None:
    """Return the separator, the index of the line below the header, and the header; or None."""
    separators = _SEPARATORS
    for start, line in enumerate(lines[:_MOST_BEFORE]):
        if told := _SEPARATOR_LINE.fullmatch(line.strip("\ufeff \t")):
            separators = told[1]
            continue
        for separator in separators:
            with suppress(csv.Error, TypeError):
                header, taken = _row(lines[start : start + _LONGEST_ROW], separator)
                if len(header) > 1 and columns_of(header):
                    return separator, start + taken, header
    return None


def _rows(lines: Sequence[str], separator: str, start: int, width: int) -> Iterator[_Row]:
    """Yield the rows below the header, each once, also those that cannot be read."""
    at = start
    while at < len(lines):
        if not lines[at].strip(" \t\x1a" + separator):
            at += 1
            continue
        # Each row is read by itself: after one that cannot be read the next begins anew.
        try:
            cells, taken = _row(lines[at : at + _LONGEST_ROW], separator)
        except csv.Error as error:
            yield _Row(at + 1, [], f"a row that cannot be read: {error}")
            at += 1
            continue
        if taken > 1 and not (
            len(cells) == width and _is_well_formed(lines[at : at + taken], separator)
        ):
            below = _row_within(lines[at : at + taken], separator, width)
            if below:
                yield _Row(at + 1, [], "a quotation mark that is never closed")
                at += below
                continue
        is_open = at + taken >= len(lines) and sum(line.count('"') for line in lines[at:]) % 2 == 1
        yield _Row(at + 1, cells, _misfit(cells, width), is_open=is_open)
        at += taken


def _row(lines: Sequence[str], separator: str, *, strict: bool = False) -> tuple[list[str], int]:
    """Return the first row's cells, and how many lines it takes. Raises csv.Error."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=strict)
    return next(reader, []), reader.line_num


def _is_well_formed(lines: Sequence[str], separator: str) -> bool:
    try:
        return _row(lines, separator, strict=True)[1] == len(lines)
    except csv.Error:
        return False


def _row_within(lines: Sequence[str], separator: str, width: int) -> int:
    """Return which of the lines below the first is a row by itself; 0 when none is."""
    for at in range(1, len(lines)):
        with suppress(csv.Error):
            cells, taken = _row(lines[at : at + 1], separator)
            if len(cells) == width and taken == 1 and lines[at].count('"') % 2 == 0:
                return at
    return 1 if len(lines) >= _LONGEST_ROW else 0


def _misfit(cells: Sequence[str], width: int) -> str:
    """Return why a row cannot be read, '' when it can: its cells would be in the wrong columns."""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        amount = "few" if len(cells) < width else "many"
        return f"too {amount} cells: {len(cells)} for {width} columns"
    return ""


def _paper(entry: Entry) -> PaperRecord:
    row: _Row = entry.values["row"]
    if row.problem:
        raise Unreadable(row.problem)
    if row.is_open:
        entry.problems.append("its last cell is never closed: it may be cut off")
    decoding.refuse_undecoded("\n".join(row.cells), row.line)
    columns: dict[str, list[int]] = entry.values["columns"]

    def all_of(name: str) -> list[str]:
        places = (place for place in columns.get(name, []) if place < len(row.cells))
        return [cell for place in places if (cell := fields.text(row.cells[place]))]

    def first(name: str) -> str:
        return fields.first(all_of(name))

    citation = first("citation")
    number = first("pmid")
    short = first("authors")
    if "names run together" in columns and "," not in short:
        short = _RUN_TOGETHER.sub(", ", short)
    told = Told(
        title=first("title"),
        abstract="" if first("abstract") == "[No abstract available]" else first("abstract"),
        authors=_authors(first("full names"), short),
        day=_day(all_of("day"), first("year"), citation)
        or day_of_parts(first("year"), first("month"), first("day of month")),
        dois=[*all_of("doi"), *([citation] if "doi:" in citation else [])],
        addresses=all_of("address") or ([ARTICLE.format(number)] if number.isdecimal() else []),
        arxiv=all_of("arxiv"),
        keywords=[word for text in all_of("keywords") for word in _list(text) or listed(text)],
        organisations=_organisations(first("organisations")),
        venue=first("venue"),
    )
    return record_told(entry, told)


def _authors(full: str, short: str) -> list[str]:
    """Return the names; initials that stand behind a family name (PubMed, Scopus) go before it."""
    told = _NUMBER_OF_AUTHOR.sub("", full) or short.rstrip(".") + "." * short.endswith(".")
    if told.startswith("[No author"):
        return []
    if several := _list(told):
        return [name for each in several for name in split_names(each, inverted=True)]
    return [initials_first(name) for name in split_names(told)]


def _organisations(told: str) -> list[str]:
    """Return the affiliations, without whose they are (Embase: `(Moss A.) Univ. Pots`)."""
    if told.startswith("("):
        return [_OF_WHOM.sub("", each) for each in re.split(r"\s*,\s*(?=\()", told)]
    return _list(told) or listed(told)


def _list(told: str) -> list[str]:
    """Return the texts in a cell that holds a list as Python or JSON writes it; else []."""
    if told[:1] != "[" or told[-1:] != "]":
        return []
    with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
        found = ast.literal_eval(told)
        return [each.strip() for each in found if isinstance(each, str) and each.strip()]
    return []


def _day(days: Sequence[str], year: str, citation: str) -> date | None:
    found = [*map(read_day, days), *(day_of_parts(year, told, "") for told in days)]
    cited = _CITED_DAY.search(citation)
    return next(filter(None, [*found, read_day(cited[1]) if cited else None]), None)
