"""Requests to subscribe an address: asked, then confirmed by whoever reads its mail.

Anybody can type any address: until its owner presses the button, a request changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from subscribers.addresses import Address, parse_address
from subscribers.consent import Source
from subscribers.consent_steps import ConsentSteps, unknown_reader
from subscribers.desk_letters import DeskLetters
from subscribers.errors import ChangedMeanwhile, UsedLink
from subscribers.messages import message
from subscribers.preferences import Preferences, fields_of, read_preferences
from subscribers.reader_lookup import ReaderLookup
from subscribers.store import Request, Subscriber, SubscriberStore

_USED = message(
    "the button behind it was pressed already, or a newer mail has taken its place; "
    "if you are subscribed, ask for a fresh link to your preferences"
)


class RequestAsked(NamedTuple):
    """What became of a request."""

    reader: Subscriber
    is_mailed: bool  # False: enough letters have gone to that mailbox


@dataclass(frozen=True, slots=True)
class SubscriptionRequests:
    """Keeps requests until they are confirmed, once, or another takes their place."""

    store: SubscriberStore
    letters: DeskLetters
    steps: ConsentSteps
    lookup: ReaderLookup

    def ask(
        self,
        address: Address,
        found: Subscriber | None,
        wishes: Preferences,
        now: datetime,
        *,
        how: str,
        source: Source,
    ) -> RequestAsked:
        """Keep a request and mail its confirmation link; who is subscribed is told so instead.

        found: who is known at this address already. Raises ChangedMeanwhile.
        """
        if found and found.state in ("active", "paused"):
            return RequestAsked(found, self.letters.known(found, address, now))
        consent = self.steps.evidence(found, address.key, "ask", now, how, source)
        with self.store.together():
            if found is None:
                blank = unknown_reader(address, now)
                asked = replace(wishes.applied_to(blank), state="pending", pending_since=now)
                reader = self.steps.write(None, asked, consent)
            else:  # nothing of theirs changes: anybody can type any address
                waits = now if found.state == "pending" else found.pending_since
                reader = replace(found, pending_since=waits)
                if not self.store.save(found, reader, consent):
                    raise ChangedMeanwhile
            request = self.store.ask(Request(0, reader.id, address.email, fields_of(wishes), now))
        mailed = self.letters.confirm(reader, request.number, request.email, wishes.language, now)
        return RequestAsked(reader, mailed)

    def confirm(self, token: str, now: datetime) -> Subscriber:
        """Begin mailing a reader who pressed the button behind the confirmation link.

        The link confirms its own request, once: what that request asked for is what they get, at
        the form of the address that its letter went to. Other open requests for the same mailbox
        end with it. A form that was confirmed before is told as of a move, and its links cut off.

        Raises:
            TokenError, ConsentError, UnknownReader.
        """
        with self.store.together():
            reader, request = self._requested(token, now)
            is_moved = reader.confirmed_at is not None and request.email != reader.email
            after = replace(
                read_preferences(request.wishes).applied_to(reader),
                email=request.email,
                # Not this second's: the link to the next page is made in it.
                links_valid_from=now.replace(microsecond=0)
                if is_moved
                else reader.links_valid_from,
                confirmed_at=now,
                pending_since=None,
                paused_until=None,
                left_at=None,
            )
            confirmed = self.steps.take(reader, after, "confirm", now, "link")
            if not self.store.close_requests(reader.id):
                raise UsedLink(_USED)  # another press of the button was quicker
        if is_moved:
            self.letters.moved(reader, parse_address(request.email), now)
        return confirmed

    def join(self, before: Subscriber, after: Subscriber, now: datetime, *, how: str) -> Subscriber:
        """Begin mailing a pending reader whose mailbox is proved; open requests end with it.

        Raises:
            ConsentError: somebody was quicker.
        """
        with self.store.together():
            joined = self.steps.take(before, after, "confirm", now, how)
            self.store.close_requests(before.id)
        return joined

    def to_confirm(self, token: str, now: datetime) -> Subscriber:
        """Return the reader that this link would make, changing nothing; raises as `confirm`."""
        reader, request = self._requested(token, now)
        return replace(read_preferences(request.wishes).applied_to(reader), email=request.email)

    def _requested(self, token: str, now: datetime) -> tuple[Subscriber, Request]:
        visit = self.lookup.visit("confirm", token, now)
        numbers = visit.fields.numbers()
        request = self.store.request(numbers[1]) if len(numbers) == 2 else None
        if request is None or request.subscriber != visit.reader.id:
            raise UsedLink(_USED)
        return visit.reader, request
