"""A mail to one person alone: a letter, a message to whoever runs the newsletter, a test."""

from __future__ import annotations

from digest.delivery.message import Recipe, SenderHeaders, encoded, parts
from digest.mail import Fragment


def single_mail(
    sender: SenderHeaders,
    words: Fragment,
    *,
    to_address: str,
    to_name: str = "",
    subject: str,
    message_id: str,
    sent_at: int,
) -> tuple[bytes, bytes]:
    """Return a mail's headers and its body, signed as all mails of this sender are.

    Args:
        sender: what all its mails begin with.
        words: in HTML and text; without HTML the mail is of plain text.
        sent_at: seconds since 1970.
    """
    recipe = Recipe(
        letterhead=0,
        fragments=(0,),
        fills={},
        to_address=to_address,
        to_name=to_name,
        subject=subject,
        message_id=message_id,
        sent_at=sent_at,
        offset=0,
        html=bool(words.html),
    )
    return parts(recipe, [encoded(words)], sender)
