"""Letters that the front desk asks for, kept until a server has them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from digest.delivery.headers import ascii_domain
from digest.delivery.interface import ReadyMail
from digest.delivery.message import SenderHeaders
from digest.delivery.single_mail import single_mail
from digest.mail import Fragment
from subscribers.letters import Letter


class WaitingLetter(Protocol):
    """A letter that may be sent."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def message_id(self) -> str:
        """The same in every attempt."""

    @property
    def attempts(self) -> int:
        """How many 4xx answers it has had."""

    @property
    def created_at(self) -> datetime:
        """When it was asked for."""


class Outbox(Protocol):
    """Where letters wait."""

    def add(self, fields: Mapping[str, Any], message_id: str, now: datetime) -> None:
        """Take a letter in."""

    def waiting(self, now: datetime) -> Sequence[Any]:
        """Return letters that may be sent now."""

    def give_up(self, numbers: Collection[int], why: str, now: datetime) -> None:
        """Send these no more."""

    def count(self) -> int:
        """Return how many have not been sent."""


@dataclass(frozen=True, slots=True)
class LetterQueue:
    """Takes letters in at once and sends them when it is told to."""

    outbox: Outbox
    send: Callable[[Iterable[Any]], str | None]  # waiting letters → trouble, if any
    message_id: Callable[[], str]
    clock: Callable[[], datetime]

    def post(self, letter: Letter) -> None:
        """Keep a letter; it goes out with the next flush. Takes the same time for every letter."""
        self.outbox.add(packed(letter), self.message_id(), self.clock())

    def flush(self, now: datetime) -> bool:
        """Send what waits; return whether nothing waits any more.

        A letter whose link has expired meanwhile is of no use to anybody: it is given up.
        """
        seen: set[int] = set()
        while letters := [each for each in self.outbox.waiting(now) if each.id not in seen]:
            seen.update(each.id for each in letters)
            late = {each.id for each in letters if unpacked(each.fields).expires_at <= now}
            if late:
                self.outbox.give_up(late, "its link expired before a server took the letter", now)
            in_time = [each for each in letters if each.id not in late]
            if in_time and self.send(in_time):
                break  # the way out is blocked: the next flush tries again
        return self.outbox.count() == 0


def packed(letter: Letter) -> dict[str, Any]:
    """Return a letter as JSON keeps it."""
    fields = {name: getattr(letter, name) for name in letter.__slots__}
    return fields | {"expires_at": letter.expires_at.isoformat()}


def unpacked(fields: Mapping[str, Any]) -> Letter:
    """Return the letter that `packed` took."""
    expires_at = datetime.fromisoformat(fields["expires_at"])
    return Letter(**{**fields, "expires_at": expires_at})


def letter_mail(
    waiting: WaitingLetter,
    letter: Letter,
    subject: str,
    words: Fragment,
    sender_headers: SenderHeaders,
    return_path: str,
) -> ReadyMail:
    """Return a letter as a mail that can be sent; each attempt has the same bytes."""
    return ReadyMail(
        delivery=waiting.id,
        generation=0,
        attempts=waiting.attempts,
        sender=return_path,
        recipient=ascii_domain(letter.to_address),
        message_id=waiting.message_id,
        build=lambda: single_mail(
            sender_headers,
            words,
            to_address=letter.to_address,
            to_name=letter.to_name,
            subject=subject,
            message_id=waiting.message_id,
            sent_at=int(waiting.created_at.timestamp()),
        ),
    )
