"""From bytes to the archive: recognise, parse, diff, keep. The first half of the flow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from digest.archive.diff import Intents, Known, Lookalikes, decide
from digest.archive.dump_results import Dump, DumpResult, IncomingDump, Rejection
from digest.archive.revisions import RevisePaper, revisions
from digest.errors import DumpError


class Change(Known, Lookalikes, Protocol):
    """The archive, open for one change."""

    def carry_out(
        self, intents: Intents, *, source: str, now: datetime, archive_only: bool
    ) -> None:
        """Write what was decided."""

    def revise(self, revised: Sequence[RevisePaper], *, source: str) -> None:
        """Write newer versions down."""


class PaperArchive(Protocol):
    """Where papers are kept."""

    def changing(self) -> AbstractContextManager[Change]:
        """Open it for one change, all or nothing."""


class DumpResults(Protocol):
    """Where it is written down which dumps were read."""

    def find(self, sha256: str) -> DumpResult | None:
        """Return the last reading of these bytes, or None."""

    def save(self, reading: DumpResult) -> None:
        """Write a reading down."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """The reading of dumps into an archive."""

    archive: PaperArchive
    readings: DumpResults
    read_file: Callable[[Path], bytes]  # raises DumpError when it is too large, and OSError
    parse: Callable[[str | None, bytes, datetime, date | None], Dump]  # raises DumpError
    parser_version: Callable[[str], int]  # a format's name → its parser's version today
    show_updated: bool = False  # newer versions of papers are a reason to show them again

    def read(self, incoming: IncomingDump, now: datetime) -> DumpResult:
        """Read a dump into the archive; what is wrong with it is in the answer, never raised.

        The same bytes again change nothing, unless the first reading rejected something or
        an older parser did it.
        """
        name, archive_only = incoming.name, incoming.archive_only
        try:
            data = self._content(incoming)
        except DumpError as error:
            return _refused(DumpResult("", name, now), error)
        blank = DumpResult(hashlib.sha256(data).hexdigest(), name, now, archive_only=archive_only)
        earlier = self.readings.find(blank.sha256)
        if earlier is not None and self._is_settled(earlier):
            return replace(earlier, name=name, new=0, already_ingested=True)
        try:
            dump = self.parse(incoming.format, data, now, incoming.captured_on)
        except DumpError as error:
            return _refused(blank, error)
        with self.archive.changing() as change:
            intents = decide(dump.records, change, change)
            # Asked before anything is written: of two abstracts the longer may replace the other.
            revised = revisions(dump.records, dump.replacements, change, show=self.show_updated)
            change.carry_out(intents, source=dump.format, now=now, archive_only=archive_only)
            change.revise(revised, source=dump.format)
            same_as = _same_as(dump, intents, change)
        reading = replace(
            blank,
            format=dump.format,
            parser_version=dump.parser_version,
            captured_on=incoming.captured_on or dump.captured_on or now.date(),
            papers=len(dump.records) + len(dump.repeats),
            new=len(intents.new),
            same_as=same_as,
            rejected=len(dump.rejections),
            problems=dump.rejections,
            without_abstract=sum(not record.abstract for record in dump.records),
            notes=dump.notes,
        )
        # Not in the papers' transaction: after a crash between the two the dump is read once
        # more, and nothing in it is new.
        self.readings.save(reading)
        return reading

    def _content(self, incoming: IncomingDump) -> bytes:
        if isinstance(incoming.content, bytes):
            return incoming.content
        return read_whole(incoming.content, self.read_file)

    def _is_settled(self, earlier: DumpResult) -> bool:
        newer_parser = self.parser_version(earlier.format or "") > earlier.parser_version
        return not earlier.rejected and not newer_parser


def _same_as(dump: Dump, intents: Intents, known: Known) -> tuple[int, ...]:
    """Return the number of the paper that each entry is which brought none, in the dump's order."""
    told = {index: update.id for update in intents.updates for index in update.records}
    repeated = {repeat.record for repeat in dump.repeats}
    made: dict[int, int] = {}
    for new in intents.new:
        if new.keys and (len(new.records) > 1 or not repeated.isdisjoint(new.records)):
            number = known.by_keys(new.keys[:1])[new.keys[0]].id
            made |= dict.fromkeys(new.records, number)
            told |= dict.fromkeys(new.records[1:], number)
    repeats = [(told | made).get(repeat.record) for repeat in dump.repeats]
    found = [told[index] for index in sorted(told)]
    return (*found, *(number for number in repeats if number is not None))


def read_whole(path: Path, read: Callable[[Path], bytes]) -> bytes:
    """Return a file's bytes by `read`; raises DumpError also where the system refuses."""
    try:
        if path.is_dir():
            raise DumpError("this is a folder: name the files in it")
        return read(path)
    except OSError as error:
        raise DumpError(f"cannot be read: {error.strerror or error}") from None


def _refused(blank: DumpResult, error: DumpError) -> DumpResult:
    return replace(blank, rejected=1, problems=(Rejection(error.line, error.reason),))
