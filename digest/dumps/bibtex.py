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
from typing import Any

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.exceptions import PybtexError
from pybtex.scanner import PybtexSyntaxError
from pybtex.utils import CaseInsensitiveDict

from digest.dumps import fields, record, tagged_text, tex
from digest.dumps.harvest import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.dumps.links import doi_in_address
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]", re.MULTILINE)
_SIGN = re.compile(
    rb"^[ \t\xef\xbb\xbf]*@[ \t]*[A-Za-z]+\s*[{(]\s*[^\s,{}()]+\s*[,=]", re.MULTILINE
)
_NO_PAPER = ("comment", "preamble", "string", "set", "xdata")
_REMARK = re.compile(r"^[ \t]*%.*$", re.MULTILINE)  # biber's; to BibTeX it would be a mistake
_PERSON = re.compile(
    r"\b(given|family|prefix|suffix)\s*=\s*(?:\{([^{}]*)\}|\"([^\"]*)\"|([^,{}\"]+))"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


# Braces of mathematics and of commands are TeX's own; the others only protect capitals.
_PROTECTION = re.compile(r"\$[^$]*\$|(?:\\[A-Za-z]+\s*|\\\W|[\^_])\{[^{}]*\}|\{([^{}\\]*)\}")
# Braces around one command, `{\%}`, `{\'e}`, `{\ss}`, `{\mbox{$\times$}}`: only the command counts.
_COMMAND = re.compile(
    r"\{(\\(?:[A-Za-z]+|\W))(\s*(?:\{[^{}]*\}|(?<=[^A-Za-z])[^\W\d_]|(?<=\s)[^\W\d_]))?\s*\}"
)
_FORMULA = re.compile(r"\{(\$[^${}]*\$)\}")
_MBOX = re.compile(r"\\[mh]box\{([^{}]*)\}")
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
        text = tagged_text.decode_tagged(data)
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
    """Return an entry's fields by lower-case name; None for what is no paper.

    A `@string` goes into `macros`. Raises Unreadable.
    """
    if piece.kind in _NO_PAPER and piece.kind != "string":
        return None
    tagged_text.refuse_undecoded(piece.text, piece.line)
    try:
        found = _parsed(piece.text, macros, piece)
    except Unreadable:
        without_remarks = _REMARK.sub("", piece.text)
        if without_remarks == piece.text:
            raise
        found = _parsed(without_remarks, macros, piece)
    if piece.kind == "string":
        return None
    _, (key, told) = found[0]
    values: dict[str, object] = {"key": key}
    for name, pieces in told:
        values.setdefault(name.lower(), " ".join("".join(pieces).split()))
    return values


def _parsed(text: str, macros: CaseInsensitiveDict, piece: _Piece) -> list[Any]:
    problems: list[PybtexSyntaxError] = []
    try:
        found = list(LowLevelParser(text, macros=macros, handle_error=problems.append))
    except (PybtexError, RecursionError) as error:
        raise Unreadable(str(error) or type(error).__name__) from None
    fatal = [p for p in problems if "undefined string" not in str(p)]
    if fatal or not found:
        raise Unreadable(_told(fatal[0], piece) if fatal else "it cannot be read")
    return found


def _told(problem: PybtexSyntaxError, piece: _Piece) -> str:
    line = piece.line + (problem.lineno or 1) - 1
    reason = str(problem).partition(": ")[2] or str(problem)
    return f"{reason} (line {line})"


def _record(entry: Entry) -> PaperRecord:
    doi = find_doi(_bare(entry.text("doi"))) or doi_in_address(_bare(entry.text("url")))
    arxiv_id = _arxiv_id(entry)
    return record.build_record(
        title=_unprotected(entry.title("title")),
        abstract=_unprotected(entry.text("abstract")),
        position=entry.position,
        line=entry.line,
        authors=_authors(entry.text("author")),
        published=_published(entry),
        links=_links(entry, arxiv_id, doi),
        keywords=fields.words(re.split(r"\s*[;,]\s*", entry.text("keywords", "keyword"))),
        arxiv_id=arxiv_id,
        doi=doi,
    )


def _bare(told: str) -> str:
    """Return an address or an identifier without what TeX needs around its signs."""
    return re.sub(r"[\\{}]", "", told)


def _unprotected(told: str) -> str:
    for _ in range(_NESTED):
        told = _COMMAND.sub(_commanded, _FORMULA.sub(r"\1", _MBOX.sub(r"\1", told)))
        told = _PROTECTION.sub(lambda found: found[0] if found[1] is None else found[1], told)
    return told.replace("---", "—").replace("--", "–")


def _commanded(found: re.Match[str]) -> str:
    """Return a command without the braces around it; a bare name still ends where it ended."""
    command, argument = found[1], found[2] or ""
    if not argument:
        return f"{command}{{}}" if command[1:].isalpha() else command
    # An accent at once, since it may carry another one: {\~{\^e}}.
    return tex.to_unicode(command + argument) if len(command) == 2 else command + argument


def _authors(told: str) -> list[str]:
    names = [_name(each) for each in split_name_list(told)[: fields.MAX_NAMES]]
    return [name for name in names if name and name.lower() != "others"]


def _name(told: str) -> str:
    """Return a name as it is read: given names first."""
    parts = {found[1]: found[2] or found[3] or found[4] for found in _PERSON.finditer(told)}
    if "family" in parts:  # biber: given=Sam, family=Researcher, prefix=von
        ordered = [parts.get(key, "") for key in ("given", "prefix", "family", "suffix")]
    elif re.fullmatch(r"\{[^{}]*\}", told):  # {The ACME Collaboration}
        ordered = [told]
    else:
        try:
            person = Person(told)
        except PybtexError:
            return tex.to_unicode(told)
        ordered = [*person.first_names, *person.middle_names, *person.prelast_names]
        ordered += [*person.last_names, *person.lineage_names]
    shown = tex.to_unicode(_unprotected(" ".join(filter(None, ordered))))
    return shown.replace("{", "").replace("}", "").strip()


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
    cited = " ".join(map(entry.text, ("url", "journal", "note", "howpublished", "number")))
    if entry.text("journal").lower() in ("arxiv", "corr"):  # DBLP and Scholar: the id is a volume
        return find_arxiv_id(entry.text("volume").removeprefix("abs/")) or find_arxiv_id(cited)
    return find_arxiv_id(cited) if "arxiv" in cited.lower() else None


def _links(entry: Entry, arxiv_id: str | None, doi: str | None) -> list[Link]:
    address = fields.web_address(_bare(entry.text("url")))
    if not address and (doi or arxiv_id):
        address = f"https://doi.org/{doi}" if doi else f"https://arxiv.org/abs/{arxiv_id}"
    return [Link("paper", address)] if address else []
