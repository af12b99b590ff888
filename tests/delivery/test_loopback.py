"""Which hosts are this machine: one rule for the doctor and for the way out."""

from __future__ import annotations

import asyncio

import pytest

from digest.delivery.loopback import is_loopback
from digest.delivery.smtp_opening import open_session
from digest.delivery.smtp_session import Relay, Wire
from digest.errors import DeliveryError


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LocalHost.", True),
        ("localhost.localdomain", True),
        ("ip6-localhost", True),
        ("ip6-loopback", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("127.0.0.1", True),
        ("127.200.3.4", True),
        ("::1", True),
        ("[::1]", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("128.0.0.1", False),
        ("127.0.0.1.example.org", False),
        ("localhost.example.org", False),
        ("mylocalhost", False),
        ("smtp.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(("host", "asked"), [("ip6-localhost", False), ("192.0.2.1", True)])
def test_a_password_in_clear_may_go_to_this_machine_alone(host: str, asked: bool) -> None:
    relay = Relay(host=host, port=1, security="none", username="ada", password="x", timeout=1.0)

    async def open_it() -> None:
        await open_session(relay, Wire())

    with pytest.raises((DeliveryError, OSError)) as caught:
        asyncio.run(open_it())
    assert isinstance(caught.value, DeliveryError) is asked
