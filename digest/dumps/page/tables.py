"""Papers in the rows of a table: Markdown's, or cells with tabs between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from digest.dumps.page.card_facts import read_facts

_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_MOST_CELLS = 15
_SHORTEST_ABSTRACT = 150  # characters
_TITLES = frozenset({"title", "titles", "paper", "papers", "paper title", "name", "titel", "titre"})
_ABSTRACTS = frozenset({"abstract", "summary", "description", "tl;dr", "tldr", "zusammenfassung"})
# What a column's name makes of its values, as a line of facts names it.
_LABELS = {
    "authors": "Authors", "author": "Authors", "votes": "Upvotes", "upvotes": "Upvotes",
    "likes": "Upvotes", "👍": "Upvotes", "date": "Date", "published": "Date", "day": "Date",
    "comments": "Comments", "stars": "Stars", "github": "GitHub", "code": "Code", "link": "Link",
    "links": "Link", "url": "URL", "pdf": "PDF", "arxiv": "arXiv", "arxiv id": "arXiv ID",
    "organization": "Organization", "organisation": "Organisation", "submitter": "Submitter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row, as a line of a card."""

    text: str
    is_title: bool = False


def table_rows(lines: Sequence[str]) -> dict[int, tuple[Cell, ...]]:
    """Return the cells of each line that is a table's row; none for its header and its rules.

    Columns are known by their names, or by what stands in them: a title's and an abstract's are
    told by their lengths. A table without a column of titles is none of papers.
    """
    found: dict[int, tuple[Cell, ...]] = {}
    for rows in _tables(lines):
        found.update(_read(rows))
    return found


def _tables(lines: Sequence[str]) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield runs of lines with equally many cells, each with its number."""
    split = ((number, _cells(line)) for number, line in enumerate(lines, start=1))
    filled = ((number, cells) for number, cells in split if cells != [""])
    for count, run in groupby(filled, key=lambda row: len(row[1])):
        rows = list(run)
        if 2 <= count <= _MOST_CELLS and len(rows) >= 2:
            yield rows


def _cells(line: str) -> list[str]:
    bare = line.strip(" \r")
    if bare.startswith("|") and bare.endswith("|") and len(bare) > 2:
        return [cell.strip().replace("\\|", "|") for cell in _BAR.split(bare[1:-1])]
    return [cell.strip() for cell in line.strip("\r\n").split("\t")] if line.strip() else [""]


def _read(rows: list[tuple[int, list[str]]]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    body = [(number, cells) for number, cells in rows if not _is_rule(cells)]
    names = [cell.strip("*_ ").lower() for cell in body[0][1]] if body else []
    is_header = bool(_TITLES & set(names)) or len(body) < len(rows)
    told = body[1:] if is_header else body
    title, abstract = _columns(names if is_header else [], [cells for _, cells in told])
    if title is None or (abstract is None and not is_header):
        return
    yield from ((number, ()) for number, cells in rows if _is_rule(cells) or cells is body[0][1])
    for number, cells in told:
        yield number, tuple(_card(cells, names if is_header else [], title, abstract))


def _is_rule(cells: Sequence[str]) -> bool:
    return all(_RULE.fullmatch(cell) for cell in cells)


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int | None, int | None]:
    """Return which columns hold titles and abstracts."""
    if len(rows) < 1:
        return None, None
    title = next((at for at, name in enumerate(names) if name in _TITLES), None)
    abstract = next((at for at, name in enumerate(names) if name in _ABSTRACTS), None)
    lengths = [median(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    if abstract is None:
        longest = max(range(len(lengths)), key=lengths.__getitem__)
        abstract = longest if lengths[longest] >= _SHORTEST_ABSTRACT and longest != title else None
    if title is None:
        may_be = [at for at, n in enumerate(lengths) if 15 <= n <= 200 and at != abstract]
        title = max(may_be, key=lengths.__getitem__, default=None)
    return title, abstract


def _card(
    cells: Sequence[str], names: Sequence[str], title: int, abstract: int | None
) -> Iterator[Cell]:
    if cells[title]:
        yield Cell(cells[title], is_title=True)
    if abstract is not None and cells[abstract]:
        yield Cell(cells[abstract])
    for at, value in enumerate(cells):
        if at in (title, abstract) or not value:
            continue
        label = _LABELS.get(names[at]) if names else None
        shown = f"{label}: {value}" if label else value
        facts = read_facts(shown)
        if facts is not None and (label or not facts.has_count):  # a number may count the rows
            yield Cell(shown)
