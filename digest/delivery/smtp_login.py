"""Logins: by password (PLAIN, LOGIN, SCRAM-SHA-256) or by access token (XOAUTH2, OAUTHBEARER)."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode

from scramp import ScramClient, ScramException

from digest.delivery.outcomes import Reply
from digest.delivery.smtp_session import Relay, Wire
from digest.errors import DeliveryError

_SCRAM = "SCRAM-SHA-256"
_READY = 334
_DONE = 235


async def log_in(relay: Relay, wire: Wire) -> None:
    """Log in the way that the server offers and the settings allow.

    Raises DeliveryError when the server refuses us for good, EOFError when it puts us off.
    """
    offered = wire.extensions.get("AUTH", "").upper().split()
    if relay.tokens is not None:
        await _by_token(relay, wire, offered)
        return
    if _SCRAM in offered:
        reply = await _scram(relay, wire)
    elif "PLAIN" in offered:
        both = f"\0{relay.username}\0{relay.password}"
        reply = await wire.ask(f"AUTH PLAIN {_b64(both)}")
    elif "LOGIN" in offered:
        reply = await wire.ask("AUTH LOGIN")
        for part in (relay.username, relay.password):
            if reply.code == _READY:
                reply = await wire.ask(_b64(part))
    elif {"XOAUTH2", "OAUTHBEARER"} & set(offered):
        raise DeliveryError(
            f"{relay.host} takes access tokens only, no password: see docs/oauth.md"
        )
    else:
        raise DeliveryError(f"{relay.host} offers no login by {_SCRAM}, PLAIN or LOGIN")
    _expect_login(relay, reply)


async def _by_token(relay: Relay, wire: Wire, offered: list[str]) -> None:
    """RFC 7628, and Google's and Microsoft's XOAUTH2; once more where a token is refused."""
    mechanism = next((one for one in ("OAUTHBEARER", "XOAUTH2") if one in offered), "")
    if not mechanism or relay.tokens is None:
        raise DeliveryError(f"{relay.host} offers no login by access token")
    reply = Reply(0, "")
    for _ in range(2):
        token = await asyncio.to_thread(relay.tokens.current)
        reply = await wire.ask(f"AUTH {mechanism} {_b64(_shown(relay, mechanism, token))}")
        if reply.code == _READY:  # the error, in JSON; an answer without content ends it
            reply = await wire.ask("AQ==" if mechanism == "OAUTHBEARER" else "")
        if reply.code // 100 != 5:
            break
        relay.tokens.refused(token)
    _expect_login(relay, reply)


def _shown(relay: Relay, mechanism: str, token: str) -> str:
    if mechanism == "XOAUTH2":
        return f"user={relay.username}\x01auth=Bearer {token}\x01\x01"
    where = f"host={relay.host}\x01port={relay.port}"
    return f"n,a={relay.username},\x01{where}\x01auth=Bearer {token}\x01\x01"


async def _scram(relay: Relay, wire: Wire) -> Reply:
    """RFC 7677: the server proves that it knows the password, too, and is not shown it."""
    client = ScramClient([_SCRAM], relay.username, relay.password)
    reply = await wire.ask(f"AUTH {_SCRAM} {_b64(client.get_client_first())}")
    if reply.code != _READY:
        return reply
    try:
        client.set_server_first(_plain(reply))
        reply = await wire.ask(_b64(client.get_client_final()))
        if reply.code != _READY:
            return reply
        client.set_server_final(_plain(reply))
    except (ScramException, ValueError):
        raise DeliveryError(f"{relay.host} does not prove that it knows the password") from None
    return await wire.ask("")


def _expect_login(relay: Relay, reply: Reply) -> None:
    if reply.code // 100 == 5:
        # The server's words are not shown: some repeat what we sent.
        raise DeliveryError(f"{relay.host} refuses the login of {relay.username!r} ({reply.code})")
    if reply.code != _DONE:
        raise EOFError(f"the login was put off ({reply.code})")


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _plain(reply: Reply) -> str:
    return b64decode(reply.text.split()[-1] if reply.text.split() else "").decode()
