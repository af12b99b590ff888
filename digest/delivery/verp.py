"""VERP: a return path that says whose mail bounced, signed so that nobody can invent bounces.

    bounces@example.org → bounces+1a2b-9f3c…@example.org

The number is the delivery's, in base 36; the rest is an HMAC of it under our own key.
"""

from __future__ import annotations

import hashlib
import hmac

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SIGNATURE = 16  # hex digits: 64 bits; guessing costs a mail a try


def return_path(base: str, delivery: int, secret: bytes) -> str:
    """Return the envelope sender of one delivery; an empty base stays empty (`<>`)."""
    local, at, domain = base.partition("@")
    if not at:
        return base
    number = _base36(delivery)
    return f"{local}+{number}-{_sign(number, secret)}@{domain}"


def delivery_of(address: str, base: str, secret: bytes) -> int | None:
    """Return the delivery that an address was made for; None when it is not one of ours."""
    local, _, domain = base.lower().partition("@")
    found_local, _, found_domain = address.strip().lower().rpartition("@")
    prefix, _, tag = found_local.rpartition("+")
    number, _, signature = tag.partition("-")
    if (prefix, found_domain) != (local, domain) or not number.isalnum() or not number.isascii():
        return None
    if not hmac.compare_digest(signature.encode(), _sign(number, secret).encode()):
        return None
    return int(number, 36)


def _sign(number: str, secret: bytes) -> str:
    return hmac.digest(secret, b"verp:" + number.encode(), hashlib.sha256).hex()[:_SIGNATURE]


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
