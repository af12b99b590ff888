"""Invitations: the operator names an address; its owner chooses keywords, or declines.

Who is invited is pending without keywords. The link of the letter proves the mailbox, so the
button behind it confirms; it works until it is pressed, and for a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from subscribers.addresses import Address
from subscribers.consent_steps import unknown_reader
from subscribers.errors import ChangedMeanwhile, ConsentError
from subscribers.preferences import Preferences, read_preferences
from subscribers.service import FrontDesk
from subscribers.store import Subscriber


def is_invited(reader: Subscriber) -> bool:
    """Return whether somebody was invited and has chosen no keywords yet."""
    return reader.state == "pending" and not reader.keywords


def invite(
    desk: FrontDesk,
    address: Address,
    found: Subscriber | None,
    fields: Mapping[str, str],
    now: datetime,
) -> Subscriber:
    """Mail an invitation, and keep what is known of its reader: a name, a language, a rhythm.

    Args:
        desk: the front desk.
        address: whom.
        found: who is pending at this address already: they are written to once more.
        fields: as in a form, without keywords.
        now: UTC.

    Raises:
        ConsentError: they are reading, or have left.
        PreferencesError: a field cannot be kept.
    """
    if found is not None and found.state != "pending":
        raise ConsentError(f"they are {found.state}: nothing to invite them to")
    consent = desk.steps.evidence(found, address.key, "ask", now, "invite", "operator")
    if found is None:
        wishes = read_preferences({**fields, "keywords": "x"})  # not theirs to keep
        blank = unknown_reader(address, now)
        asked = replace(wishes.applied_to(blank), keywords="", pending_since=now)
        stored = desk.store.insert(asked, consent)
    else:
        # The letter goes where the operator says, not where a stranger's twin of it does.
        asked = replace(found, email=address.email, pending_since=now)
        stored = asked if desk.store.save(found, asked, consent) else None
    if stored is None:
        raise ChangedMeanwhile
    desk.letters.invite(stored, now)
    return stored


def invited(desk: FrontDesk, token: str, now: datetime) -> Subscriber:
    """Return whom an invitation is for, with nothing that a stranger may have asked for.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    reader = desk.visit("invite", token, now).reader
    return reader if is_invited(reader) else replace(reader, name="", keywords="")


def accept(desk: FrontDesk, token: str, wishes: Preferences, now: datetime) -> Subscriber:
    """Begin mailing somebody who chose keywords behind their invitation's link.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    reader = desk.visit("invite", token, now).reader
    after = replace(wishes.applied_to(reader), confirmed_at=now, pending_since=None)
    return desk.requests.join(reader, after, now, how="invite")


def decline(desk: FrontDesk, token: str, now: datetime) -> None:
    """Keep that somebody does not want to be written to.

    Raises:
        TokenError, ConsentError, UnknownReader.
    """
    desk.leave(desk.visit("invite", token, now).reader, now, how="invite")
