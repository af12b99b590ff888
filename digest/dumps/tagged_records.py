"""Records whose lines begin with tags: RIS and PubMed (`TI  - …`), Web of Science (`TI …`), refer.

Pure. A layout says what a tag looks like and where a record begins; every line is in a record, is
one of the file's own lines, or is told as a stray one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.dumps import decoding
from digest.dumps.entries_to_dump import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.errors import DumpError
from digest.papers import PaperRecord


@dataclass(frozen=True, slots=True)
class TagLayout:
    """How one kind of file writes its tags."""

    tag: re.Pattern[str]  # of a whole line: its tag and its value
    first: frozenset[str]  # tags that begin a record whatever stands before
    blank_ends: bool = False  # in a file without those, a blank line ends a record
    last: str = ""  # the tag that ends a record, where there is one
    file_tags: frozenset[str] = frozenset()  # of lines that belong to no record
    has_preamble: bool = False  # programs write what they like before the first record
    between: re.Pattern[str] | None = None  # other lines that programs write outside of records
    joined: re.Pattern[str] | None = None  # where a line ends and the next was hung on it

    def ignores(self, line: str, *, begun: bool) -> bool:
        """Return whether a line outside of records is a program's own; `begun`: behind a record."""
        if self.has_preamble and not begun:
            return True
        return self.between is not None and self.between.fullmatch(line.strip()) is not None


@dataclass(slots=True)
class TaggedRecord:
    """The lines of one record."""

    line: int  # from 1
    tags: list[tuple[str, list[str]]] = field(default_factory=list)  # tag, its lines
    ended: bool = False

    def lines(self, *names: str) -> list[str]:
        """Return every line of the first of these tags that is there."""
        for name in names:
            if found := [x for tag, lines in self.tags if tag == name for x in lines if x]:
                return found
        return []

    def all(self, *names: str) -> list[str]:
        """Return every value of these tags, each on one line, in the order of the names."""
        return [
            value
            for name in names
            for tag, lines in self.tags
            if tag == name and (value := " ".join(filter(None, lines)))
        ]

    def first(self, *names: str) -> str:
        """Return the first value of the first of these tags that has one, or ''."""
        return next(iter(self.all(*names)), "")


@dataclass(slots=True)
class TaggedPapers:
    """One kind of file with tagged records."""

    name: str
    sign: re.Pattern[str]  # in the opening of such a file and of no other
    layout: TagLayout
    paper: Callable[[Entry, TaggedRecord], PaperRecord]  # raises Unreadable
    version: int = 2

    def recognises(self, head: bytes) -> bool:
        """Return whether a record begins in these first bytes; never raises."""
        return self.sign.search(decoding.opening(head)) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a file. Raises DumpError when there is no record in it."""
        harvest = Harvest()
        number = 0
        for found in _records(decoding.decode_tagged(data), self.layout):
            if isinstance(found, int):
                harvest.reject(found, "a line outside of any record")
                continue
            number += 1
            harvest.add(Entry(number, found.line, {"record": found}), self._record)
        if number == 0:
            raise DumpError("no record in it", line=1)
        return harvest.dump(self, captured_on)

    def _record(self, entry: Entry) -> PaperRecord:
        piece: TaggedRecord = entry.values["record"]
        for _, lines in piece.tags:
            decoding.refuse_undecoded("\n".join(lines), piece.line)
        if not piece.ended:
            entry.problems.append(f"no {self.layout.last} line: it may be cut off")
        return self.paper(entry, piece)


def _records(text: str, layout: TagLayout) -> Iterator[TaggedRecord | int]:
    """Yield the records, and the number of each first line of a run outside of them."""
    piece: TaggedRecord | None = None
    blank, stray = True, False  # the line before: nothing in it, outside of records
    begun = False
    lines = [(number, line, layout.tag.fullmatch(line)) for number, line in _lines(text, layout)]
    first = _beginnings([found[1].strip() if found else "" for _, _, found in lines], layout)
    parted_by_blank = layout.blank_ends and not any(
        found and found[1].strip() in first for _, _, found in lines
    )
    for number, line, found in lines:
        tag = found[1].strip() if found else ""
        if tag in layout.file_tags or not line.strip("\ufeff \t\x1a"):
            blank, stray = True, False
            continue
        if piece is None and (tag == layout.last if tag else layout.ignores(line, begun=begun)):
            continue
        if found and (tag in first or piece is None or (blank and parted_by_blank)):
            if piece is not None:
                piece.ended = True  # another record follows: nothing of this one is missing
                yield piece
            piece, begun = TaggedRecord(number, ended=not layout.last), True
        if piece is None:
            if not stray:
                yield number
            stray = True
        elif tag and tag == layout.last:
            piece.ended = True
            yield piece
            piece = None
        elif found:
            piece.tags.append((tag, [(found[2] or "").strip()]))
        elif piece.tags:
            piece.tags[-1][1].append(line.strip())
        blank = False
    if piece is not None:
        yield piece


def _lines(text: str, layout: TagLayout) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, those apart that were hung on others."""
    for number, line in enumerate(text.split("\n"), start=1):
        for part in layout.joined.sub("\\1\n", line).split("\n") if layout.joined else [line]:
            yield number, part


def _beginnings(tags: list[str], layout: TagLayout) -> frozenset[str]:
    """Return the tags that begin a record in this file.

    Where one and the same tag stands right before each of the layout's (bepress: `%T` before
    `%0`), it is that one.
    """
    pairs = zip(["", *tags], tags, strict=False)
    before = {earlier for earlier, tag in pairs if tag in layout.first}
    known = {"", layout.last, *layout.file_tags, *layout.first}
    return frozenset(before) if len(before) == 1 and before.isdisjoint(known) else layout.first


def title_of(piece: TaggedRecord, *tags: str) -> str:
    """Return a record's title. Raises Unreadable, naming the tag that is missing."""
    if found := piece.first(*tags):
        return found
    raise Unreadable(f"no title ({' or '.join(tags)})")
