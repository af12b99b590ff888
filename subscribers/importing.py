"""A file of readers → the store, some hundred rows at a time; a bad row never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Literal

from subscribers.addresses import Address, address_hash
from subscribers.errors import AddressError, ConsentError
from subscribers.import_export import Rejected, Row
from subscribers.invitations import invite
from subscribers.preferences import PreferencesError, completed, read_preferences
from subscribers.service import FrontDesk
from subscribers.store import Subscriber

# Rows that become durable together: the disk is waited for once, other writers less than a second.
CHUNK = 500


Outcome = Literal["added", "updated", "invited", "waiting"]
Take = Callable[[Row, Address, Subscriber | None], Outcome]


@dataclass(slots=True)
class Imported:
    """What became of a file."""

    added: int = 0
    updated: int = 0
    invited: int = 0
    waiting: int = 0  # asked before, without an answer, or reading already: not written to
    left_out: dict[str, None] = field(default_factory=dict)  # columns that mean nothing here
    rejected: list[Rejected] = field(default_factory=list)


def import_rows(
    desk: FrontDesk,
    rows: Iterable[Row | Rejected],
    now: datetime,
    *,
    confirmed: bool,
    keywords: str = "",
    languages: Collection[str] = (),
    progress: Callable[[int], None] = lambda line: None,
) -> Imported:
    """Add or update readers. With `confirmed` the operator vouches for each one's consent.

    Who has no keywords, in the file or here, gets those of `keywords`; without any, they are
    invited to choose some, once. A line that asks for a language beyond `languages` is rejected.

    Who left or was erased stays away, also when the file says otherwise: a list from elsewhere
    does not know that they unsubscribed here. They can subscribe again themselves.

    `progress` gets the line up to which all is durable. After a kill there are whole rows only,
    and importing the same file again finishes it.
    """
    take = partial(
        _import_row, desk, now=now, confirmed=confirmed, keywords=keywords, languages=languages
    )
    return _take_all(desk, rows, take, progress)


def invite_rows(
    desk: FrontDesk,
    rows: Iterable[Row | Rejected],
    now: datetime,
    *,
    again: bool = False,
    progress: Callable[[int], None] = lambda line: None,
) -> Imported:
    """Invite everybody of a file who is not here: once, or with `again` also who is pending."""
    return _take_all(desk, rows, partial(_invite_row, desk, now=now, again=again), progress)


def _take_all(
    desk: FrontDesk,
    rows: Iterable[Row | Rejected],
    take: Take,
    progress: Callable[[int], None],
) -> Imported:
    result = Imported()
    seen: dict[str, int] = {}
    for chunk in _chunks(rows):
        with_address = list(_addressed(desk, chunk, seen, result))
        with desk.store.together():
            _take_chunk(desk, with_address, result, take)
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
        result.left_out |= dict.fromkeys(row.left_out)
        if address.key in seen:
            reason = f"the same address is on line {seen[address.key]} already"
            result.rejected.append(Rejected(row.line, reason))
            continue
        seen[address.key] = row.line
        yield row, address


def _take_chunk(
    desk: FrontDesk, rows: list[tuple[Row, Address]], result: Imported, take: Take
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
                _refuse_departed(row, found)
                done = take(row, address, found)
        except (ConsentError, PreferencesError) as error:
            result.rejected.append(Rejected(row.line, str(error)))
        else:
            setattr(result, done, getattr(result, done) + 1)


def _state(row: Row) -> str:
    return row.fields.get("state", "").strip().lower()


def _refuse_departed(row: Row, found: Subscriber | None) -> None:
    """Refuse who has left, there or here. Raises ConsentError."""
    state = _state(row)
    if state not in ("", "active", "paused", "pending"):
        raise ConsentError(f"the file says {state!r}: only active, paused and pending are taken")
    if found and found.left_at:
        day = found.left_at.date().isoformat()
        raise ConsentError(f"they unsubscribed on {day}; only they can subscribe again")


def _import_row(
    desk: FrontDesk,
    row: Row,
    address: Address,
    found: Subscriber | None,
    *,
    now: datetime,
    confirmed: bool,
    keywords: str,
    languages: Collection[str],
) -> Outcome:
    state, fields = _state(row), row.fields
    if not fields["keywords"].strip() and (found is None or found.state == "pending"):
        if not keywords:
            return _invite_row(desk, row, address, found, now=now, again=False)
        fields = {**fields, "keywords": keywords}
    asked = fields.get("language", "").strip()  # not what they have had since long
    wishes = read_preferences(completed(fields, found), languages if asked else ())
    vouched = confirmed and state != "pending"
    reader = desk.enrol(address, found, wishes, now, confirmed=vouched, how="import")
    if state == "paused" and reader.state == "active":
        desk.pause(reader, None, now, how="import", source="operator")
    return "updated" if found else "added"


def _invite_row(
    desk: FrontDesk,
    row: Row,
    address: Address,
    found: Subscriber | None,
    *,
    now: datetime,
    again: bool,
) -> Outcome:
    if row.fields["keywords"].strip():
        raise ConsentError("there are keywords: `digest subscribers import` takes them")
    if found and not (again and found.state == "pending"):
        return "waiting"
    invite(desk, address, found, row.fields, now)
    return "invited"
