"""What a forwarded mail must not be able to do alone: move, download, erase.

Each takes a second mail. A move is confirmed at the new address, while the old one is told twice:
when it is asked for, with a link that stops it, and when it is done, with a link that takes it back
for a week, however often the mails have moved on since. (Asking the old address for consent would
lock out everybody who has just lost it.) Downloading and erasing are confirmed at the address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from subscribers.addresses import Address, address_hash, parse_address
from subscribers.consent import Action, Consent, may_undo, step
from subscribers.errors import AddressError, ChangedMeanwhile, ConsentError, TokenError
from subscribers.link_rules import check
from subscribers.messages import message
from subscribers.reader_lookup import DeskVisit
from subscribers.service import FrontDesk
from subscribers.store import Feedback, Subscriber


def ask_to_move(desk: FrontDesk, reader: Subscriber, new_email: str, now: datetime) -> bool:
    """Mail a link to the new address, and a warning with a stop to the old one.

    Return whether they were mailed: False, there were too many such letters lately.

    It says nothing about whether the new address is somebody's already: that comes out only
    behind the link in its own mailbox.

    Raises:
        AddressError: no mail can be sent there, or it is the same address.
    """
    address = desk.check_own_address(new_email)
    step(reader.state, "move")
    if address.key == reader.email_key:
        raise AddressError(message("this is the address that you have already"))
    return desk.letters.move(reader, address, now)


class Relocation(NamedTuple):
    """Where a link would send a reader's mails, or has sent them."""

    reader: Subscriber
    email: str  # the address that its button moves them to
    is_done: bool  # the button was pressed already
    replaces: bool = False  # an earlier subscription of that address, which has ended


def move_asked(desk: FrontDesk, token: str, now: datetime) -> Relocation:
    """Return who moves where by this link, changing nothing.

    Raises:
        TokenError, UnknownReader.
        ConsentError: the state does not allow it, or the address is another reader's.
    """
    fields = desk.tokens.read("move", token, now)
    reader, new = desk.lookup.named_by(fields), parse_address(fields.words()[0])
    if reader.email == new.email:
        return Relocation(reader, new.email, True)
    check("move", reader, fields, now)
    return Relocation(reader, new.email, False, _ended_there(desk, reader, new) is not None)


