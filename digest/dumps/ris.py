"""RIS, what reference managers and publishers export: `TY  - JOUR` … `ER  - `.

Read here and not by rispy, which gives no line numbers and drops a record that breaks off
without a word. The tags are those of EndNote's "RIS Format Specifications" (2011), and what
PubMed, Scopus, Web of Science and Wiley make of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.dumps import fields, record, tagged_text
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.harvest import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.dumps.links import doi_address, doi_in_address
from digest.dumps.names import split_names
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_SIGN = re.compile(r"^[ \t]*TY {0,3}- {0,3}[A-Za-z][A-Za-z ]{1,40}$", re.MULTILINE)
_TAG = re.compile(r"\s{0,3}([A-Z][A-Z0-9]) {1,3}-(?: (.*))?$")
_BEGINNING = re.compile(r"\s{0,3}TY {0,3}- {0,3}([A-Za-z].{0,60})?$")
# Files put together without a line end between them: `ER  - TY  - JOUR`.
_JOINED = re.compile(r"^([ \t]*ER {0,3}-[ \t]*)(?=TY {1,3}- )", re.MULTILINE)
_BOOKS = ("BOOK", "EBOOK", "EDBOOK", "THES", "RPRT")
_MOST_IN_LINE = 10_000  # authors


@dataclass(slots=True)
class _Piece:
    """The lines of one record."""

    line: int
    tags: list[tuple[str, list[str]]] = field(default_factory=list)  # tag, its lines
    ended: bool = False  # by its ER line, or by the next record

    def lines(self, *names: str) -> list[str]:
        """Return every line of these tags: EndNote writes a keyword a line."""
        return [
            line
            for name in names
            for tag, lines in self.tags
            if tag == name
            for line in lines
            if line
        ]

    def all(self, *names: str) -> list[str]:
        """Return every value of these tags, in the order of the names."""
        return [
            value
            for name in names
            for tag, lines in self.tags
            if tag == name and (value := " ".join(filter(None, lines)))
        ]

    def first(self, *names: str) -> str:
        """Return the first value of these tags, or ''."""
        return next(iter(self.all(*names)), "")


class Ris:
    """A bibliography in RIS."""

    name = "ris"
    version = 4

    def recognises(self, head: bytes) -> bool:
        """Say whether a record (`TY  - JOUR`) begins a line of these bytes; never raises."""
        return _SIGN.search(tagged_text.opening(head)) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a bibliography. Raises DumpError when there is no record in it."""
        harvest = Harvest()
        number = 0
        for number, piece in enumerate(_pieces(tagged_text.decode_tagged(data)), start=1):
            harvest.add(Entry(number, piece.line, {"piece": piece}), _record)
        if number == 0:
            raise DumpError("no RIS record: no line begins with 'TY  - '", line=1)
        return harvest.dump(self, captured_on)


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the records; tagged lines that stand in none are one of their own."""
    piece: _Piece | None = None
    for number, line in _lines(text):
        found = _TAG.match(line)
        begins = _BEGINNING.match(line) is not None
        if begins or (piece is None and found and found[1] != "ER"):
            if piece:
                piece.ended = True
                yield piece
            piece = _Piece(number)
        if piece is None:
            continue
        if found and found[1] == "ER":
            piece.ended = True
            yield piece
            piece = None
        elif found or begins:
            tag, told = (found[1], found[2]) if found else ("TY", "")
            piece.tags.append((tag, [(told or "").strip()]))
        elif line.strip() and piece.tags:  # a value may run on over lines without a tag
            piece.tags[-1][1].append(line.strip())
    if piece:
        yield piece


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        for part in _JOINED.sub("\\1\n", line).split("\n"):
            yield number, part


def _record(entry: Entry) -> PaperRecord:
    piece: _Piece = entry.values["piece"]
    for _, lines in piece.tags:
        tagged_text.refuse_undecoded("\n".join(lines), piece.line)
    title = _title(piece)
    if not piece.tags or piece.tags[0][0] != "TY":
        entry.problems.append("no TY line: it may lack its beginning")
    if not piece.ended:
        entry.problems.append("no ER line: it may be cut off")
    cited = " ".join(piece.all("DO", "UR", "L1", "L2", "ID", "M1", "M3", "N1"))
    addresses = [a for told in piece.all("UR", "L2", "L1") for a in re.split(r";\s*(?=http)", told)]
    links = [Link("paper", a) for a in map(fields.web_address, addresses) if a]
    doi = next(filter(None, map(find_doi, piece.all("DO", "DI", "M3", "N1", "C7"))), None)
    doi = doi or next(filter(None, map(doi_in_address, addresses)), None)
    if not links and doi:
        links = [Link("paper", doi_address(doi))]
    authors = piece.all("AU", "A1")[:_MOST_IN_LINE] or piece.all("A2", "ED")[:_MOST_IN_LINE]
    return record.build_record(
        title=title,
        abstract=fields.without_markup(max(piece.all("AB", "N2"), key=len, default="")),
        position=entry.position,
        line=entry.line,
        authors=dict.fromkeys(n for told in authors for n in split_names(told, inverted=True)),
        published=_published(piece),
        links=links[:1],
        keywords=fields.words([k for told in piece.lines("KW") for k in re.split(r";\s*", told)]),
        arxiv_id=find_arxiv_id(cited) if "arxiv" in cited.lower() else None,
        doi=doi,
        venue=_venue(piece),
        comment=fields.without_markup("; ".join(piece.all("N1"))),
    )


def _title(piece: _Piece) -> str:
    """Return the title without markup. Raises Unreadable when there is none."""
    found = piece.first("TI", "T1", "CT", "BT", "ST")
    if not found:
        raise Unreadable("no title (TI or T1)")
    return fields.without_markup(found)


def _venue(piece: _Piece) -> str:
    """Return the journal or the proceedings; a book's second title is its series."""
    if piece.first("TY").strip().upper() in _BOOKS:
        return ""
    titled = piece.first("TI", "T1", "CT")  # else BT is the title itself
    return fields.without_markup(
        piece.first("JF", "T2", "JO", "C3", *(["BT"] if titled else []), "JA", "J2", "J1")
    )


def _published(piece: _Piece) -> date | None:
    """Return the day, told whole or in parts: `PY  - 2020` and `DA  - MAR 5` (Web of Science)."""
    told = piece.all("DA", "Y1", "PY")
    if whole := next(filter(None, map(read_day, told)), None):
        return whole
    year = next((found[0] for text in told if (found := re.search(r"\b[12]\d{3}\b", text))), "")
    parts = (day_of_parts(year, text, "") for text in piece.all("DA") if year and year not in text)
    return next(filter(None, parts), None)
