"""From a source's entries to a dump: what every structured format does alike.

Pure. A format says how one entry becomes a record; here each failure becomes a rejection and
two entries of one paper (versions, cross-lists) become one record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from digest.dumps import fields, json_text
from digest.dumps.dates import read_day
from digest.dumps.interface import Dump, Format, Rejection, Repeat
from digest.errors import DumpError
from digest.papers import PaperRecord

MAX_RECORDS = 50_000  # a month of arXiv is 25,000
MAX_REJECTIONS = 1_000

_T = TypeVar("_T")


class Unreadable(ValueError):
    """One entry is no paper; its text is the reason. It never leaves `harvest`."""


@dataclass(slots=True)
class Entry:
    """One entry of a source, with what could not be read of it."""

    number: int  # from 1
    line: int | None
    values: Mapping[str, Any]
    position: int = 0  # the record's place, when it becomes one
    problems: list[str] = field(default_factory=list)  # what is amiss in a paper that is kept

    def text(self, *keys: str) -> str:
        """Return the first of these fields that holds text, or ''."""
        for key in keys:
            value = self.values.get(key)
            if found := fields.text(value):
                return found
            if value not in (None, ""):
                self._unread(key, value)
        return ""

    def title(self, *keys: str) -> str:
        """Return the entry's title. Raises Unreadable when it has none."""
        if found := self.text(*keys):
            return found
        self.problems.clear()
        raise Unreadable("no title")

    def count(self, key: str) -> int | None:
        """Return a count, or None."""
        return self._read(key, fields.count)

    def day(self, *keys: str) -> date | None:
        """Return the first of these fields that names a day, or None."""
        return next(filter(None, (self._read(key, read_day) for key in keys)), None)

    def names(self, key: str) -> tuple[str, ...]:
        """Return the names in a list of strings or objects."""
        return self._read(key, fields.names) or ()

    def words(self, key: str) -> tuple[str, ...]:
        """Return the strings of a list."""
        return self._read(key, fields.words) or ()

    def _read(self, key: str, reader: Callable[[object], _T]) -> _T | None:
        value = self.values.get(key)
        found = reader(value)
        if not found and found != 0 and value not in (None, "", [], "NA"):
            self._unread(key, value)
        return found

    def _unread(self, key: str, value: object) -> None:
        shown = value[:40] if isinstance(value, str) else type(value).__name__
        self.problems.append(f"{key} not read: {shown!r}")


@dataclass(slots=True)
class Harvest:
    """Records and rejections, as they are gathered; each entry ends as one of them, or repeats."""

    records: list[PaperRecord] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    replacements: list[PaperRecord] = field(default_factory=list)  # newer versions: not new papers
    repeats: list[Repeat] = field(default_factory=list)
    notes: list[Rejection] = field(default_factory=list)  # what is amiss in papers that are kept
    _known: dict[str, int] = field(default_factory=dict)  # identifier → its record's index
    _surplus: bool = False

    def reject(self, line: int | None, reason: str) -> None:
        """Note one thing that could not be read."""
        _list(self.rejections, line, reason)

    def add(self, entry: Entry, build: Callable[[Entry], PaperRecord | None]) -> None:
        """Make an entry's record; None from `build` means that it is none of our business."""
        entry.position = len(self.records)
        if entry.position >= MAX_RECORDS:
            self._refuse_surplus(entry)
            return
        try:
            record = build(entry)
        except Unreadable as error:
            self.reject(entry.line, f"entry {entry.number}: {error}")
            return
        for problem in entry.problems:
            _list(self.notes, entry.line, f"entry {entry.number}: {problem}")
        if record is None:
            return
        ids = [key.lower() for key in (record.arxiv_id, record.doi) if key]
        known = next((self._known[key] for key in ids if key in self._known), None)
        if known is not None:
            self.repeats.append(Repeat(entry.line, known))
            return
        self._known |= dict.fromkeys(ids, entry.position)
        self.records.append(record)

    def replace(self, entry: Entry, build: Callable[[Entry], PaperRecord]) -> None:
        """Note a newer version that the source announces; one that cannot be read is no loss."""
        entry.position = len(self.replacements)
        if entry.position < MAX_RECORDS:
            with suppress(Unreadable):
                self.replacements.append(build(entry))

    def _refuse_surplus(self, entry: Entry) -> None:
        if not self._surplus:
            self._surplus = True
            self.rejections.append(
                Rejection(entry.line, f"more than {MAX_RECORDS:,} papers: the rest is left out")
            )

    def take(
        self, element: json_text.Element, build: Callable[[Entry], PaperRecord | None]
    ) -> None:
        """Make the record of a JSON element, which may be broken or no object at all."""
        if element.problem or not isinstance(element.value, dict):
            self.reject(element.line, f"entry {element.number}: {element.problem or 'no object'}")
        else:
            self.add(Entry(element.number, element.line, element.value), build)

    def break_off(self, error: DumpError | None) -> None:
        """Note where the source itself breaks off, if it does; what stood before is kept.

        Raises the error when nothing did.
        """
        if error and not self.records:
            raise error
        if error:
            self.reject(error.line, error.reason)

    def dump(self, source: Format, captured_on: date | None) -> Dump:
        """Return all that was gathered, as a dump in `source`'s format."""
        return Dump(
            format=source.name,
            parser_version=source.version,
            captured_on=captured_on,
            records=tuple(self.records),
            rejections=tuple(self.rejections),
            replacements=tuple(self.replacements),
            repeats=tuple(self.repeats),
            notes=tuple(self.notes),
        )


def _list(listed: list[Rejection], line: int | None, reason: str) -> None:
    if len(listed) < MAX_REJECTIONS:
        listed.append(Rejection(line, reason))
    elif len(listed) == MAX_REJECTIONS:
        listed.append(Rejection(line, "more could not be read; only these are listed"))


def latest_plausible(days: Iterable[date | None], *, today: date) -> date | None:
    """Return the latest day that is not after tomorrow; None when there is none."""
    return max((d for d in days if d and (d - today).days <= 1), default=None)
