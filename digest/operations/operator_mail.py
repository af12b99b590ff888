"""Plain mails to whoever runs the newsletter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from digest.app.application import App
from digest.errors import DigestError
from subscribers.errors import FrontDeskError

SILENCE = timedelta(hours=24)  # between two mails about one thing
FIRST_WAIT = timedelta(hours=1)  # after one that did not leave; three times as long each time


def mail_operator_once_a_day(
    app: App, name: str, subject: str, text: Callable[[], str]
) -> str | None:
    """Send what `mail_operator` sends, at most once a day for each name, whoever asks first.

    One that did not leave goes again after one, three and nine hours: the relay that is sick is
    what most of them tell of, and one that takes mails and says so to nobody would get each try.

    name: of the fact that keeps until when nothing is said. text: asked for only where it is sent.
    """
    if not app.settings.newsletter.operator:
        return None
    now, tries, silent = app.clock(), 0, False

    def say_now(before: bytes) -> bytes:
        nonlocal tries, silent
        until, tries = _told(before)
        silent = until is not None and now < until <= now + SILENCE
        return before if silent else _silence(now + SILENCE, 0)

    app.stores.facts.change(name, say_now, now)
    if silent:
        return None
    failed = mail_operator(app, subject, text())
    if failed:
        wait = min(SILENCE, FIRST_WAIT * 3**tries)
        app.stores.facts.set(name, _silence(now + wait, tries + 1), now)
    return failed


def _silence(until: datetime, tries: int) -> bytes:
    """Return what is kept: until when nothing is said, and how many tries have failed."""
    return f"{until.isoformat()} {tries}".encode()


def _told(kept: bytes) -> tuple[datetime | None, int]:
    until, _, tries = kept.decode().partition(" ")
    return (datetime.fromisoformat(until), int(tries)) if tries else (None, 0)


def mail_operator(app: App, subject: str, text: str) -> str | None:
    """Send `newsletter.operator` a plain mail, signed; return why it did not leave, else None.

    The subject is put behind the newsletter's name. Without an operator nothing is sent.
    """
    address = app.settings.newsletter.operator
    if not address:
        return None

    def letter(to: str, message_id: str) -> bytes:
        headed = f"{app.settings.newsletter.name}: {subject}"
        return app.sending_parts.plain_mail(to, headed, text, message_id)

    try:
        return app.sending_parts.send_test(letter, address)
    except (DigestError, FrontDeskError) as error:
        return str(error)
