"""Plain mails to whoever runs the newsletter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from digest.app.application import App
from digest.errors import DigestError
from digest.settings import sender_address
from subscribers.errors import FrontDeskError

SILENCE = timedelta(hours=24)  # between two mails about one thing


def mail_operator_once_a_day(
    app: App, name: str, subject: str, text: Callable[[], str]
) -> str | None:
    """Send what `mail_operator` sends, at most once a day for each name, whoever asks first.

    name: of the fact that keeps when it was. text: asked for only where a mail is sent.
    """
    if not app.settings.newsletter.operator:
        return None
    now, seen = app.clock(), False

    def once(before: bytes) -> bytes:
        nonlocal seen
        seen = before.decode() > (now - SILENCE).isoformat()
        return before if seen else now.isoformat().encode()

    app.stores.facts.change(name, once, now)
    if seen:
        return None
    failed = mail_operator(app, subject, text())
    if failed:
        app.stores.facts.set(name, b"", now)
    return failed


def mail_operator(app: App, subject: str, text: str) -> str | None:
    """Send `newsletter.operator` a plain mail; return why it did not leave, None when it did.

    The subject is put behind the newsletter's name. Without an operator nothing is sent.
    """
    address = app.settings.newsletter.operator
    if not address:
        return None

    def letter(to: str, message_id: str) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = sender_address(app.settings)
        mail["To"] = to
        mail["Subject"] = f"{app.settings.newsletter.name}: {subject}"
        mail["Date"] = format_datetime(app.clock())
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        return mail.as_bytes()

    try:
        return app.sending_parts.send_test(letter, address)
    except (DigestError, FrontDeskError) as error:
        return str(error)
