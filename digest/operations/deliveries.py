"""Deliveries as an operator finds and mends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from digest.app.application import App
from digest.errors import NotFound
from digest.states import State
from digest.storage.delivery_control import DeliveryView

_EVER = datetime.min.replace(tzinfo=UTC)


def deliveries_of(app: App, which: str, states: Sequence[State], limit: int) -> list[DeliveryView]:
    """Return the deliveries of an edition or of a reader; of the newest edition by default.

    Raises NotFound, and UnknownReader for an address that nobody has.
    """
    stores = app.stores
    if "@" in which:
        reader = app.desk.by_email(which)
        return stores.deliveries.of_reader(reader.id, states, limit=limit)
    if which and not (which.isascii() and which.isdigit()):
        raise NotFound(f"{which!r} is neither an edition's number nor an address")
    newest = stores.editions.newest()
    if not which and newest is None:
        return []
    number = int(which) if which else newest.number if newest else 0
    stores.editions.get(number)
    return stores.deliveries.listed(number, states, limit=limit)


def relay_trouble(app: App) -> str:
    """Return how long the relay is left alone, and why; empty when it is well."""
    memory = app.relay_memory()
    health = memory.health() if memory else None
    if health is None or health.paused_until is None:
        return ""
    when = f"{health.paused_until:%Y-%m-%d %H:%M} UTC"
    return f"The relay is left alone until {when}; `digest run` tries at once. Why: {health.why}"


def retry(app: App, number: int, *, refused: bool) -> int:
    """Make due at once what an edition has put off, with `refused` what was refused, too.

    Returns how many. Raises NotFound.
    """
    edition = app.stores.editions.get(number)
    now, count = app.clock(), 0
    if not edition.is_alive(now):
        raise NotFound(f"edition {number} is over: what it owes is in the readers' next issues")
    if refused:
        count = app.stores.deliveries.take_back(_EVER, now, edition=number)
    moved = app.stores.deliveries.hasten(edition.label, now)
    if memory := app.relay_memory():
        memory.hasten()
    return max(count, moved)


def settle_doubts(app: App, number: int, emails: Sequence[str], *, arrived: bool) -> int:
    """Say of deliveries in doubt that they arrived, or send them again; return how many.

    emails: only these readers'; none: everybody's. Raises NotFound and UnknownReader.
    """
    deliveries, now = app.stores.deliveries, app.clock()
    app.stores.editions.get(number)
    only = None
    if emails:
        readers = {app.desk.by_email(email).id for email in emails}
        doubtful = deliveries.listed(number, [State.UNCERTAIN], limit=10**9)
        only = [view.id for view in doubtful if view.subscriber in readers]
    if arrived:
        return deliveries.accept_uncertain(number, now, only=only)
    return deliveries.resend_uncertain(number, now, only=only)
