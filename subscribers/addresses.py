"""Mail addresses and names as people type them → what we keep, or a clear refusal. Pure.

Syntax only (RFC 5321, 5322, 6531 by email-validator): no DNS is asked, so that an answer takes the
same time for every domain and works offline. `.test` (RFC 2606) is allowed, for trials.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

import idna
from email_validator import EmailNotValidError, EmailSyntaxError, validate_email

from subscribers.errors import AddressError
from subscribers.mailbox_lists import read_mailbox
from subscribers.messages import in_english_only, message
from subscribers.profile_words import is_control

MAX_NAME = 100  # characters
_NO_ADDRESS = message("this is not a mail address; perhaps there is a typing mistake in it")


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address."""

    email: str  # the local part as typed (NFC), the domain in Unicode and lower case
    key: str  # equal for addresses that we take for one mailbox: unique in the store
    domain: str  # A-label (RFC 5891), lower case


def address_keys(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the key of each address. Raises AddressError."""
    return tuple(parse_address(address).key for address in addresses)


def parse_address(text: str, refused_domains: Collection[str] = ()) -> Address:
    """Check what somebody typed as their address.

    Args:
        text: the address; as people paste it, too: `Ada <ada@lab.example>`, `mailto:…`, a full stop
            or a comma behind it, white space around it.
        refused_domains: A-labels in lower case; their subdomains are refused too.

    Raises:
        AddressError: no mail can be sent there, with the reason.
    """
    try:
        found = validate_email(
            _alone(text), check_deliverability=False, strict=True, test_environment=True
        )
    except EmailSyntaxError as error:
        raise AddressError(in_english_only(str(error), _NO_ADDRESS)) from None
    except (EmailNotValidError, ValueError) as error:
        english = f"this is not a mail address: {error}"
        raise AddressError(in_english_only(english, _NO_ADDRESS)) from None
    domain = found.ascii_domain.lower()
    if is_within(domain, refused_domains):
        raise AddressError(
            message("addresses of this mail provider are not taken here; use another one")
        )
    # Mailboxes differ by case or compatibility forms in theory only. The key is for finding a
    # reader; mail goes to a form of it that was proved by a letter to that very form.
    return Address(found.normalized, f"{_folded(found.local_part)}@{domain}", domain)


def _alone(text: str) -> str:
    """Return the address in what was pasted; what holds none, or several, stays as it is."""
    bare = text.strip().rstrip(".,;").strip()
    mailbox = read_mailbox(bare)
    return mailbox.email if mailbox else text.strip()


def _folded(local: str) -> str:
    """Return what all forms of a local part share, in whatever case and width."""
    return "".join(unicodedata.normalize("NFKC", local).casefold().split())


def is_within(domain: str, domains: Iterable[str]) -> bool:
    """Return whether a domain, as an A-label, is one of some or lies below one."""
    return any(domain == each or domain.endswith("." + each) for each in domains)


def read_domain(text: str) -> str:
    """Return a domain of the settings as it is compared: an A-label (RFC 5891) in lower case.

    Raises:
        ValueError: it is none; the text says what to write.
    """
    name = text.strip().removeprefix("*.").removeprefix("@").rstrip(".")
    try:
        return parse_address(f"anybody@{name}").domain
    except AddressError:
        raise ValueError(f"{text!r} is no domain: write one such as lab.example") from None


def shown_domain(domain: str) -> str:
    """Return a domain, an A-label, as people write it."""
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def mailbox_key(email: str) -> str:
    """Return what many forms of one mailbox share: `a.da+x@gmail.com` is `ada@gmail.com`.

    Limits count by it, so that `+1`, `+2` … have one allowance. It is never mailed to, and two
    readers may have the same.
    """
    local, _, domain = email.rpartition("@")
    local, domain = _folded(local), domain.casefold()
    base = local.partition("+")[0] or local
    domain = {"googlemail.com": "gmail.com"}.get(domain, domain)
    return f"{base.replace('.', '') if domain == 'gmail.com' else base}@{domain}"


def parse_name(text: str) -> str:
    """Check a display name: any script, one line, no control or direction characters.

    Raises:
        AddressError: it is too long or holds such a character.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split(" ")).strip()
    if any(map(is_control, name)):
        raise AddressError(message("a name is one line without control characters"))
    if len(name) > MAX_NAME:
        raise AddressError(message("a name has {most} characters at most", most=MAX_NAME))
    return name


def address_hash(email_key: str, secret: bytes) -> str:
    """Return HMAC-SHA-256 of an address key, hex: evidence that outlives the address.

    Keyed, because a plain hash of an address is found by trying addresses.
    """
    return hmac.new(secret, b"address:" + email_key.encode(), sha256).hexdigest()


def masked(email: str) -> str:
    """Return an address as it may stand on a page that a forwarded link opens: `a…@example.org`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
