"""Who is asking: forwarded headers count from trusted proxies only."""

from __future__ import annotations

import pytest

from subscribers.web.clients import Client, client_of, networks

PROXIES = networks(["10.0.0.0/8", "::1"])


def asked(peer: str | None, forwarded: str = "", proto: str = "", scheme: str = "http") -> Client:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    return client_of(peer, scheme, headers, PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy: what it says is ignored
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the first was the client's claim
        ("10.1.1.1", "198.51.100.1, 10.2.2.2", "198.51.100.1"),
        ("10.1.1.1", "garbage", "10.1.1.1"),
        ("10.1.1.1", "198.51.100.1, garbage", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1"),
        (None, "198.51.100.1", "unknown"),
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_has(
    peer: str | None, forwarded: str, address: str
) -> None:
    assert asked(peer, forwarded).address == address


def test_the_scheme_is_believed_from_proxies_only() -> None:
    assert asked("10.1.1.1", proto="https").secure
    assert not asked("203.0.113.9", proto="https").secure
    assert asked("203.0.113.9", scheme="https").secure
    assert not asked("10.1.1.1", proto="https, http").secure


def test_a_home_with_ipv6_counts_as_one_client() -> None:
    assert Client("2001:db8:1:2::7", False).key == Client("2001:db8:1:2:ffff::8", False).key
    assert Client("2001:db8:1:2::7", False).key != Client("2001:db8:1:3::7", False).key
    assert Client("203.0.113.9", False).key == "203.0.113.9"


def test_a_proxy_that_is_no_address_is_named() -> None:
    with pytest.raises(ValueError, match=r"'proxy\.example'"):
        networks(["proxy.example"])
