"""What a forwarded mail must not be able to do alone: move, download, erase.

Each takes a second mail. A move is confirmed at the new address, while the old one is told
twice: when it is asked for, with a link that stops it, and when it is done, with a link that
takes it back for a week. (Asking the old address for consent would lock out everybody who has
just lost it.) Downloading and erasing are confirmed at the address itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from subscribers.addresses import address_hash, parse_address
from subscribers.consent import Consent, step
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


def move_asked(desk: FrontDesk, token: str, now: datetime) -> tuple[Subscriber, str]:
    """Return who would move where by this link, changing nothing.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    visit = desk.visit("move", token, now)
    return visit.reader, visit.fields.words()[0]


def move(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """Send a reader's mails to the new address from now on, and tell the old one.

    Raises:
        TokenError, UnknownReader.
        ConsentError: the state does not allow it, or the address is another reader's.
    """
    fields = desk.tokens.read("move", token, now)
    new = parse_address(fields.words()[0])
    reader = desk.lookup.named_by(fields)
    if reader.email == new.email:
        return reader  # the button was pressed twice
    check("move", reader, fields, now)
    moved = _moved(desk, reader, new.email, now, "link")
    desk.letters.moved(reader, new, now)
    return moved


def stop(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """The reader says that it was not them: every link sent so far does nothing but unsubscribe.

    Raises:
        TokenError, UnknownReader.
    """
    visit = desk.visit("stop", token, now)
    reader = visit.reader
    if visit.is_cut_off:
        return reader  # stopped already, or moved on since
    after = replace(reader, links_valid_from=_next_second(now))
    if not desk.store.save(reader, after, None):
        raise ChangedMeanwhile
    return after


def has_moved_since(desk: FrontDesk, visit: DeskVisit) -> bool:
    """Return whether a reader's mails go to another address than when a link was made."""
    reader, made = visit.reader, visit.fields.issued_at + timedelta(seconds=1)
    then = [each.address_hash for each in desk.store.consents(reader.id) if each.at < made]
    return bool(then) and then[-1] != address_hash(reader.email_key, desk.tokens.address_key)


def restore(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """Take a move back, within a week.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    visit = desk.visit("restore", token, now)
    reader = visit.reader
    old_email, moved_to = visit.fields.words()
    if reader.email == old_email:
        return reader
    key = reader.email_key  # in letters of older versions
    if moved_to not in (key, address_hash(reader.email, desk.tokens.address_key)):
        raise TokenError(
            message("the mails have moved again since; use the link of the latest letter")
        )
    return _moved(desk, reader, old_email, now, "link")


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


def _moved(desk: FrontDesk, reader: Subscriber, email: str, now: datetime, how: str) -> Subscriber:
    address = parse_address(email)
    after = replace(
        reader, email=address.email, email_key=address.key, links_valid_from=_next_second(now)
    )
    consent = desk.steps.evidence(reader, address.key, "move", now, how, "reader")
    with desk.store.together():
        owner = desk.store.by_key(address.key)
        if owner and owner.id != reader.id:
            raise ConsentError(message("this address is subscribed already"))
        if not desk.store.save(reader, after, consent):
            raise ChangedMeanwhile
        desk.store.close_requests(reader.id)
    return after


def _next_second(now: datetime) -> datetime:
    """Tokens count whole seconds: one signed in this very second is cut off as well."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }
