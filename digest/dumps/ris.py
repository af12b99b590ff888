"""RIS, what reference managers and publishers export: `TY  - JOUR` … `ER  - `.

Read here and not by rispy, which gives no line numbers and drops a record that breaks off
without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.dumps import fields, record, tagged_text
from digest.dumps.harvest import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.dumps.links import doi_in_address
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_SIGN = re.compile(rb"^[ \t\xef\xbb\xbf]*TY {1,2}- ?[A-Za-z][A-Za-z ]{1,40}\r?$", re.MULTILINE)
_TAG = re.compile(r"\s{0,3}([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$")
_DAY = re.compile(r"(\d{4})[/-](\d{1,2}|[A-Za-z]{3})[/-](\d{1,2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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


class Ris:
    """A bibliography in RIS."""

    name = "ris"
    version = 2

    def recognises(self, head: bytes) -> bool:
        """Say whether a record (`TY  - JOUR`) begins a line of these bytes; never raises."""
        return _SIGN.search(head) is not None

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
    piece: _Piece | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        found = _TAG.match(line)
        if found and found[1] == "TY":
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
        elif found:
            piece.tags.append((found[1], [(found[2] or "").strip()]))
        elif line.strip() and piece.tags:  # a value may run on over lines without a tag
            piece.tags[-1][1].append(line.strip())
    if piece:
        yield piece


def _record(entry: Entry) -> PaperRecord:
    piece: _Piece = entry.values["piece"]
    for _, lines in piece.tags:
        tagged_text.refuse_undecoded("\n".join(lines), piece.line)
    titles = piece.all("TI", "T1", "CT", "BT", "ST")
    if not titles:
        raise Unreadable("no title (TI or T1)")
    if not piece.ended:
        entry.problems.append("no ER line: it may be cut off")
    cited = " ".join(piece.all("DO", "UR", "L1", "L2", "ID", "M1", "M3", "N1"))
    addresses = [a for told in piece.all("UR", "L2", "L1") for a in re.split(r";\s*", told)]
    links = [Link("paper", a) for a in map(fields.web_address, addresses) if a]
    doi = next(filter(None, map(find_doi, piece.all("DO", "M3"))), None)
    doi = doi or next(filter(None, map(doi_in_address, addresses)), None)
    if not links and doi:
        links = [Link("paper", f"https://doi.org/{doi}")]
    return record.build_record(
        title=titles[0],
        abstract=fields.without_markup(max(piece.all("AB", "N2"), key=len, default="")),
        position=entry.position,
        line=entry.line,
        authors=dict.fromkeys(map(_name, piece.all("AU", "A1")[: fields.MAX_NAMES])),
        published=next(filter(None, map(_day, piece.all("DA", "Y1", "PY"))), None),
        links=links[:1],
        keywords=fields.words(piece.lines("KW")),
        arxiv_id=find_arxiv_id(cited) if "arxiv" in cited.lower() else None,
        doi=doi,
    )


def _name(told: str) -> str:
    """Turn `Lovelace, Ada, Jr.` into a name as it is read."""
    family, *given = [part.strip() for part in told.split(",")]
    return " ".join([*given[:1], family, *given[1:]]).strip()


def _day(told: str) -> date | None:
    found = _DAY.match(told)
    if not found:
        return None
    year, month, day = found.groups()
    if month.lower() in _MONTHS:
        month = str(_MONTHS.index(month.lower()) + 1)
    return fields.day(f"{year}-{month}-{day}")
