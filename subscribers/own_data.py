"""What a forwarded mail must not be able to do alone: move, download, erase.

Each takes a second mail. A move is confirmed at the new address, while the old one is told
twice: when it is asked for, with a link that stops it, and when it is done, with a link that
takes it back for a week. (Asking the old address for consent would lock out everybody who has
just lost it.) Downloading and erasing are confirmed at the address itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from subscribers.addresses import parse_address
from subscribers.consent import Consent, step
from subscribers.errors import AddressError, ConsentError, TokenError
from subscribers.letters import Letter, LetterKind
from subscribers.messages import message
from subscribers.reception import check_not_cut_off
from subscribers.service import FrontDesk
from subscribers.store import Feedback, Subscriber
from subscribers.tokens import LIFETIMES, Purpose, TokenFields


def ask_to_move(desk: FrontDesk, reader: Subscriber, new_email: str, now: datetime) -> None:
    """Mail a link to the new address, and a warning with a stop to the old one.

    It says nothing about whether the new address is somebody's already: that comes out only
    behind the link in its own mailbox.

    Raises:
        AddressError: no mail can be sent there, or it is the same address.
    """
    address = parse_address(new_email, desk.settings.refused_domains)
    step(reader.state, "move")
    if address.key == reader.email_key:
        raise AddressError(message("this is the address that you have already"))
    if not desk.may_post(address.key) or not desk.may_post(reader.email_key):
        return
    link = desk.links.move(reader.id, address.email, now)
    desk.mailer.post(
        Letter("move", address.email, reader.name, reader.language, link, _end("move", now))
    )
    link = desk.links.stop(reader.id, now)
    _to_reader(desk, "moving", reader, link, _end("stop", now), address.email)


def move_asked(desk: FrontDesk, token: str, now: datetime) -> tuple[Subscriber, str]:
    """Return who would move where by this link, changing nothing.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    claim = desk.tokens.read("move", token, now)
    reader = desk.reader_of(claim)
    check_not_cut_off(reader, claim)
    return reader, claim.words()[0]


def move(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """Send a reader's mails to the new address from now on, and tell the old one.

    Raises:
        TokenError, UnknownReader.
        ConsentError: the state does not allow it, or the address is another reader's.
    """
    claim = desk.tokens.read("move", token, now)
    reader = desk.reader_of(claim)
    new = parse_address(claim.words()[0])
    if reader.email_key == new.key:
        return reader  # the button was pressed twice
    check_not_cut_off(reader, claim)
    moved = _moved(desk, reader, new.email, now, "link")
    link = desk.links.restore(reader.id, reader.email, new.key, now)
    _to_reader(desk, "moved", reader, link, _end("restore", now), new.email)
    return moved


def stop(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """The reader says that it was not them: every link sent so far does nothing but unsubscribe.

    Raises:
        TokenError, UnknownReader.
    """
    claim = desk.tokens.read("stop", token, now)
    reader = desk.reader_of(claim)
    if reader.links_valid_from and claim.issued_at < reader.links_valid_from:
        return reader  # stopped already, or moved on since
    after = replace(reader, links_valid_from=_next_second(now))
    if not desk.store.save(reader, after, None):
        raise ConsentError(message("something changed in the meantime; please try once more"))
    return after


def restore(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """Take a move back, within a week.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    claim = desk.tokens.read("restore", token, now)
    reader = desk.reader_of(claim)
    old_email, new_key = claim.words()
    if reader.email_key == parse_address(old_email).key:
        return reader
    if reader.email_key != new_key:
        raise TokenError(
            message("the mails have moved again since; use the link of the latest letter")
        )
    return _moved(desk, reader, old_email, now, "link")


def ask_for(
    desk: FrontDesk, reader: Subscriber, what: Literal["export", "erase"], now: datetime
) -> None:
    """Mail the link to download or to erase everything to the reader's own address."""
    if desk.may_post(reader.email_key):
        make = desk.links.export if what == "export" else desk.links.erase
        _to_reader(desk, what, reader, make(reader.id, now), _end(what, now))


def owner(desk: FrontDesk, purpose: Purpose, token: str, now: datetime) -> Subscriber:
    """Return whose download or erasure a link is about, changing nothing.

    Raises:
        TokenError, UnknownReader.
    """
    claim: TokenFields = desk.tokens.read(purpose, token, now)
    reader = desk.reader_of(claim)
    check_not_cut_off(reader, claim)
    return reader


def exported(
    reader: Subscriber, consents: Sequence[Consent], feedback: Sequence[Feedback]
) -> dict[str, Any]:
    """Return everything that is kept about a reader, ready for JSON (GDPR art. 15 and 20)."""
    return {
        "subscription": _plain(asdict(reader)),
        "consent": [_plain(asdict(consent)) for consent in consents],
        "feedback": [_plain(asdict(said)) for said in feedback],
    }


def _moved(desk: FrontDesk, reader: Subscriber, email: str, now: datetime, how: str) -> Subscriber:
    address = parse_address(email)
    after = replace(
        reader, email=address.email, email_key=address.key, links_valid_from=_next_second(now)
    )
    consent = desk.evidence(reader, address.key, "move", now, how, "reader")
    if not desk.store.save(reader, after, consent):
        raise ConsentError(
            message("this address is subscribed already, or something changed meanwhile")
        )
    return after


def _to_reader(
    desk: FrontDesk,
    kind: LetterKind,
    reader: Subscriber,
    link: str,
    expires_at: datetime,
    other: str = "",
) -> None:
    desk.mailer.post(
        Letter(
            kind, reader.email, reader.name, reader.language, link, expires_at, other_address=other
        )
    )


def _end(purpose: Purpose, now: datetime) -> datetime:
    return now + (LIFETIMES[purpose] or timedelta())


def _next_second(now: datetime) -> datetime:
    """Tokens count whole seconds: one signed in this very second is cut off as well."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }
