"""How large a mail a relay takes, when it says so only by refusing. Pure.

A relay that announces no SIZE (RFC 1870), or takes less than it announces, refuses a mail with 552,
523 or "too large". What it would take is not known; what it has taken is.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.delivery.outcomes import Trouble, Verdict
from digest.states import Outcome, State

_SMALLER = 0.75  # of a mail that was too large: what is tried next
_SURE = 2  # refusals for size, after which larger mails are not even tried in this pass


class TooLargeError(ValueError):
    """A mail has more octets than the server takes; `limit`: so many (SIZE, RFC 1870)."""

    def __init__(self, limit: int, size: int) -> None:
        super().__init__(f"the server takes mails up to {limit} octets, this has {size}")
        self.limit = limit


@dataclass(slots=True)
class RelaySizes:
    """What a relay has taken and refused in one pass, on all its connections."""

    taken: int = 0  # octets of the largest mail that it accepted
    limit: int | None = None  # octets that are tried next; None: nothing was too large
    refusals: int = 0

    def check(self, size: int) -> None:
        """Raise TooLargeError for a mail that would be refused, as others were."""
        if self.limit is not None and self.refusals >= _SURE and size > max(self.limit, self.taken):
            raise TooLargeError(max(self.limit, self.taken), size)

    def accepted(self, verdict: Verdict, size: int) -> Verdict:
        """Note the largest mail; tell of one that is larger than what was thought to be taken."""
        if size <= self.taken:
            return verdict
        self.taken = size
        return verdict if self.limit is None else verdict._replace(limit=size)

    def refused(self, verdict: Verdict, size: int) -> Verdict:
        """Say what to do about a mail that is too large: make it smaller.

        Unless one as large was taken: then it is the recipient who takes no such mail.
        """
        if not verdict.too_large:
            return verdict
        outcome = verdict.outcome
        if size <= self.taken:
            final = State.REFUSED if (outcome.code or 0) >= 500 else State.DEFERRED
            return Verdict(Outcome(final, outcome.code, outcome.text))
        self.refusals += 1
        smaller = max(self.taken, int(size * _SMALLER))
        self.limit = smaller if self.limit is None else min(self.limit, smaller)
        return Verdict(outcome, Trouble.OURS, self.limit, too_large=True)
