"""What every dump format and every place looks like from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from digest.archive.dump_results import Dump, Rejection, Repeat

__all__ = ["Dump", "Format", "Rejection", "Repeat"]


class Format(Protocol):
    """One layout of one source."""

    name: str  # e.g. "page-text"
    version: int  # counts up when the same bytes would give other records

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes (64 KiB at most) are this format's; never raises."""

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a whole dump.

        `now` (aware) resolves dates without a year; `captured_on` overrides the dump's own day.
        Raises DumpError when the bytes are no dump at all.
        """
