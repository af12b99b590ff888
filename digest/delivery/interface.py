"""What every transport looks like: it takes marked mails from a feed and says how each ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from digest.delivery.outcomes import Verdict


class ReadyMail(NamedTuple):
    """A frozen delivery with its envelope. Its 45 KB are made when a connection wants them.

    They come in parts, headers and body, which nobody needs to join: the kernel takes both.
    """

    delivery: int
    generation: int
    attempts: int  # 4xx answers so far
    sender: str  # MAIL FROM: the VERP return path, "" for none
    recipient: str  # RCPT TO, domain as A-label
    message_id: str
    build: Callable[[], Sequence[bytes]]
    refused_before: bool = False  # and taken back, as the relay was not well

    @property
    def domain(self) -> str:
        """The destination, in lower case: what a pace limit counts."""
        return self.recipient.rpartition("@")[2].lower()


class MailQueue(Protocol):
    """Where a transport gets its mails. Every mail taken ends in exactly one of the last three."""

    async def more(self) -> bool:
        """Wait until `take` may give a mail; False when there will be none."""

    def take(self) -> ReadyMail | None:
        """Return a mail whose `sending` mark is durable, None when none is at hand."""

    def begun(self, mail: ReadyMail) -> None:
        """Note that the last of a mail, with its final dot, goes out now."""

    def recalled(self, mail: ReadyMail) -> None:
        """Note that the final dot of a `begun` mail did not go out after all."""

    def done(self, mail: ReadyMail, verdict: Verdict) -> None:
        """Note the answer."""

    def lost(self, mail: ReadyMail, why: str) -> None:
        """Note that the connection ended without an answer; whether its dot went out is known."""


class Transport(Protocol):
    """A way out."""

    @property
    def lanes(self) -> int:
        """How many mails may be between final dot and answer at the same time."""

    @property
    def window(self) -> int:
        """How many may be marked `sending`: lanes × mails pipelined on each."""

    async def run(self, feed: MailQueue) -> str | None:
        """Send until the feed ends; return what is wrong when the way out is blocked."""
