"""A dump, read, and what its reading came to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from digest.errors import counted
from digest.papers import PaperRecord

_MOST_NUMBERS = 5  # of papers in a report of one line


@dataclass(frozen=True, slots=True)
class Rejection:
    """One thing in a dump that could not be read; the rest of the dump is kept."""

    line: int | None  # from 1; None where the format has no lines
    reason: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """An entry of a dump that is a paper which the dump has told already."""

    line: int | None
    record: int  # which of the dump's records it repeats, by its index


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump, read: what it holds and what it does not."""

    format: str  # the Format's name
    parser_version: int  # a newer parser reads the same bytes again
    captured_on: date | None  # the day the source itself states; None: it states none
    records: tuple[PaperRecord, ...]  # in the source's own order
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[Rejection, ...] = ()  # what to know of it that is no fault: it looks cut off
    # Announced newer versions of papers: no papers of this dump, for they are not new.
    replacements: tuple[PaperRecord, ...] = ()
    repeats: tuple[Repeat, ...] = ()  # entries of an arXiv id or a DOI that came before


@dataclass(frozen=True, slots=True)
class IncomingDump:
    """A dump that has come, and what is known of it before it is read."""

    name: str  # the path or address that it came from
    content: bytes | Path  # its bytes, or the file that holds them
    captured_on: date | None = None  # the day it was saved, by who brings it
    archive_only: bool = False  # its papers are offered to nobody
    format: str | None = None  # the Format's name; None: to be recognised


@dataclass(frozen=True, slots=True)
class DumpResult:
    """One dump, read or refused."""

    sha256: str  # of its bytes; "" when not even those could be read
    name: str  # the path or address that it came from
    read_at: datetime
    format: str | None = None  # None: refused
    parser_version: int = 0
    captured_on: date | None = None
    papers: int = 0  # entries that are papers, repeated ones too
    new: int = 0
    same_as: tuple[int, ...] = ()  # the paper's number for each entry that is not new; not stored
    rejected: int = 0
    problems: tuple[Rejection, ...] = ()
    without_abstract: int = 0  # how many of its papers; told of this reading, not kept
    notes: tuple[Rejection, ...] = ()  # what to know that is no fault; not kept either
    archive_only: bool = False
    already_ingested: bool = False  # nothing was done: it had been read before

    def summary(self) -> str:
        """Say it in one line: `read 36 papers, rejected 1: line 88: title without abstract`."""
        if self.already_ingested:
            return f"already ingested: {counted(self.papers, 'paper')}, nothing to do"
        if self.format is None:
            said = f"refused: {_listed(self.problems)}"
        else:
            said = f"read {counted(self.papers, 'paper')}, {self.new} new"
            if self.same_as:
                said += f", {len(self.same_as)} the same as {_numbered(self.same_as)}"
            if self.without_abstract:
                said += f", {self.without_abstract} of them without an abstract"
            if self.problems:
                said += f", rejected {self.rejected}: {_listed(self.problems)}"
        if self.notes:
            said += f"; {_listed(self.notes)}"
        return said


def path_name(path: Path | str) -> str:
    """Return a path as text that can be stored; bytes that are not UTF-8 are escaped."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _numbered(papers: tuple[int, ...]) -> str:
    """Return the numbers of papers, each once: `paper 17`, `papers 3, 5 and 8`."""
    numbers = [str(number) for number in dict.fromkeys(papers)]
    if len(numbers) == 1:
        return f"paper {numbers[0]}"
    if len(numbers) > _MOST_NUMBERS:
        return (
            f"papers {', '.join(numbers[:_MOST_NUMBERS])} and {len(numbers) - _MOST_NUMBERS} more"
        )
    return f"papers {', '.join(numbers[:-1])} and {numbers[-1]}"


def _listed(problems: tuple[Rejection, ...]) -> str:
    shown = [f"line {p.line}: {p.reason}" if p.line else p.reason for p in problems[:5]]
    more = len(problems) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
