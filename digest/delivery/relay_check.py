"""Knock at the relay as a run does: greeting, TLS, login, envelope; no mail."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from digest.delivery.outcomes import Reply
from digest.delivery.smtp_opening import open_session
from digest.delivery.smtp_session import Relay, Wire

_PATIENCE = 20.0  # seconds for an answer


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a run would say of a mail before the relay takes it."""

    sender: str  # the return path, with its tag where mails have one
    untagged: str  # the same without
    recipient: str = ""  # empty: nobody is named


@dataclass(frozen=True, slots=True)
class RelayAnswer:
    """What a relay offers and says."""

    text: str
    largest: int | None = None  # octets that it takes; None: not announced
    refused: Literal["", "sender", "tag", "recipient"] = ""
    reply: str = ""  # of the relay, where it refused something


def try_relay(relay: Relay, envelope: Envelope) -> RelayAnswer:
    """Return what the relay offers once we are in, and whether it takes an envelope of ours.

    The envelope is taken back before any content (RFC 5321, 4.1.1.5), so that no mail comes of it.
    Raises OSError or EOFError when it is not there, DeliveryError when our set-up is wrong.
    """
    patient = replace(relay, timeout=min(relay.timeout, _PATIENCE))
    return asyncio.run(_try(patient, envelope))


async def _try(relay: Relay, envelope: Envelope) -> RelayAnswer:
    wire = await open_session(relay, _Knock())
    offers = ", ".join(sorted(name for name in wire.extensions if name in _TELLING))
    size = wire.extensions.get("SIZE", "")
    answer = RelayAnswer(
        f"{relay.host}:{relay.port} answers {_HOW[relay.security]}"
        + (f", takes the login of {relay.username}" if relay.username else "")
        + (f"; {offers}" if offers else ""),
        int(size) if size.isdigit() and int(size) else None,
    )
    answer = await _said_of(envelope, wire, answer)
    await wire.quit()
    return answer


async def _said_of(envelope: Envelope, wire: Wire, answer: RelayAnswer) -> RelayAnswer:
    reply = await wire.ask(f"MAIL FROM:<{envelope.sender}>")
    if reply.code // 100 == 5:
        tag = envelope.sender != envelope.untagged
        if tag and (await wire.ask(f"MAIL FROM:<{envelope.untagged}>")).code // 100 == 2:
            return replace(answer, refused="tag", reply=_told(reply))
        return replace(answer, refused="sender", reply=_told(reply))
    if reply.code // 100 == 2 and envelope.recipient:
        reply = await wire.ask(f"RCPT TO:<{envelope.recipient}>")
        if reply.code // 100 == 5:
            answer = replace(answer, refused="recipient", reply=_told(reply))
    if reply.code // 100 == 4:  # greylisting, say: a run comes again by itself
        answer = replace(answer, text=f"{answer.text}; for now it says {_told(reply)}")
    await wire.ask("RSET")
    return answer


def _told(reply: Reply) -> str:
    return f"{reply.code} {' '.join(reply.text.split())[:160]}"


_HOW = {"none": "without TLS", "starttls": "by STARTTLS", "tls": "by TLS"}
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
