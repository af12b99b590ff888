"""A file of readers → the store, some hundred rows at a time; a bad row never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from subscribers.addresses import Address, address_hash
from subscribers.errors import AddressError, ConsentError
from subscribers.import_export import Rejected, Row
from subscribers.preferences import PreferencesError, completed, read_preferences
from subscribers.service import FrontDesk
from subscribers.store import Subscriber

# Rows that become durable together: the disk is waited for once, other writers less than a second.
CHUNK = 500


@dataclass(slots=True)
class Imported:
    """What became of a file."""

    added: int = 0
    updated: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def import_rows(
    desk: FrontDesk,
    rows: Iterable[Row | Rejected],
    now: datetime,
    *,
    confirmed: bool,
    progress: Callable[[int], None] = lambda line: None,
) -> Imported:
    """Add or update readers. With `confirmed` the operator vouches for each one's consent.

    Who left or was erased stays away, also when the file says otherwise: a list from elsewhere
    does not know that they unsubscribed here. They can subscribe again themselves.

    `progress` gets the line up to which all is durable. After a kill there are whole rows only,
    and importing the same file again finishes it.
    """
    result = Imported()
    seen: dict[str, int] = {}
    for chunk in _chunks(rows):
        with_address = list(_addressed(desk, chunk, seen, result))
        with desk.store.together():
            _import_chunk(desk, with_address, result, now, confirmed=confirmed)
        progress(chunk[-1].line)
    result.rejected.sort(key=lambda rejected: rejected.line)
    return result


def _chunks(rows: Iterable[Row | Rejected]) -> Iterator[list[Row | Rejected]]:
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _addressed(
    desk: FrontDesk, rows: Iterable[Row | Rejected], seen: dict[str, int], result: Imported
) -> Iterator[tuple[Row, Address]]:
    """Yield the rows whose address is one, and new to the file."""
    for row in rows:
        if isinstance(row, Rejected):
            result.rejected.append(row)
            continue
        try:
            address = desk.check_address(row.fields["email"])
        except AddressError as error:
            result.rejected.append(Rejected(row.line, str(error)))
            continue
        if address.key in seen:
            reason = f"the same address is on line {seen[address.key]} already"
            result.rejected.append(Rejected(row.line, reason))
            continue
        seen[address.key] = row.line
        yield row, address


def _import_chunk(
    desk: FrontDesk,
    rows: list[tuple[Row, Address]],
    result: Imported,
    now: datetime,
    *,
    confirmed: bool,
) -> None:
    """Take in rows, each of them whole or not at all."""
    known = desk.store.by_keys([address.key for _, address in rows])
    hashes = {a.key: address_hash(a.key, desk.tokens.address_key) for _, a in rows}
    erased = desk.store.erased([hashes[a.key] for _, a in rows if a.key not in known])
    for row, address in rows:
        found = known.get(address.key)
        try:
            if found is None and hashes[address.key] in erased:
                raise ConsentError("they asked to be erased; only they can subscribe again")
            with desk.store.together():
                _import_row(desk, row, address, found, now, confirmed=confirmed)
        except (ConsentError, PreferencesError) as error:
            result.rejected.append(Rejected(row.line, str(error)))
        else:
            result.added += found is None
            result.updated += found is not None


def _import_row(
    desk: FrontDesk,
    row: Row,
    address: Address,
    found: Subscriber | None,
    now: datetime,
    *,
    confirmed: bool,
) -> None:
    state = row.fields.get("state", "").strip().lower()
    if state not in ("", "active", "paused", "pending"):
        raise ConsentError(f"the file says {state!r}: only active, paused and pending are taken")
    if found and found.left_at:
        day = found.left_at.date().isoformat()
        raise ConsentError(f"they unsubscribed on {day}; only they can subscribe again")
    wishes = read_preferences(completed(row.fields, found))
    vouched = confirmed and state != "pending"
    reader = desk.enrol(address, found, wishes, now, confirmed=vouched, how="import")
    if state == "paused" and reader.state == "active":
        desk.pause(reader, None, now, how="import", source="operator")
