"""Plain mails to whoever runs the newsletter."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from digest.app.application import App
from digest.errors import DigestError
from digest.settings import sender_address
from subscribers.errors import FrontDeskError


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
