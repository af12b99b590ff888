"""What a sender is given, and what it tells in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from digest.states import Result, State, Turn


class Journal(Protocol):
    """The store, as the sender sees it."""

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        """Record outcomes and mark the next mails, durably, in one transaction."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What claims rest on while a slow relay or a pace limit makes them wait."""

    length: timedelta
    renew: Callable[[str, datetime], None]  # extend all that an owner holds


@dataclass(slots=True)
class Tally:
    """What one call of `send` did."""

    states: Counter[State] = field(default_factory=Counter)  # outcomes recorded
    stopped: int = 0  # not ours to send any more: left, cancelled, paused, taken by another
    trouble: str | None = None  # why nothing more can leave: do not start another pass now
    ours: str | None = None  # what is wrong on this side, so that a mail could not be made
    size_limit: int | None = None  # octets that the server takes …
    too_large: list[int] = field(default_factory=list)  # … and deliveries that have more

    def not_made(self, delivery: int, why: str, limit: int | None) -> None:
        """Note a mail that could not be made; limit: octets that the server takes."""
        self.ours = self.ours or why
        if limit is not None:
            self.size_limit = min(limit, self.size_limit or limit)
            self.too_large.append(delivery)

    def took(self, size: int) -> None:
        """Note that the server takes a mail of so many octets, though smaller ones were refused."""
        if self.size_limit is not None:
            self.size_limit = max(size, self.size_limit)
