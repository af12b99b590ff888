"""VERP: a return path that says whose mail bounced, signed so that nobody can invent bounces.

    bounces@example.org → bounces+1a2b-9f3c…@example.org

The number is the delivery's, in base 36; the rest is an HMAC of it under our own key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SIGNATURE = 16  # hex digits: 64 bits; guessing costs a mail a try


def return_path(base: str, delivery: int, secret: bytes) -> str:
    """Return the envelope sender of one delivery; an empty base stays empty (`<>`)."""
    local, at, domain = base.partition("@")
    if not at:
        return base
    number = _base36(delivery)
    return f"{local}+{number}-{_sign(number, secret)}@{domain}"


def deliveries_in(text: str, base: str, secrets: Sequence[bytes]) -> list[int]:
    """Return the deliveries whose return paths stand in a text, in its order, each once.

    Only what one of the secrets signed counts, wherever it stands: a bounce that names an address
    and no return path of ours was made by anybody.
    """
    local, at, domain = base.partition("@")
    if not at:
        return []
    form = rf"{re.escape(local)}\+([0-9a-z]{{1,13}})-([0-9a-f]{{{_SIGNATURE}}})@{re.escape(domain)}"
    found: dict[int, None] = {}
    for number, signature in re.findall(form, text, re.IGNORECASE):
        low = number.lower()
        if any(hmac.compare_digest(_sign(low, one), signature.lower()) for one in secrets):
            found[int(low, 36)] = None
    return list(found)


def _sign(number: str, secret: bytes) -> str:
    return hmac.digest(secret, b"verp:" + number.encode(), hashlib.sha256).hex()[:_SIGNATURE]


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
