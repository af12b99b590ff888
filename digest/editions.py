"""An edition and its figures: what the operator is told of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from digest.states import Accounting

EditionState = Literal["awaiting_approval", "open", "paused", "cancelled"]


@dataclass(frozen=True, slots=True)
class Edition:
    """A numbered cut of the archive: the papers that no earlier edition offered."""

    number: int  # 1, 2, …
    label: date  # its date
    state: EditionState
    opened_at: datetime
    expires_at: datetime  # by the clock from its opening
    papers: int  # how many it offers
    part: int = 1  # 2, 3, …: what came later on its date, and was sent as an edition of its own

    @property
    def name(self) -> str:
        """Its date, and its part where that is not the first: '2026-12-01', '2026-12-01-2'."""
        day = self.label.isoformat()
        return day if self.part == 1 else f"{day}-{self.part}"

    def is_alive(self, now: datetime) -> bool:
        """Return whether some of it may still be sent, if not at once: it may wait for a person."""
        return self.state != "cancelled" and now < self.expires_at

    def may_be_sent(self, now: datetime) -> bool:
        """Return whether a sender may take its deliveries now."""
        return self.state == "open" and self.is_alive(now)


@dataclass(frozen=True, slots=True)
class Figures:
    """An edition's figures so far; `number` is None when none was opened."""

    number: int | None
    label: date
    papers: int = 0
    state: str | None = None
    accounting: Accounting = field(default_factory=Accounting)
    part: int = 1

    @classmethod
    def of(cls, edition: Edition, accounting: Accounting) -> Figures:
        """Put an edition and its accounting together."""
        number, label, part = edition.number, edition.label, edition.part
        return cls(number, label, edition.papers, edition.state, accounting, part)

    def to_json(self) -> dict[str, Any]:
        """Return the figures under the names of the command line's JSON."""
        told = self.accounting
        return {
            "edition": self.number,
            "date": self.label.isoformat(),
            "part": self.part,
            "state": "finished" if self.state == "open" and told.finished else self.state,
            "papers": self.papers,
            "eligible": told.eligible,
            "pending": told.pending,
            "accepted": told.accepted,
            "refused": told.refused,
            "deferred": told.deferred,
            "suppressed": told.suppressed,
            "nothing_to_send": told.nothing_to_send,
            "uncertain": told.uncertain,
            "expired": told.expired,
            "cancelled": told.cancelled,
        }
