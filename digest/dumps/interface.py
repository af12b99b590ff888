"""What every dump format and every place looks like from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from digest.papers import PaperRecord


@dataclass(frozen=True, slots=True)
class Rejection:
    """One thing in a dump that could not be read; the rest of the dump is kept."""

    line: int | None  # from 1; None where the format has no lines
    reason: str


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump, read: what it holds and what it does not."""

    format: str  # the Format's name
    parser_version: int  # a newer parser reads the same bytes again
    captured_on: date | None  # the day the source itself states; None: it states none
    records: tuple[PaperRecord, ...]  # in the source's own order
    rejections: tuple[Rejection, ...] = ()


class Format(Protocol):
    """One layout of one source."""

    name: str  # e.g. "page-text"
    version: int  # counts up when the same bytes would give other records

    def recognises(self, head: bytes) -> bool:
        """Say whether these first bytes (64 KiB at most) are this format's; never raises."""

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a whole dump.

        `now` (aware) resolves dates without a year; `captured_on` overrides the dump's own day.
        Raises DumpError when the bytes are no dump at all.
        """
