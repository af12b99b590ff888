"""Who may be written to: pending, active, paused, left, erased. Pure.

    (nobody) ──ask──▶ pending ──confirm──▶ active ◀──resume── paused
        │                                  ▲ │ ▲ └────pause────▲
        └────────────vouch─────────────────┘ │ └─undo (a week), confirm─┐
                                             └──────────leave────────▶ left   any ──erase──▶ erased

Asking again changes no state: who has left stays so until the letter's button is pressed.

Each step leaves a `Consent` record: what was agreed to, when, how and by whom (GDPR art. 7(1):
the controller must be able to show it). The address itself is kept there only as a keyed hash,
so that the record can outlive an erasure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from subscribers.errors import ConsentError
from subscribers.messages import message

State = Literal["pending", "active", "paused", "left", "erased"]
Action = Literal[
    "ask",
    "vouch",
    "confirm",
    "pause",
    "resume",
    "leave",
    "undo",
    "move",
    "restore",
    "lift",
    "expire",
    "erase",
]
Source = Literal["operator", "reader"]

UNDO_WITHIN = timedelta(days=7)

# What a reader agrees to; the version goes into each record. Raise it when the words change.
TEXT_VERSION = "2026-1"
TEXT = message(
    "I want to get a mail with research papers that match my keywords. "
    "I can stop it at any time with one click in every mail."
)


@dataclass(frozen=True, slots=True)
class Consent:
    """One step, as evidence."""

    action: Action
    before: State | None  # None: nobody was there
    after: State
    at: datetime  # UTC
    # 'form', 'one-click', 'link', 'invite', 'mail', 'command', 'import', 'clock'
    how: str
    source: Source
    address_hash: str  # keyed hash of the address, hex: see `subscribers.addresses.address_hash`
    text_version: str = TEXT_VERSION


_STEPS: dict[Action, dict[State | None, State]] = {
    "ask": {None: "pending", "pending": "pending", "left": "left", "erased": "pending"},
    "vouch": {None: "active", "pending": "active", "left": "active", "erased": "active"},
    "confirm": {"pending": "active", "left": "active"},
    "pause": {"active": "paused", "paused": "paused"},
    "resume": {"paused": "active", "active": "active"},
    "leave": {"pending": "left", "active": "left", "paused": "left", "left": "left"},
    "undo": {"left": "active", "active": "active", "paused": "paused"},
    "move": {"active": "active", "paused": "paused"},
    # The mails go to an earlier address again. Also of who left: it may not have been they.
    "restore": {"active": "active", "paused": "paused", "left": "left"},
    "lift": {"active": "active", "paused": "paused"},  # mails that had stopped by themselves
    "expire": {"pending": "erased"},
    "erase": {"pending": "erased", "active": "erased", "paused": "erased", "left": "erased"},
}

_REFUSALS: dict[Action, str] = {
    "ask": message("this address is subscribed already"),
    "vouch": message("this address is subscribed already"),
    "confirm": message("this subscription is confirmed already"),
    "pause": message("only a running subscription can be paused"),
    "resume": message("only a paused subscription can go on"),
    "leave": message("there is no subscription to end"),
    "undo": message("there is nothing to take back; subscribe again to get mails"),
    "move": message("only a confirmed subscription can move to another address"),
    "restore": message("only a confirmed subscription can move to another address"),
    "lift": message("there is no subscription to go on with; subscribe again to get mails"),
    "expire": message("only an unconfirmed subscription expires"),
    "erase": message("there is nothing left to erase"),
}


def step(state: State | None, action: Action) -> State:
    """Return the state after an action. Doing a thing twice is no error.

    Raises:
        ConsentError: this state does not allow it; the text says why and what to do.
    """
    after = _STEPS[action].get(state)
    if after is None:
        raise ConsentError(_REFUSALS[action])
    return after


def may_undo(left_at: datetime | None, now: datetime) -> bool:
    """Return whether a reader who left at that moment can still take it back."""
    return left_at is not None and now - left_at <= UNDO_WITHIN
