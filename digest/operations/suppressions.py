"""Addresses that are not written to: shown, added, lifted, imported and exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from digest.app.application import App
from digest.errors import NotFound
from digest.inbound.suppression_lists import (
    FIELDS,
    ListedStop,
    NotStopped,
    RejectedStop,
    read_suppressions,
)
from digest.storage.suppression import OPERATOR, Added, Suppression
from subscribers.addresses import parse_address
from subscribers.csv_lines import csv_line, guarded
from subscribers.errors import AddressError
from subscribers.store import StopReason

_CHUNK = 500  # entries that become durable together


@dataclass(slots=True)
class TakenList:
    """What became of a list from elsewhere."""

    added: int = 0
    stronger: int = 0  # there for a reason that weighs less
    known: int = 0
    lifted_since: int = 0  # written to again after the moment that the list tells of
    not_stopped: int = 0  # that program still writes to them
    rejected: list[RejectedStop] = field(default_factory=list)


def suppression(app: App, email: str) -> Suppression:
    """Return why an address is suppressed. Raises NotFound when it is not, and AddressError."""
    key = parse_address(email).key
    found = app.stores.suppressions.get(key)
    if found is None:
        lifted = app.stores.suppressions.lifted(key)
        past = ""
        if lifted is not None:
            what = f"for {lifted.reason} since {lifted.since:%Y-%m-%d}"
            past = f"; it was, {what}, lifted on {lifted.lifted_at:%Y-%m-%d} by {lifted.lifted_by}"
        raise NotFound(f"{email} is not suppressed{past}")
    return found


def with_its_past(app: App, found: Suppression) -> dict[str, Any]:
    """Return an entry with what was lifted before it, as commands show it."""
    lifted = app.stores.suppressions.lifted(found.email)
    past = asdict(lifted) if lifted else {}
    return asdict(found) | {
        "lifted_at": past.get("lifted_at"),
        "lifted_by": past.get("lifted_by", ""),
        "lifted_reason": past.get("reason", ""),
    }


def suppress(app: App, email: str, reason: StopReason = OPERATOR, evidence: str = "") -> Added:
    """Stop writing to an address. Raises AddressError."""
    key = parse_address(email).key
    [done] = app.stores.suppressions.add([Suppression(key, reason, evidence, app.clock())])
    return done


def lift(app: App, email: str) -> Suppression:
    """Write to an address again; return what stood there. Raises NotFound and AddressError.

    What open editions have put aside for it may go again.
    """
    found = suppression(app, email)
    app.stores.suppressions.lift(found.email, app.clock())
    app.stores.deliveries.bring_back(found.email, app.clock())
    return found


def import_list(app: App, data: bytes, otherwise: StopReason | None = None) -> TakenList:
    """Take in a list of our own or of another program; a bad entry does not stop the others.

    otherwise: why, where the list does not say.
    """
    taken, now = TakenList(), app.clock()
    entries = _entries(data, otherwise, now, taken)
    while chunk := list(islice(entries, _CHUNK)):
        for done in app.stores.suppressions.add(chunk):
            name = done.replace(" ", "_")
            setattr(taken, name, getattr(taken, name) + 1)
    return taken


def _entries(
    data: bytes, otherwise: StopReason | None, now: datetime, taken: TakenList
) -> Iterator[Suppression]:
    for found in read_suppressions(data, otherwise):
        if isinstance(found, NotStopped):
            taken.not_stopped += 1
        elif isinstance(found, ListedStop):
            try:
                key = parse_address(found.email).key
            except AddressError as error:
                taken.rejected.append(RejectedStop(found.where, f"{found.email[:80]}: {error}"))
                continue
            since = min(found.since or now, now)
            yield Suppression(key, found.reason, found.evidence, since)
        else:
            taken.rejected.append(found)


def export_list(found: Sequence[Suppression]) -> Iterator[str]:
    """Return the list as CSV, a record at a time, in a form that `import_list` takes."""
    yield csv_line(FIELDS)
    for one in found:
        cells = (one.email, one.reason, one.since.isoformat(), one.detail)
        yield csv_line([guarded(cell) for cell in cells])
