"""Signed links: purpose, subject, time of issue, key rotation. Pure: the clock is passed in.

A token is `field.field.….time.signature`: fields and time in base 36 or base64url, the signature
HMAC-SHA-256 under a key derived from (secret, purpose), read by itsdangerous: a token for one
purpose is no token for another. Comparison is in constant time (`hmac.compare_digest`).

One mail carries one token, `(reader, edition)`; a link is token + action + paper. What the token
may do ends at different ages: unsubscribing works for ever, since mails lie around for years;
changing preferences ends after `LIFETIMES`; the strongest acts have purposes of their own.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from itsdangerous import BadSignature, Signer

from subscribers.errors import TokenError
from subscribers.messages import message

Purpose = Literal[
    "mail",
    "confirm",
    "invite",
    "move",
    "stop",
    "restore",
    "export",
    "erase",
    "feed",
    "form",
    "share",
]
Field = int | str

INVITED_WITHIN = timedelta(days=30)
LIFETIMES: dict[Purpose, timedelta | None] = {
    "mail": None,  # (reader, edition); each action sets its own limit
    "confirm": timedelta(days=7),  # (reader, request)
    "invite": INVITED_WITHIN,  # (reader)
    "move": timedelta(days=2),  # (reader, new address)
    "stop": timedelta(days=7),  # (reader): that was not me
    "restore": timedelta(days=7),  # (reader, old address, hash of the new key): take it back
    "export": timedelta(hours=24),  # (reader)
    "erase": timedelta(hours=24),  # (reader)
    "feed": None,  # (reader, key): it ends with its key, see own_desk.FeedKey
    "form": timedelta(hours=24),  # (the browser's cookie)
    "share": None,  # (day, papers): names no reader and opens nothing of theirs
}
PREFERENCES_WITHIN = timedelta(days=90)  # a mail's links to preferences and feedback

MIN_KEY_BYTES = 32
MAX_TOKEN = 1_000  # characters
_CLOCKS_DIFFER = timedelta(minutes=5)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAX_SECONDS = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class TokenFields:
    """What a good token says."""

    fields: tuple[Field, ...]
    issued_at: datetime  # UTC, whole seconds

    def numbers(self) -> tuple[int, ...]:
        """The fields that are numbers, in order."""
        return tuple(field for field in self.fields if isinstance(field, int))

    def words(self) -> tuple[str, ...]:
        """The fields that are texts, in order."""
        return tuple(field for field in self.fields if isinstance(field, str))


class Tokens:
    """Signs and reads tokens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the secret keys, oldest first: the newest (last) signs, all verify.

        Raises:
            ValueError: no key, or one shorter than 32 bytes.
        """
        if not keys or any(len(key) < MIN_KEY_BYTES for key in keys):
            raise ValueError(f"secret keys are {MIN_KEY_BYTES} random bytes or more, at least one")
        self._keys = tuple(keys)
        # Derived here, once, and not in each token (itsdangerous' `key_derivation="hmac"`).
        derived: dict[Purpose, list[bytes]] = {
            purpose: [hmac.digest(key, f"digest:{purpose}".encode(), "sha256") for key in keys]
            for purpose in LIFETIMES
        }
        self._newest = {purpose: of[-1] for purpose, of in derived.items()}
        self._readers = {
            purpose: Signer(of, key_derivation="none", digest_method=sha256)
            for purpose, of in derived.items()
        }

    @property
    def address_key(self) -> bytes:
        """The key for `addresses.address_hash`: the oldest, so that a rotation keeps the hashes."""
        return self._keys[0]

    def sign(self, purpose: Purpose, *fields: Field, now: datetime) -> str:
        """Return a token, URL-safe: letters, digits, `-`, `_` and `.`, about 65 characters."""
        said = ".".join([*map(_packed, fields), _second(now)])
        # What itsdangerous' `Signer.sign` gives, in a fifth of the time: each mail has one.
        signature = hmac.digest(self._newest[purpose], said.encode("ascii"), "sha256")
        return f"{said}.{_base64url(signature)}"

    def read(self, purpose: Purpose, token: str, now: datetime) -> TokenFields:
        """Return what a token says.

        Raises:
            TokenError: forged, garbled, for another purpose, expired, or from the future.
        """
        if len(token) > MAX_TOKEN or not token.isascii():
            raise TokenError(_GARBLED)
        try:
            signed = self._readers[purpose].unsign(token).decode("ascii")
            *fields, issued = signed.split(".")
            claim = TokenFields(tuple(map(_unpacked, fields)), _moment(issued))
        except (BadSignature, ValueError):
            raise TokenError(_GARBLED) from None
        check_age(claim, LIFETIMES[purpose], now)
        return claim


def check_age(claim: TokenFields, lifetime: timedelta | None, now: datetime) -> None:
    """Refuse a claim that is older than its lifetime. None: it never is.

    Raises:
        TokenError: it is too old, or signed by a clock that ran ahead.
    """
    if lifetime is None:
        return
    if now - claim.issued_at > lifetime:
        raise TokenError(message("this link has expired"))
    if claim.issued_at - now > _CLOCKS_DIFFER:
        raise TokenError(
            message("this link comes from the future: the clock of the sender is wrong")
        )


_GARBLED = message("this link is incomplete or was changed; copy the whole of it from the mail")


def _packed(field: Field) -> str:
    """Write a number as `n…` in base 36, a text as `t…` in base64url."""
    if isinstance(field, int):
        if field < 0:
            raise ValueError("numbers in tokens are not negative")
        return "n" + _base36(field)
    return "t" + _base64url(field.encode())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _unpacked(part: str) -> Field:
    kind, body = part[:1], part[1:]
    if kind == "n":
        return int(body, 36)
    if kind != "t":
        raise ValueError(part)
    try:
        return urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except binascii.Error as error:
        raise ValueError(part) from error


@lru_cache(maxsize=8)  # many mails are of one moment
def _second(moment: datetime) -> str:
    return _base36(int(moment.timestamp()))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _moment(seconds: str) -> datetime:
    number = int(seconds, 36)
    if not 0 <= number <= _MAX_SECONDS:
        raise ValueError(seconds)
    return datetime.fromtimestamp(number, tz=UTC)
