"""Stand-ins for the store, for mails of which nothing is kept: previews and test mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from digest.mail import Fragment
from digest.states import Result, State, Turn


class MemoryFragments:
    """Keeps fragments for the length of one preview."""

    def __init__(self) -> None:
        self._fragments: list[Fragment] = []
        self._letterheads: list[str] = []

    def keep_fragments(self, fragments: Sequence[Fragment], edition: int) -> Sequence[int]:
        """Remember fragments; return their numbers."""
        first = len(self._fragments)
        self._fragments += fragments
        return range(first, len(self._fragments))

    def fragments(self, numbers: Sequence[int]) -> Mapping[int, Fragment]:
        """Return fragments by number."""
        return {number: self._fragments[number] for number in numbers}

    def keep_letterhead(self, body: str) -> int:
        """Remember a letterhead; return its number."""
        self._letterheads.append(body)
        return len(self._letterheads) - 1

    def letterhead(self, number: int) -> str:
        """Return a letterhead."""
        return self._letterheads[number]


class SingleMailJournal:
    """The journal of a test mail: it remembers only whether the mail was refused."""

    def __init__(self) -> None:
        self.refusal: str | None = None

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        """Let every mail start; note a refusal."""
        for result in results:
            if result.outcome.state is not State.ACCEPTED:
                self.refusal = result.outcome.text
        return Turn(frozenset(number for number, _ in starts), {})
