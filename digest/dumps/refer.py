"""refer, as EndNote and Google Scholar write it (`.enw`): `%0 Journal Article`, `%T …`, `%A …`."""

from __future__ import annotations

import re

from digest.dumps.bibliographic_record import Told, listed, people_in_fields, record_told
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.entries_to_dump import Entry
from digest.dumps.tagged_records import TaggedPapers, TaggedRecord, TagLayout, title_of
from digest.papers import PaperRecord

_SIGN = re.compile(r"\A\s*%(?:0 [A-Z][A-Za-z]|[AT] \S)[^\n]*\n\s*%\S")
_LAYOUT = TagLayout(
    tag=re.compile(r"%([0-9A-Z!@#$&*()~^>+<\[\]=?|-])(?:\s(.*))?"),
    first=frozenset({"0"}),
    blank_ends=True,
    joined=re.compile(r"^(%.+?)(?=%0 [A-Z][a-z]+(?: [A-Z][a-z]+)*$)"),
)


def _paper(entry: Entry, piece: TaggedRecord) -> PaperRecord:
    years = piece.all("D")
    days = [*map(read_day, piece.all("8", "D"))]
    days += [day_of_parts(year, text, "") for year in years for text in piece.all("8")]
    told = Told(
        title=title_of(piece, "T", "!"),
        abstract=piece.first("X"),
        authors=people_in_fields(piece.all("A")),
        day=next(filter(None, days), None),
        dois=piece.all("R", "3"),
        addresses=piece.all("U", "2", ">"),
        arxiv=piece.all("J", "R", "M", "N"),
        keywords=_keywords(piece.lines("K")),
        organisations=piece.all("+"),
        venue=piece.first("J", "B", "S"),
    )
    return record_told(entry, told)


def _keywords(lines: list[str]) -> list[str]:
    """Return keywords: EndNote writes one a line, others part them by signs."""
    if len(lines) == 1 and ";" not in lines[0]:
        lines = lines[0].split(",")
    return [word for line in lines for word in listed(line)]


REFER = TaggedPapers(name="refer", sign=_SIGN, layout=_LAYOUT, paper=_paper)
