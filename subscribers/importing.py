"""A file of readers → the store, row by row; one bad row never stops the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from subscribers.addresses import Address, address_hash, parse_address
from subscribers.errors import AddressError, ConsentError
from subscribers.import_export import Rejected, Row
from subscribers.preferences import PreferencesError, completed, read_preferences
from subscribers.service import FrontDesk
from subscribers.store import Subscriber


@dataclass(slots=True)
class Imported:
    """What became of a file."""

    added: int = 0
    updated: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def import_readers(
    desk: FrontDesk, rows: Iterable[Row | Rejected], now: datetime, *, confirmed: bool
) -> Imported:
    """Add or update readers. With `confirmed` the operator vouches for each one's consent.

    Who left or was erased stays away, also when the file says otherwise: a list from elsewhere
    does not know that they unsubscribed here. They can subscribe again themselves.
    """
    result = Imported()
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, Rejected):
            result.rejected.append(row)
            continue
        try:
            is_new = _import_row(desk, row, seen, now, confirmed=confirmed)
        except (AddressError, ConsentError, PreferencesError) as error:
            result.rejected.append(Rejected(row.line, str(error)))
            continue
        result.added += is_new
        result.updated += not is_new
    return result


def _import_row(
    desk: FrontDesk, row: Row, seen: dict[str, int], now: datetime, *, confirmed: bool
) -> bool:
    """Take in one row; return whether the reader is new."""
    address = parse_address(row.fields["email"], desk.settings.refused_domains)
    if address.key in seen:
        raise AddressError(f"the same address is on line {seen[address.key]} already")
    seen[address.key] = row.line
    state = row.fields.get("state", "").strip().lower()
    if state not in ("", "active", "paused", "pending"):
        raise ConsentError(f"the file says {state!r}: only active, paused and pending are taken")
    found = desk.store.by_key(address.key)
    _refuse_who_went(desk, address, found)
    wishes = read_preferences(completed(row.fields, found))
    reader, is_new = desk.add(
        row.fields["email"], wishes, now, confirmed=confirmed and state != "pending", how="import"
    )
    if state == "paused" and reader.state == "active":
        desk.pause(reader, None, now, how="import", source="operator")
    return is_new


def _refuse_who_went(desk: FrontDesk, address: Address, found: Subscriber | None) -> None:
    if found and found.left_at:
        day = found.left_at.date().isoformat()
        raise ConsentError(f"they unsubscribed on {day}; only they can subscribe again")
    if not found and desk.store.was_erased(address_hash(address.key, desk.tokens.address_key)):
        raise ConsentError("they asked to be erased; only they can subscribe again")