def move(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """Send a reader's mails to the new address from now on, and tell the old one.

    Raises:
        TokenError, ConsentError, UnknownReader: see `move_asked`.
    """
    reader, email, is_done, _ = move_asked(desk, token, now)
    if is_done:
        return reader
    moved = _moved(desk, reader, email, "move", now)
    desk.letters.moved(reader, parse_address(email), now)
    return moved


class StopOutcome(NamedTuple):
    """What came of "That was not me"."""

    reader: Subscriber
    has_moved: bool  # the mails go elsewhere already, and nothing was done
    way_back: bool | None = None  # None: none is needed; else whether a letter with it has gone


def stop(desk: FrontDesk, token: str, now: datetime) -> StopOutcome:
    """The reader says that it was not them: every link sent so far does nothing but unsubscribe.

    If whoever it was ended the subscription, too, a letter takes that back.

    Raises:
        TokenError, UnknownReader.
    """
    visit = desk.visit("stop", token, now)
    reader = visit.reader
    if has_moved_since(desk, visit):
        return StopOutcome(reader, True)
    if not visit.is_cut_off:  # not stopped already
        before, reader = reader, replace(reader, links_valid_from=_next_second(now))
        if not desk.store.save(before, reader, None):
            raise ChangedMeanwhile
    return StopOutcome(reader, False, _way_back(desk, reader, now))


def may_come_back(reader: Subscriber, now: datetime) -> bool:
    """Return whether a reader has left, and may take it back by a link to their mailbox."""
    return (
        reader.state == "left" and reader.confirmed_at is not None and may_undo(reader.left_at, now)
    )


def has_moved_since(desk: FrontDesk, visit: DeskVisit) -> bool:
    """Return whether a reader's mails go to another address than when a link was made."""
    reader, made = visit.reader, visit.fields.issued_at + timedelta(seconds=1)
    then = [each.address_hash for each in desk.store.consents(reader.id) if each.at < made]
    return bool(then) and then[-1] != address_hash(reader.email_key, desk.tokens.address_key)


def restore_asked(desk: FrontDesk, token: str, now: datetime) -> Relocation:
    """Return who would come back to which address by this link, changing nothing.

    Whoever moved the mails may have moved them on: each address that they came to before can have
    them back for its week, and with that whatever came after it has lost them.

    Raises:
        TokenError, UnknownReader.
        ConsentError: the state does not allow it, or the address is another reader's.
    """
    visit = desk.visit("restore", token, now)
    reader = visit.reader
    old_email, moved_to = visit.fields.words()
    if reader.email == old_email:
        return Relocation(reader, old_email, True)
    old, key = parse_address(old_email), desk.tokens.address_key
    if old.key == reader.email_key:  # another form of it; letters of older versions have the key
        came_from = moved_to in (old.key, address_hash(reader.email, key))
    else:
        came_from = address_hash(old.key, key) in _addresses(desk.store.consents(reader.id))
    if not came_from:
        raise TokenError(
            message("the mails have moved again since; use the link of the latest letter")
        )
    return Relocation(reader, old_email, False, _ended_there(desk, reader, old) is not None)


def restore(desk: FrontDesk, token: str, now: datetime) -> tuple[Subscriber, bool | None]:
    """Take a move back, within a week, and tell the address that the mails came to meanwhile.

    Return the reader, and as in `StopOutcome` whether a letter has gone to them with the way back.

    Raises:
        TokenError, ConsentError, UnknownReader: see `restore_asked`.
    """
    reader, email, is_done, _ = restore_asked(desk, token, now)
    if not is_done:
        before, reader = reader, _moved(desk, reader, email, "restore", now)
        desk.letters.moved_back(before, now)
    return reader, _way_back(desk, reader, now)


def _addresses(consents: Sequence[Consent]) -> Sequence[str]:
    """Return the hashes of the addresses that the mails have moved through, the present one last.

    Who comes back to one takes back every move since.
    """
    way: list[str] = []
    for each in consents:
        if each.address_hash in way:
            del way[way.index(each.address_hash) + 1 :]
        else:
            way.append(each.address_hash)
    return way


def _way_back(desk: FrontDesk, reader: Subscriber, now: datetime) -> bool | None:
    """Send the way back to who has left by now, and never meant to."""
    return desk.letters.goodbye(reader, now) if may_come_back(reader, now) else None


def ask_for(
    desk: FrontDesk, reader: Subscriber, what: Literal["export", "erase"], now: datetime
) -> bool:
    """Mail the link to download or to erase everything to the reader's own address.

    Return whether it was mailed: False, there were too many such letters lately.
    """
    return desk.letters.own_data(what, reader, now)


def exported(
    reader: Subscriber,
    consents: Sequence[Consent],
    feedback: Sequence[Feedback],
    rest: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return everything that is kept about a reader, ready for JSON (GDPR art. 15 and 20).

    rest: what the newsletter keeps beside the desk: issues, mails, papers.
    """
    return {
        "subscription": _plain(asdict(reader)),
        "consent": [_plain(asdict(consent)) for consent in consents],
        "feedback": [_plain(asdict(said)) for said in feedback],
        **rest,
    }


def _moved(
    desk: FrontDesk, reader: Subscriber, email: str, action: Action, now: datetime
) -> Subscriber:
    address = parse_address(email)
    after = replace(
        reader, email=address.email, email_key=address.key, links_valid_from=_next_second(now)
    )
    consent = desk.steps.evidence(reader, address.key, action, now, "link", "reader")
    with desk.store.together():
        if ended := _ended_there(desk, reader, address):
            desk.erase(ended, now, how="move", source="reader")
        if not desk.store.save(reader, after, consent):
            raise ChangedMeanwhile
        desk.store.close_requests(reader.id)
    return after


def _ended_there(desk: FrontDesk, reader: Subscriber, address: Address) -> Subscriber | None:
    """Return another subscription of an address that a reader is to move to, when it has ended.

    So has one that was never confirmed. Raises ConsentError when it is running.
    """
    owner = desk.store.by_key(address.key)
    if owner is None or owner.id == reader.id:
        return None
    if owner.state in ("active", "paused"):
        raise ConsentError(message("this address is subscribed already"))
    return owner


def _next_second(now: datetime) -> datetime:
    """Tokens count whole seconds: one signed in this very second is cut off as well."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }
