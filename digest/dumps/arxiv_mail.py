r"""The mail that arXiv sends to its subscribers: entries between lines of `\\`.

https://info.arxiv.org/help/subscribe.html. Replacements are newer versions, not new papers;
cross-lists are new to the reader's archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.dumps import decoding, mail_body, record
from digest.dumps.affiliations import split_byline, unnamed
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_SIGN = re.compile(rb"^\\\\[ \t]*\r?\n(?:Paper[^\n:]*|arXiv): ?\S+", re.MULTILINE)
_SENDER = re.compile(rb"@(?:[\w-]+\.)?arxiv\.org", re.IGNORECASE)
_BEGIN = re.compile(r"(?:Paper[^:]*|arXiv): ?(?P<id>\S+)(?P<mark>.*)")
_RULE = re.compile(r"\\\\\s*(?:\(.*)?|[-%]{20,}\s*")
_FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z-]{2,20}): ?(?P<value>.*)")
_UNTIL = re.compile(r"received from\s.{0,80}\sto\s+(?P<day>.{1,80})", re.IGNORECASE)


@dataclass(slots=True)
class _Piece:
    line: int
    id: str
    replaced: bool
    fields: dict[str, list[str]] = field(default_factory=dict)  # a field's lines
    abstract: list[str] = field(default_factory=list)
    ended: bool = False  # by the line with its address


class ArxivMail:
    """arXiv's daily mailing."""

    name = "arxiv-mail"
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether an entry of a mailing is in these first bytes; never raises."""
        return _SIGN.search(head) is not None or mail_body.came_from(head, _SENDER)

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a mailing. Raises DumpError when there is no entry in it."""
        text = decoding.decode_tagged(mail_body.mail_body(data))
        harvest = Harvest()
        number = 0
        for number, piece in enumerate(_pieces(text), start=1):
            entry = Entry(number, piece.line, {"piece": piece})
            (harvest.replace if piece.replaced else harvest.add)(entry, _paper)
        if number == 0:
            raise DumpError("no entry of an arXiv mailing", line=1)
        until = _UNTIL.search(text)
        return harvest.dump(self, captured_on or (read_day(until["day"]) if until else None))


def _pieces(text: str) -> Iterator[_Piece]:
    piece: _Piece | None = None
    name, rules = "", 0  # the field being read; how many `\\` of this entry were seen
    after_rule = False
    for number, line in enumerate(text.split("\n"), start=1):
        found = _BEGIN.match(line)
        if found and after_rule and find_arxiv_id(found["id"]):
            if piece:
                yield piece
            piece = _Piece(number, found["id"], "replaced" in found["mark"])
            name, rules = "", 1
        elif piece is None:
            pass
        elif _RULE.fullmatch(line):
            rules += line.startswith("\\\\")
            piece.ended = piece.ended or line.startswith("\\\\ (")
        elif rules >= 2:
            piece.abstract.append(line.strip())
        elif line.startswith(("replaced with", "(replaced with")):
            piece.replaced = True
        elif told := _FIELD.match(line):
            name = told["name"].lower()
            piece.fields[name] = [told["value"].strip()]
        elif name and line.strip():
            piece.fields[name].append(line.strip())
        after_rule = bool(_RULE.fullmatch(line)) or (after_rule and not line.strip())
    if piece:
        yield piece


def _paper(entry: Entry) -> PaperRecord:
    piece: _Piece = entry.values["piece"]
    told = {name: " ".join(lines) for name, lines in piece.fields.items()}
    decoding.refuse_undecoded("\n".join([*told.values(), *piece.abstract]), piece.line)
    if not told.get("title"):
        raise Unreadable(f"no title for arXiv:{piece.id}")
    if not piece.ended:
        entry.problems.append("no line with its address: it may be cut off")
    number = find_arxiv_id(piece.id)
    authors, more = unnamed(told.get("authors") or told.get("author", ""))
    byline = split_byline(authors)
    return record.build_record(
        title=told["title"],
        abstract=" ".join(filter(None, piece.abstract)),
        position=entry.position,
        line=entry.line,
        authors=byline.names,
        author_count=len(byline.names) + more or None,
        published=read_day(told.get("date", "").split("(")[0]),
        links=[Link("paper", f"https://arxiv.org/abs/{number}")],
        keywords=told.get("categories", "").split(),
        arxiv_id=number,
        doi=find_doi(told.get("doi", "")),
        organisations=byline.organisations,
        venue=told.get("journal-ref", ""),
        comment=told.get("comments", ""),
    )
