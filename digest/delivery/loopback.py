"""Which hosts are this machine, where no password is overheard and no stranger is mailed."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

_NAMES = frozenset(
    {"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"}
)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, without asking the network."""
    if host.lower().rstrip(".") in _NAMES:
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
