"""Steps of consent, and whatever else changes a reader: each written with its evidence, or refused.

State and evidence are one transaction; who was quicker is never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from subscribers.addresses import Address, address_hash
from subscribers.consent import Action, Consent, Source, State, step
from subscribers.errors import ChangedMeanwhile
from subscribers.store import Subscriber, SubscriberStore
from subscribers.tokens import Tokens


def unknown_reader(address: Address, now: datetime) -> Subscriber:
    """Return a reader of whom only the address is known, to be given a number by the store."""
    return Subscriber(0, address.email, address.key, "", created_at=now)


@dataclass(frozen=True, slots=True)
class ConsentSteps:
    """Takes readers from one state to the next."""

    store: SubscriberStore
    tokens: Tokens

    def take(
        self,
        before: Subscriber,
        after: Subscriber,
        action: Action,
        now: datetime,
        how: str,
        source: Source = "reader",
    ) -> Subscriber:
        """Take one step of consent; return the reader after it.

        Raises:
            ConsentError: the state does not allow it.
            ChangedMeanwhile: somebody was quicker.
        """
        consent = self.evidence(before, before.email_key, action, now, how, source)
        return self.write(before, replace(after, state=consent.after), consent)

    def write(
        self, before: Subscriber | None, after: Subscriber, consent: Consent | None
    ) -> Subscriber:
        """Keep a reader as they are now, and the evidence of a step, if it is one.

        before: None for a new reader. Raises ChangedMeanwhile when the store has another.
        """
        if before is None and consent is not None:
            stored = self.store.insert(after, consent)
            if stored is not None:
                return stored
        elif before is not None and (before == after or self.store.save(before, after, consent)):
            return after
        raise ChangedMeanwhile

    def evidence(
        self,
        reader: Subscriber | None,
        email_key: str,
        action: Action,
        now: datetime,
        how: str,
        source: Source,
    ) -> Consent:
        """Return the record of a step. Raises ConsentError when the state does not allow it."""
        before: State | None = reader.state if reader else None
        hashed = address_hash(email_key, self.tokens.address_key)
        return Consent(action, before, step(before, action), now, how, source, hashed)
