"""A mail of plain text to one person: to whoever runs the newsletter, or as a test."""

from __future__ import annotations

from digest.delivery.message import Recipe, SenderHeaders, encoded, parts
from digest.mail import Fragment


def plain_mail(
    sender: SenderHeaders, address: str, subject: str, text: str, message_id: str, sent_at: int
) -> tuple[bytes, bytes]:
    """Return a mail's headers and its body, signed as all mails of this sender are.

    sent_at: seconds since 1970.
    """
    recipe = Recipe(
        letterhead=0,
        fragments=(0,),
        fills={},
        to_address=address,
        to_name="",
        subject=subject,
        message_id=message_id,
        sent_at=sent_at,
        offset=0,
        html=False,
    )
    return parts(recipe, [encoded(Fragment("", text))], sender)
