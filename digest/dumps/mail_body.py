"""A mail that was saved whole (`.eml`): its body, for the formats that come by mail. Pure."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from email.message import EmailMessage

_HEADERS = re.compile(
    rb"(?:From [^\n]*\n)?(?:[A-Z][A-Za-z-]{1,60}: ?[^\n]*\n(?:[ \t][^\n]*\n)*){2}"
)
_FROM = re.compile(rb"^(?:From|Sender|Reply-To):[^\n]*@", re.MULTILINE | re.IGNORECASE)


def came_from(head: bytes, sender: re.Pattern[bytes]) -> bool:
    """Return whether these first bytes are the headers of a mail from such an address."""
    if not _HEADERS.match(head.lstrip().replace(b"\r\n", b"\n")):
        return False
    lines = head.replace(b"\r\n", b"\n").split(b"\n\n")[0].split(b"\n")
    return any(_FROM.match(line) and sender.search(line) for line in lines)


def mail_body(data: bytes, kinds: Sequence[str] = ("text/html", "text/plain")) -> bytes:
    """Return a saved mail's HTML, else its text, as UTF-8; what is no mail comes back as it is.

    `kinds` says which of them leads.
    """
    if not _HEADERS.match(data.lstrip()[:65_536].replace(b"\r\n", b"\n")):
        return data
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    parts = [part for part in message.walk() if isinstance(part, EmailMessage)][:50]
    for kind in kinds:
        for part in parts:
            if part.get_content_type() == kind and (body := _text(part)).strip():
                return body
    return data


def _text(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset("utf-8")).encode()
    except (LookupError, UnicodeError):
        return data
