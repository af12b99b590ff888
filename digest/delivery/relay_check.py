"""Knock at the relay as a run does: greeting, TLS, login; no mail."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from digest.delivery.outcomes import Reply
from digest.delivery.smtp_opening import open_session
from digest.delivery.smtp_session import Relay, Wire

_PATIENCE = 20.0  # seconds for an answer


def try_relay(relay: Relay) -> str:
    """Return what the relay offers once we are in.

    Raises OSError or EOFError when it is not there, DeliveryError when our set-up is wrong.
    """
    patient = replace(relay, timeout=min(relay.timeout, _PATIENCE))
    return asyncio.run(_try(patient))


async def _try(relay: Relay) -> str:
    wire = await open_session(relay, _Knock())
    offers = ", ".join(sorted(name for name in wire.extensions if name in _TELLING))
    await wire.quit()
    how = {"none": "without TLS", "starttls": "by STARTTLS", "tls": "by TLS"}[relay.security]
    login = f", takes the login of {relay.username}" if relay.username else ""
    return f"{relay.host}:{relay.port} answers {how}{login}" + (f"; {offers}" if offers else "")


_TELLING = {"PIPELINING", "SIZE", "SMTPUTF8", "DSN", "CHUNKING"}


class _Knock(Wire):
    """A connection on which nothing is sent."""

    def usual(self, first: bytes, rest: bytes) -> bool:
        return False

    def routine(self, code: int) -> bool:
        return False

    def answer(self, reply: Reply) -> None:
        self.fail(f"the server spoke unasked: {reply.code}")

    def leaving(self, *, now: bool) -> None: ...

    def dropped(self, why: str) -> None: ...

    @property
    def waiting(self) -> bool:
        return False

    @property
    def waiting_for_dot(self) -> bool:
        return False
