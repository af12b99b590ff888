"""What `digest.run` needs of the world; `digest.app.application` brings the real things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from digest.archive.dump_results import DumpResult, IncomingDump
from digest.editions import Edition
from digest.mail import Issue
from digest.schedule.tick import PastEditions
from digest.states import Accounting, Claim
from subscribers.store import Subscriber


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator decides about a run."""

    expiry: timedelta
    lease: timedelta  # how long a claim holds that is not renewed
    approve: bool = False
    only_to: Sequence[str] = ()  # keys of addresses; empty: everybody
    extra: bool = False  # what came since the day's edition goes out now, as one of its own


class Ingests(Protocol):
    """Reads dumps into the archive (`digest.archive.ingest`): parse, diff, keep."""

    def read(self, dump: IncomingDump, now: datetime) -> DumpResult:
        """Read a dump; what is wrong with it is in the answer, never raised."""


class Learns(Protocol):
    """What ranking knows of the archive (`digest.choosing.archive_knowledge`)."""

    def refresh(self, now: datetime, *, new: int) -> None:
        """Learn from papers that have come, and write it down; `new`: how many have."""

    def keep(self) -> None:
        """Write down which meanings were worked out on the way."""


class Editions(PastEditions, Protocol):
    """Where editions are kept."""

    def open(
        self, label: date, *, now: datetime, expiry: timedelta, approve: bool, extra: bool
    ) -> Edition | None:
        """Return the label's edition, cut now if there is none; None with nothing to offer."""


class Deliveries(Protocol):
    """Where deliveries are kept; each call is one transaction."""

    def plan(self, edition: int, now: datetime, *, email_keys: Sequence[str]) -> int:
        """Plan a delivery to every active reader who has none."""

    def claim(
        self, edition: int, owner: str, limit: int, now: datetime, *, email_keys: Sequence[str]
    ) -> list[Claim]:
        """Take deliveries that may be sent now."""

    def freeze(self, owner: str, issues: Sequence[tuple[Claim, Any]]) -> set[int]:
        """Keep composed issues; return the deliveries whose claim still held."""

    def nothing_to_send(self, owner: str, claims: Sequence[Claim], now: datetime) -> None:
        """Close the deliveries for which there is no paper."""

    def renew(self, owner: str, now: datetime) -> None:
        """Extend every claim of an owner that is slow but alive."""

    def release(self, owner: str, now: datetime) -> int:
        """Give back what was claimed and not started."""

    def accounting(self, edition: int) -> Accounting:
        """Count an edition's deliveries by state."""


class Readers(Protocol):
    """Where readers are kept."""

    def by_ids(self, numbers: Sequence[int]) -> dict[int, Subscriber]:
        """Find readers by number; who is gone is absent."""


class Engine(Protocol):
    """A living sender: freezes issues and gets them out."""

    @property
    def owner(self) -> str:
        """The name under which it claims."""

    def freeze(self, issues: Sequence[Issue], now: datetime) -> Sequence[Any]:
        """Turn issues into what the store keeps of them."""

    def ready(
        self, claims: Sequence[Claim], fresh: Mapping[int, Any], addresses: Mapping[int, str]
    ) -> Iterable[Any]:
        """Return frozen deliveries as mails that can be sent; `fresh` were frozen just now.

        addresses: by reader, where they get their mail now.
        """

    def send(self, mails: Iterable[Any]) -> str | None:
        """Send until there are no more; return why when the way out is blocked."""

    def close(self) -> None:
        """Let go."""
