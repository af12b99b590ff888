"""What a link may show and do, by its kind, its age and the reader's state: one rule an act. Pure.

Whoever holds a mail holds its link, so a link can do as little as its mail needs. Every page asks
here and nowhere else; `docs/security.md` shows the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from subscribers.consent import State
from subscribers.errors import ConsentError, TokenError
from subscribers.messages import message
from subscribers.store import Subscriber
from subscribers.tokens import LIFETIMES, PREFERENCES_WITHIN, Purpose, TokenFields, check_age

Act = Literal[
    "unsubscribe",  # see the page, and leave
    "undo",  # take leaving back
    "soften",  # fewer mails or a pause, offered where somebody is about to leave
    "preferences",  # see them
    "change",  # change them, pause, mute
    "feedback",  # more like this, less like this
    "read",  # an issue on the web
    "collect",  # own issues, likes and mutes, files of them; why a paper did not come
    "keep",  # mute, unmute, a feed's key, a library
    "feed",  # own issues in a feed reader; the key must be the reader's newest besides
    "ask",  # for a letter: download, erase
    "confirm",
    "invite",  # see the invitation, accept or decline it
    "move",
    "stop",
    "restore",
    "export",
    "erase",
]

_ANY: frozenset[State] = frozenset({"pending", "active", "paused", "left"})
_RUNNING: frozenset[State] = frozenset({"active", "paused"})
_CONFIRMED: frozenset[State] = _RUNNING | {"left"}


@dataclass(frozen=True, slots=True)
class Rule:
    """When a link allows an act."""

    purpose: Purpose  # the kind of token that it takes
    within: timedelta | None  # of the link's making; None: for ever
    states: frozenset[State]  # of the reader
    survives_cut_off: bool = False  # also links from before a move or a "That was not me"


def _letter(purpose: Purpose, states: frozenset[State], *, survives: bool = False) -> Rule:
    return Rule(purpose, LIFETIMES[purpose], states, survives)


RULES: Mapping[Act, Rule] = {
    "unsubscribe": Rule("mail", None, _ANY, survives_cut_off=True),
    "undo": Rule("mail", None, _CONFIRMED),
    "soften": Rule("mail", None, _RUNNING),
    "preferences": Rule("mail", PREFERENCES_WITHIN, _CONFIRMED),
    "change": Rule("mail", PREFERENCES_WITHIN, _RUNNING),
    "feedback": Rule("mail", PREFERENCES_WITHIN, _CONFIRMED),
    "read": Rule("mail", PREFERENCES_WITHIN, _CONFIRMED),
    "collect": Rule("mail", PREFERENCES_WITHIN, _CONFIRMED),
    "keep": Rule("mail", PREFERENCES_WITHIN, _RUNNING),
    "feed": Rule("feed", None, _RUNNING),
    "ask": Rule("mail", PREFERENCES_WITHIN, _CONFIRMED),
    "confirm": _letter("confirm", _ANY),  # and its own request is open: see FrontDesk.confirm
    "invite": _letter("invite", frozenset({"pending"})),
    "move": _letter("move", _RUNNING),
    "stop": _letter("stop", _ANY, survives=True),
    "restore": _letter("restore", _CONFIRMED, survives=True),
    "export": _letter("export", _ANY),
    "erase": _letter("erase", _ANY),
}

_NOT_NOW: Mapping[State, str] = {
    "left": message("this subscription has ended; subscribe again to get mails"),
    "pending": message("this subscription is not confirmed yet: press the button in our mail"),
    "active": message("this subscription is running already"),
    "paused": message("this subscription is running already"),
}
_DECLINED = message("this invitation is over; subscribe yourself if you want mails")


def check(act: Act, reader: Subscriber, fields: TokenFields, now: datetime) -> None:
    """Refuse what a link may not do, or not any more.

    Args:
        act: what it is to do.
        reader: whom it names.
        fields: what its token says; the token is of the rule's purpose.
        now: UTC.

    Raises:
        TokenError: the link is too old, or was cut off.
        ConsentError: the reader's state does not allow it.
    """
    rule = RULES[act]
    check_age(fields, rule.within, now)
    if not rule.survives_cut_off and is_cut_off(reader, fields):
        raise TokenError(message("this link no longer works: newer ones have taken its place"))
    if reader.state not in rule.states:
        declined = act == "invite" and reader.state == "left"
        raise ConsentError(_DECLINED if declined else _NOT_NOW[reader.state])


def is_cut_off(reader: Subscriber, fields: TokenFields) -> bool:
    """Return whether a link is from before the reader's mails moved, or they cut off a stranger."""
    return reader.links_valid_from is not None and fields.issued_at < reader.links_valid_from


def link_time(reader: Subscriber, now: datetime) -> datetime:
    """Return when a link that is made now counts as made: after what cut the reader's older ones.

    A cut is at a whole second, as links are, and may be a part of one from now.
    """
    return max(now, reader.links_valid_from or now)
