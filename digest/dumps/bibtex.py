"""BibTeX and BibLaTeX, entry by entry.

pybtex reads each entry; we cut the file into entries first, so that one missing brace does not
swallow all that follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.exceptions import PybtexError
from pybtex.scanner import PybtexSyntaxError
from pybtex.utils import CaseInsensitiveDict

from digest.dumps import fields, record, tagged_text, tex
from digest.dumps.harvest import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]", re.MULTILINE)
_SIGN = re.compile(
    rb"^[ \t\xef\xbb\xbf]*@[ \t]*[A-Za-z]+\s*[{(]\s*[^\s,{}()]+\s*[,=]", re.MULTILINE
)
_NO_PAPER = ("comment", "preamble", "string")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


# Braces of mathematics and of commands are TeX's own; the others only protect capitals.
_PROTECTION = re.compile(r"\$[^$]*\$|(?:\\[A-Za-z]+\s*|\\\W|[\^_])\{[^{}]*\}|\{([^{}\\]*)\}")
_NESTED = 4  # levels of braces: {{BERT}} is common


@dataclass(frozen=True, slots=True)
class _Piece:
    """The text from one `@` at a line's start to the next."""

    kind: str
    line: int
    text: str


class BibTeX:
    """A bibliography in BibTeX."""

    name = "bibtex"
    version = 2

    def recognises(self, head: bytes) -> bool:
        """Say whether an entry (`@article{key,`) begins a line of these bytes; never raises."""
        return _SIGN.search(head) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a bibliography. Raises DumpError when there is no entry in it."""
        text = tagged_text.decode(data)
        macros: CaseInsensitiveDict = CaseInsensitiveDict(month_names)
        harvest = Harvest()
        number = 0
        for piece in _pieces(text):
            number += piece.kind not in _NO_PAPER
            try:
                values = _read(piece, macros)
            except Unreadable as error:
                harvest.reject(piece.line, f"@{piece.kind}: {error}")
            else:
                if values is not None:
                    harvest.add(Entry(number, piece.line, values), _record)
        if not harvest.records and not harvest.rejections:
            raise DumpError("no BibTeX entry", line=1)
        return harvest.dump(self, captured_on)


def _pieces(text: str) -> Iterator[_Piece]:
    starts = list(_ENTRY.finditer(text))
    line, counted = 1, 0
    for found, after in zip_longest(starts, starts[1:]):
        end = after.start() if after else len(text)
        line, counted = line + text.count("\n", counted, found.start()), found.start()
        yield _Piece(found[1].lower(), line, text[found.start() : end])


def _read(piece: _Piece, macros: CaseInsensitiveDict) -> dict[str, object] | None:
    """Return an entry's fields by lower-case name; None for what is no entry.

    A `@string` goes into `macros`. Raises Unreadable.
    """
    if piece.kind in ("comment", "preamble"):
        return None
    tagged_text.refuse_undecoded(piece.text, piece.line)
    problems: list[PybtexSyntaxError] = []
    try:
        found = list(LowLevelParser(piece.text, macros=macros, handle_error=problems.append))
    except (PybtexError, RecursionError) as error:
        raise Unreadable(str(error) or type(error).__name__) from None
    fatal = [p for p in problems if "undefined string" not in str(p)]
    if fatal or not found:
        raise Unreadable(_told(fatal[0], piece) if fatal else "it cannot be read")
    if piece.kind == "string":
        return None
    _, (key, told) = found[0]
    values: dict[str, object] = {"key": key}
    for name, pieces in told:
        values.setdefault(name.lower(), " ".join("".join(pieces).split()))
    return values


def _told(problem: PybtexSyntaxError, piece: _Piece) -> str:
    line = piece.line + (problem.lineno or 1) - 1
    reason = str(problem).partition(": ")[2] or str(problem)
    return f"{reason} (line {line})"


def _record(entry: Entry) -> PaperRecord:
    doi = find_doi(entry.text("doi")) or find_doi(entry.text("url"))
    arxiv_id = _arxiv_id(entry)
    return record.build(
        title=_unprotected(entry.title("title")),
        abstract=_unprotected(entry.text("abstract")),
        position=entry.position,
        line=entry.line,
        authors=_authors(entry.text("author")),
        published=_published(entry),
        links=_links(entry, arxiv_id, doi),
        keywords=[word.strip() for word in re.split(r"[;,]", entry.text("keywords"))],
        arxiv_id=arxiv_id,
        doi=doi,
    )


def _unprotected(told: str) -> str:
    for _ in range(_NESTED):
        told = _PROTECTION.sub(lambda found: found[0] if found[1] is None else found[1], told)
    return told


def _authors(told: str) -> list[str]:
    names = []
    for each in split_name_list(told)[: fields.MAX_NAMES]:
        if each.startswith("{"):  # {The ACME Collaboration}
            names.append(tex.to_unicode(each).strip("{}"))
            continue
        try:
            person = Person(each)
        except PybtexError:
            names.append(tex.to_unicode(each))
            continue
        given = [*person.first_names, *person.middle_names]
        ordered = [*given, *person.prelast_names, *person.last_names, *person.lineage_names]
        names.append(tex.to_unicode(" ".join(ordered)).replace("{", "").replace("}", ""))
    return [name for name in names if name.lower() != "others"]


def _published(entry: Entry) -> date | None:
    """Return the day, when the entry tells a whole one."""
    if day := fields.day(entry.text("date")):
        return day
    year, month, day_of_month = (entry.text(key) for key in ("year", "month", "day"))
    short = month[:3].lower()
    number = str(_MONTHS.index(short) + 1) if short in _MONTHS else month
    return fields.day(f"{year}-{number}-{day_of_month}")


def _arxiv_id(entry: Entry) -> str | None:
    archive = entry.text("archiveprefix", "eprinttype").lower()
    eprint = entry.text("eprint", "arxivid")
    if archive == "arxiv" or "arxivid" in entry.values or eprint.lower().startswith("arxiv:"):
        return find_arxiv_id(eprint)
    cited = " ".join(entry.text(key) for key in ("url", "journal", "note", "howpublished"))
    return find_arxiv_id(cited) if "arxiv" in cited.lower() else None


def _links(entry: Entry, arxiv_id: str | None, doi: str | None) -> list[Link]:
    address = fields.web_address(entry.text("url").replace(r"\_", "_").replace(r"\%", "%"))
    if not address and (doi or arxiv_id):
        address = f"https://doi.org/{doi}" if doi else f"https://arxiv.org/abs/{arxiv_id}"
    return [Link("paper", address)] if address else []
