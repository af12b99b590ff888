"""Readers' own libraries: a file of theirs, read by the parsers of dumps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from digest.app.application import App
from digest.dumps import formats
from digest.errors import DumpError
from subscribers.web.own_papers import (
    NEITHER,
    NO_FILE,
    LibraryError,
    LibraryPaper,
    Uploaded,
    too_many,
    unreadable,
)

_FORMATS = ("bibtex", "ris")
_ENTRIES = 3_000  # of a file: about a second's work
_BEGINS = re.compile(rb"@\s*[A-Za-z]+\s*[{(]|^[ \t]*(?:ER {0,3}-[ \t]*)?TY {1,3}-", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class UploadedLibraries:
    """Keeps what readers upload (an OwnLibrary)."""

    app: App

    def add(self, subscriber: int, data: bytes) -> Uploaded:
        """Add the papers of a `.bib` or `.ris` file. Raises LibraryError."""
        if not data.strip():
            raise LibraryError(NO_FILE)
        head = data[: formats.HEAD_BYTES]
        known = [formats.format_named(name) for name in _FORMATS]
        chosen = next((each for each in known if each.recognises(head)), None)
        if chosen is None:
            raise LibraryError(NEITHER)
        if sum(1 for _ in islice(_BEGINS.finditer(data), _ENTRIES + 1)) > _ENTRIES:
            raise LibraryError(too_many(_ENTRIES))
        try:
            dump = formats.read(data, now=self.app.clock(), format_name=chosen.name)
        except DumpError as error:
            raise LibraryError(unreadable(error.reason)) from None
        store = self.app.stores.libraries
        added = store.add(subscriber, dump.records, self.app.clock())
        return Uploaded(
            added=added.new,
            known=added.known + len(dump.repeats),
            no_room=added.no_room,
            rejections=tuple((each.line, each.reason) for each in dump.rejections),
        )

    def papers(self, subscriber: int) -> Sequence[LibraryPaper]:
        """Return a reader's papers, the newest first."""
        kept = self.app.stores.libraries.papers([subscriber]).get(subscriber, [])
        return [LibraryPaper(-paper.id, paper.title) for paper, _ in kept]

    def remove(self, subscriber: int, number: int | None = None) -> int:
        """Forget them, or the one of a number; return how many."""
        return self.app.stores.libraries.remove(subscriber, None if number is None else [-number])
