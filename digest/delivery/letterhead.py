"""What every mail says of its sender, from the settings."""

from __future__ import annotations

from secrets import token_hex

from digest.delivery.dkim import KeyRing
from digest.delivery.headers import ascii_domain
from digest.delivery.message import Letterhead
from digest.settings import Settings, sender_address


def letterhead_of(settings: Settings, keys: KeyRing, *, lists: bool = True) -> Letterhead:
    """Return what every mail says of its sender; `lists` adds what only a mailing list says."""
    newsletter, domain = settings.newsletter, sender_domain(settings)
    return Letterhead(
        from_address=sender_address(settings),
        from_name=newsletter.name,
        reply_to=newsletter.reply_to,
        list_id=f"digest.{domain}" if lists else "",
        list_name=newsletter.name if lists else "",
        help_url=newsletter.base_url if lists else "",
        feedback_id=f"issue:daily:newsletter:{_sender_id(domain)}" if lists else "",
        relay_rewrites=settings.delivery.smtp.relay_rewrites,
        dkim_domain=settings.delivery.dkim.domain,
        selectors=tuple(key.selector for key in keys.signing),
    )


def sender_domain(settings: Settings) -> str:
    """Return the domain of the From address, as A-labels."""
    return ascii_domain(sender_address(settings)).rpartition("@")[2]


def return_path_of(settings: Settings) -> str:
    """Return the address that takes bounces: the setting, else the From address."""
    return settings.delivery.return_path or sender_address(settings)


def fresh_message_id(settings: Settings) -> str:
    """Return a Message-ID for a mail of which no recipe is kept."""
    return f"<{token_hex(16)}@{sender_domain(settings)}>"


def _sender_id(domain: str) -> str:
    """Return a Feedback-ID sender of 5 to 15 characters, the same for every mail of a domain."""
    letters = "".join(c for c in domain.lower() if c.isalnum())
    return (letters + "digest")[:15]
