"""JSON lists of papers, as bibliographic services answer: what all of them do alike.

Each has an answer with a list under some key, the list alone, one paper alone, or a paper a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from digest.dumps import fields, json_text
from digest.dumps.bibliographic_record import Told, record_told
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.errors import DumpError, SourceRefused
from digest.papers import PaperRecord

Values = Mapping[str, Any]


@dataclass(slots=True)
class JsonPapers:
    """One service's answers."""

    name: str
    sign: re.Pattern[str]  # in the first bytes of an answer and of no other service's
    lists: Sequence[str]  # keys that may hold the list of papers
    paper: Sequence[str]  # keys of which any shows that an object is a paper
    told: Callable[[Values], Told]  # raises Unreadable
    version: int = 2

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are the service's JSON; never raises."""
        text = json_text.json_opening(head)
        return text[:1] in ("[", "{") and self.sign.search(text) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read an answer. Raises DumpError when it is none, or with the service's own refusal."""
        harvest = Harvest()
        for element in self._elements(json_text.decode_json(data)):
            harvest.take(element, self._record)
        return harvest.dump(self, captured_on)

    def _elements(self, text: str) -> Iterator[json_text.Element]:
        if json_text.list_at(text) is not None:
            return json_text.elements_of_lists(text)
        first, *more = found = list(json_text.documents(text))
        keys = (key for key in self.lists if json_text.list_at(text, key) is not None)
        key = next(keys, None)
        if any(self._is_paper(each.value) for each in found) or (more and key is None):
            return iter(found)
        if key is not None:
            return json_text.elements_of_lists(text, key)  # up to where it breaks off, if it does
        if first.problem:
            raise DumpError(first.problem, line=first.line)
        inner = first.value.get("message")  # where Crossref puts a single work
        if self._is_paper(inner):
            return iter([json_text.Element(1, first.line, inner)])
        raise _refusal(first.value)

    def _is_paper(self, value: Any) -> bool:
        return isinstance(value, dict) and any(key in value for key in self.paper)

    def _record(self, entry: Entry) -> PaperRecord:
        return record_told(entry, self.told(entry.values))


def _refusal(answer: Values) -> DumpError:
    """Return what an answer without papers says."""
    for key in ("message", "error", "errMsg", "errors"):
        if reason := fields.text(answer.get(key)):
            return SourceRefused(f"the service refused: {reason[:200]}", line=1)
    return DumpError("no list of papers", line=1)


def at(values: Any, *path: str) -> Any:
    """Return what stands under a path of keys; None where it ends early."""
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def json_objects(value: Any) -> list[Values]:
    """Return the objects of a list; one alone is a list of one, anything else is empty."""
    several = value if isinstance(value, list) else [value]
    return [each for each in several[: fields.MAX_NAMES] if isinstance(each, dict)]


def texts(value: Any) -> list[str]:
    """Return the strings of a list; one alone is a list of one, anything else is empty."""
    several = value if isinstance(value, list) else [value]
    return [text for text in map(fields.text, several[: fields.MAX_NAMES]) if text]


def first_text(*values: Any) -> str:
    """Return the first string, alone or first in a list, that is not empty; else ''."""
    return next((found[0] for value in values if (found := texts(value))), "")
