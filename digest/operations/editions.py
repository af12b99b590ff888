"""Editions as an operator sees and steers them: accounting, approval, pause, cancellation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from digest.app.stores import Stores
from digest.editions import Figures
from digest.storage.recipes import Pruned


def figures(stores: Stores, number: int) -> Figures:
    """Return an edition's accounting; raises NotFound."""
    return Figures.of(stores.editions.get(number), stores.deliveries.accounting(number))


def all_figures(stores: Stores) -> Iterator[Figures]:
    """Yield every edition's accounting, the first one first."""
    for edition in stores.editions.all():
        yield Figures.of(edition, stores.deliveries.accounting(edition.number))


def approve(stores: Stores, number: int) -> Figures:
    """Let an edition go that waits for a person; its time to expire begins when it was opened."""
    if stores.editions.get(number).state == "awaiting_approval":
        stores.editions.set_state(number, "open")
    return figures(stores, number)


def pause(stores: Stores, number: int) -> Figures:
    """Stop an edition; what is on the wire ends as it ends."""
    if stores.editions.get(number).state == "open":
        stores.editions.set_state(number, "paused")
    return figures(stores, number)


def resume(stores: Stores, number: int) -> Figures:
    """Go on with a paused edition."""
    if stores.editions.get(number).state == "paused":
        stores.editions.set_state(number, "open")
    return figures(stores, number)


def cancel(stores: Stores, number: int) -> Figures:
    """Send no more of an edition."""
    stores.editions.get(number)
    stores.editions.set_state(number, "cancelled")
    stores.deliveries.cancel(number, stores.clock())
    return figures(stores, number)


def resend_uncertain(stores: Stores, number: int) -> int:
    """Let an edition's uncertain mails go again, byte for byte; return how many."""
    stores.editions.get(number)
    return stores.deliveries.resend_uncertain(number, stores.clock())


def prune(stores: Stores) -> Pruned:
    """Remove what makes mails again that are older than the operator keeps them."""
    kept = timedelta(days=stores.settings.edition.keep_issues_days)
    return stores.recipes.prune(stores.clock() - kept)
