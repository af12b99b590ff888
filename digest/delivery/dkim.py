"""DKIM signatures (RFC 6376; RFC 8301: rsa-sha256; RFC 8463: Ed25519), relaxed/relaxed.

Written on `cryptography` since the pure-Python signer costs 8 ms a mail; another program's
verifier proves it in the tests. Both algorithms are deterministic: the same mail, key and
time give the same signature, so a recipe gives back the exact bytes that were sent.
"""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from digest.errors import DeliveryError, NotFound

# What is signed when it is there. From is oversigned (named once more than it occurs), so
# that nobody can add a second one in front of ours (RFC 6376, 8.15).
SIGNED = (
    "from",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-help",
    "list-archive",
    "auto-submitted",
    "feedback-id",
    "x-digest-issue",
)
REWRITTEN = frozenset({"date", "message-id"})  # what some relays replace

_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A private key with the name under which its public half stands in the DNS."""

    domain: str
    selector: str
    private: PrivateKey

    @property
    def algorithm(self) -> str:
        """The `a=` tag."""
        return "rsa-sha256" if isinstance(self.private, rsa.RSAPrivateKey) else "ed25519-sha256"

    def sign(self, signed: bytes) -> bytes:
        """Return the signature of the canonical headers, base64."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return b64encode(self.private.sign(signed, _PKCS1, _SHA256))
        digest = hashes.Hash(_SHA256)
        digest.update(signed)
        return b64encode(self.private.sign(digest.finalize()))

    @property
    def record_name(self) -> str:
        """Where the public key is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record's text."""
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            der = public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={b64encode(raw).decode()}"


def signature(
    key: DkimKey,
    canonical: Mapping[bytes, bytes],
    body_hash: bytes,
    signed_at: int,
    without: frozenset[str] = frozenset(),
) -> bytes:
    """Return one DKIM-Signature header.

    canonical: header name in lower case → its relaxed form with CRLF, each occurring once;
    body_hash: base64 SHA-256 of the relaxed body; signed_at: seconds since 1970.
    """
    order, folded = _order(tuple(canonical), without)
    head = (
        f"v=1; a={key.algorithm}; c=relaxed/relaxed;\r\n d={key.domain};\r\n"
        f" s={key.selector}; t={signed_at};\r\n h={folded};\r\n"
        f" bh={body_hash.decode()};\r\n b="
    )
    # The folds above are one space each: undoing them is the relaxed form.
    unfolded = b"dkim-signature:" + head.replace("\r\n", "").encode()
    value = key.sign(b"".join([*[canonical[name] for name in order], unfolded])).decode()
    lines = "\r\n ".join([value[at : at + 72] for at in range(0, len(value), 72)])
    return f"DKIM-Signature: {head}{lines}\r\n".encode()


@lru_cache(maxsize=64)  # the mails of an edition have two or three sets of headers
def _order(present: tuple[bytes, ...], without: frozenset[str]) -> tuple[tuple[bytes, ...], str]:
    """Return the headers to sign, in order, and the `h=` tag with its folds.

    The oversigned repeat stands for an absent header: it adds nothing to what is signed.
    """
    names = [n for n in SIGNED if n.encode() in present and n not in without]
    return tuple(name.encode() for name in dict.fromkeys(names)), _folded_names(names)


def _folded_names(names: Sequence[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 70:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n ".join(lines)[:-1]


def load_key(path: Path, *, domain: str, selector: str) -> DkimKey:
    """Read a private key from a PEM file that only its owner may read.

    Raises DeliveryError when others can read it, or it is no RSA (2048 bits or more) or
    Ed25519 key.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except OSError as error:
        raise DeliveryError(f"cannot read the DKIM key {path}: {error.strerror}") from None
    if mode & 0o077:
        raise DeliveryError(
            f"the DKIM key {path} can be read by others (mode {mode:04o}): chmod 600 {path}"
        )
    try:
        private = serialization.load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise DeliveryError(
            f"{path} is no unencrypted PEM private key; `digest dkim keygen` makes one"
        ) from None
    if isinstance(private, rsa.RSAPrivateKey):
        if private.key_size < 2048:
            raise DeliveryError(f"{path}: an RSA key of {private.key_size} bits; 2048 are needed")
    elif not isinstance(private, ed25519.Ed25519PrivateKey):
        raise DeliveryError(f"{path}: DKIM knows RSA and Ed25519 keys only")
    return DkimKey(domain=domain, selector=selector, private=private)


def make_key(path: Path, *, domain: str, selector: str, kind: str = "rsa") -> DkimKey:
    """Make a key file, readable by its owner only, and return the key.

    kind: `rsa` (2048 bits) or `ed25519`. Raises DeliveryError rather than overwrite a file.
    """
    private: PrivateKey = (
        ed25519.Ed25519PrivateKey.generate()
        if kind == "ed25519"
        else rsa.generate_private_key(65537, 2048)
    )
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except FileExistsError:
        raise DeliveryError(
            f"{path} exists; choose another selector (that is how a key is rotated)"
        ) from None
    except OSError as error:
        raise DeliveryError(f"cannot write the DKIM key {path}: {error.strerror}") from None
    return DkimKey(domain=domain, selector=selector, private=private)


class KeyRing:
    """The keys at hand: those that sign new mails, and older ones that old mails named."""

    def __init__(self, signing: Sequence[DkimKey] = (), folder: Path | None = None) -> None:
        self.signing = tuple(signing)
        self._known = {key.selector: key for key in signing}
        self._folder = folder

    def find(self, selector: str, domain: str) -> DkimKey:
        """Return the key of a selector, from `<folder>/<selector>.pem` if it is not loaded.

        Raises NotFound when it is gone: the mail's signature cannot be made again.
        """
        if selector not in self._known:
            path = self._folder / f"{selector}.pem" if self._folder else None
            if path is None or not path.is_file():
                raise NotFound(f"the DKIM key of selector {selector!r} is gone")
            self._known[selector] = load_key(path, domain=domain, selector=selector)
        return self._known[selector]
