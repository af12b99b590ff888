"""Who is asking: the client's address and scheme, through trusted proxies only. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Client:
    """One asker."""

    address: str  # as text; 'unknown' when the server could not tell (a Unix socket)
    secure: bool  # reached by https

    @property
    def key(self) -> str:
        """What rate limits count by: an IPv4 address, or an IPv6 /64, which one home has."""
        address = _parsed(self.address)
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, 64), strict=False))
        return self.address

    @property
    def network(self) -> str | None:
        """The /48 around an IPv6 address, which one customer may have; None for others."""
        address = _parsed(self.address)
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, 48), strict=False))
        return None


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks of trusted proxies.

    Raises:
        ValueError: one is neither; the text names it.
    """
    found = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name.strip(), strict=False))
        except ValueError:
            raise ValueError(f"trusted proxy {name!r} is no address or network") from None
    return tuple(found)


def client_of(
    peer: str | None,
    scheme: str,
    headers: Sequence[tuple[bytes, bytes]],
    trusted: Sequence[Network],
) -> Client:
    """Work out who is asking.

    X-Forwarded-For and X-Forwarded-Proto count only when the peer itself is a trusted proxy. The
    client is then the last address of the list that is not a trusted proxy's: whatever stands
    before it was written by the client and may be a lie.

    Args:
        peer: the address that the connection comes from.
        scheme: 'http' or 'https', of the connection.
        headers: raw, names in lower case.
        trusted: the proxies' networks.
    """
    if not _is_trusted(peer, trusted):
        return Client(peer or "unknown", scheme == "https")
    address = peer or "unknown"
    for hop in reversed(_values(headers, b"x-forwarded-for")):
        if _parsed(hop) is None:
            break
        address = hop
        if not _is_trusted(hop, trusted):
            break
    said = _values(headers, b"x-forwarded-proto")
    return Client(address, (said[-1].lower() if said else scheme) == "https")


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[str]:
    joined = b",".join(value for key, value in headers if key == name).decode("latin-1")
    return [part.strip() for part in joined.split(",") if part.strip()]


def _parsed(text: str | None) -> _Address | None:
    try:
        address = ipaddress.ip_address((text or "").strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_trusted(text: str | None, trusted: Sequence[Network]) -> bool:
    address = _parsed(text)
    return address is not None and any(address in network for network in trusted)
