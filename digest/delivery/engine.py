"""The engine of one run: an owner, a freezer, and a sender that delivers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from digest.delivery import verp
from digest.delivery.crash_board import LivingSender
from digest.delivery.freezing import Freezer, FrozenIssue
from digest.delivery.headers import ascii_domain
from digest.delivery.interface import ReadyMail
from digest.delivery.message import Recipe
from digest.delivery.pace_lock import PaceLock
from digest.delivery.sender import Sender
from digest.delivery.stored_relay_health import RelayMemory
from digest.mail import Issue
from digest.states import Claim


class Recipes(Protocol):
    """Where frozen issues are kept."""

    def read(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """Return the recipes of deliveries; what was pruned is absent."""

    def replace(self, delivery: int, recipe: bytes) -> None:
        """Keep another recipe in the place of a delivery's."""


class DeliveryEngine:
    """Freezes issues and gets them out, under one owner's name. Close it when done."""

    def __init__(
        self,
        owner: LivingSender,
        freezer: Freezer,
        sender: Sender,
        recipes: Recipes,
        *,
        return_path: str,
        verp_secret: bytes | None,
        memory: RelayMemory | None = None,
        lock: PaceLock | None = None,
    ) -> None:
        """Take what an engine is made of.

        verp_secret: signs each mail's own return path; None: they share one. memory: of the
        relay's health; None: a way out that has none. lock: of who sends within limits.
        """
        self._owner = owner
        self._freezer = freezer
        self._sender = sender
        self._recipes = recipes
        self._return_path = return_path
        self._secret = verp_secret
        self._memory = memory
        self._lock = lock

    @property
    def owner(self) -> str:
        """The name under which it claims."""
        return self._owner.name

    def freeze(self, issues: Sequence[Issue], now: datetime) -> list[FrozenIssue]:
        """Turn issues into recipes."""
        return self._freezer.freeze(issues, now)

    def ready(
        self,
        claims: Sequence[Claim],
        fresh: Mapping[int, FrozenIssue],
        addresses: Mapping[int, str] = MappingProxyType({}),
    ) -> Iterator[ReadyMail]:
        """Yield frozen deliveries with their envelopes; one that was pruned is left out.

        fresh: by delivery, those that were frozen just now: they need not be read again.
        addresses: by reader, where they get their mail now; one who moved gets it there alone.
        """
        old = [claim.delivery for claim in claims if claim.delivery not in fresh]
        blobs = self._recipes.read(old) if old else {}
        for claim in claims:
            if claim.delivery in fresh:
                yield self._mail(claim, fresh[claim.delivery].made)
            elif claim.delivery in blobs:
                kept = Recipe.unpack(blobs[claim.delivery])
                recipe = self._freezer.as_of_today(kept, addresses.get(claim.subscriber))
                if recipe != kept:  # what is kept is what is sent
                    self._recipes.replace(claim.delivery, recipe.pack())
                yield self._mail(claim, recipe)

    def send(self, mails: Iterable[ReadyMail]) -> str | None:
        """Send until there are no more; return why when the way out is blocked."""
        if self._memory is not None:
            return self._memory.send(self._sender, mails)
        tally = self._sender.send(mails)
        return tally.trouble or tally.ours

    def stop(self) -> None:
        """Take no more mails; those under way end in peace. From another thread."""
        self._sender.stop()

    def close(self) -> None:
        """Let go of the owner's lock, and of the limits'."""
        self._owner.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _mail(self, claim: Claim, recipe: Recipe) -> ReadyMail:
        base, secret = self._return_path, self._secret
        return ReadyMail(
            delivery=claim.delivery,
            generation=claim.generation,
            attempts=claim.attempts,
            sender=verp.return_path(base, claim.delivery, secret) if secret else base,
            recipient=ascii_domain(recipe.to_address),
            message_id=recipe.message_id,
            build=lambda: self._freezer.parts_of(recipe),
            refused_before=claim.refusals > 0,
        )


def secret_for(purpose: str, key: str) -> bytes:
    """Derive a secret for one purpose from the operator's key, so that none serves two."""
    return hmac.digest(key.encode(), f"digest:{purpose}".encode(), hashlib.sha256)
