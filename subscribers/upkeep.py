"""What time does to subscriptions: pauses end, requests that nobody confirmed are forgotten."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from subscribers.errors import ConsentError
from subscribers.invitations import is_invited
from subscribers.service import FrontDesk
from subscribers.store import Subscriber
from subscribers.tokens import INVITED_WITHIN


def look_after(desk: FrontDesk, now: datetime) -> tuple[int, int]:
    """Wake those whose pause is over, forget requests never confirmed; return both counts."""
    resumed = expired = 0
    for reader in desk.store.every("paused"):
        if reader.paused_until and _today(desk, reader, now) >= reader.paused_until:
            with suppress(ConsentError):  # they are changing it themselves at this moment
                desk.resume(reader, now, how="clock")
                resumed += 1
    late = now - desk.settings.confirm_within
    desk.store.forget_requests(late)
    for reader in desk.store.pending_before(late):
        if not (is_invited(reader) and _since(reader, now) < INVITED_WITHIN):
            expired += _expire(desk, reader, now)
    return resumed, expired


def _expire(desk: FrontDesk, reader: Subscriber, now: datetime) -> bool:
    """Forget an address that nobody confirmed."""
    consent = desk.steps.evidence(reader, reader.email_key, "expire", now, "clock", "reader")
    return desk.store.erase(reader, consent)


def _since(reader: Subscriber, now: datetime) -> timedelta:
    """Return for how long a reader has been pending."""
    return now - (reader.pending_since or now)


def _today(desk: FrontDesk, reader: Subscriber, now: datetime) -> date:
    zone = ZoneInfo(reader.timezone or desk.settings.timezone)
    return now.astimezone(zone).date()
