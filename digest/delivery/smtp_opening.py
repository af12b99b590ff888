"""Opening a connection to a relay: greeting, TLS, login. Not the hot path."""

from __future__ import annotations

import asyncio
import ssl
from typing import TypeVar

from digest.delivery.loopback import is_loopback
from digest.delivery.outcomes import Reply
from digest.delivery.smtp_login import log_in
from digest.delivery.smtp_session import Relay, Wire
from digest.errors import DeliveryError

_W = TypeVar("_W", bound=Wire)


async def open_session(relay: Relay, wire: _W) -> _W:
    """Connect, greet, secure and log in.

    Raises OSError or EOFError when the server is not there or says to come back later;
    DeliveryError when our set-up is wrong. Neither ever shows the password.
    """
    if relay.username and relay.security == "none" and not is_loopback(relay.host):
        raise DeliveryError("a password would cross the network in clear: set smtp.security")
    try:
        async with asyncio.timeout(relay.timeout * 4):
            await _open(relay, wire)
    except TimeoutError:
        wire.fail("no answer")
        raise OSError(f"no answer within {relay.timeout * 4:g} s") from None
    except ssl.SSLCertVerificationError as error:
        wire.fail("bad certificate")
        raise DeliveryError(
            f"{relay.host} shows a certificate that does not hold ({error.verify_message}); "
            "set smtp.ca_file, or smtp.host to the name in the certificate"
        ) from None
    except BaseException:
        wire.fail("could not be opened")
        raise
    return wire


async def _open(relay: Relay, wire: Wire) -> None:
    loop = asyncio.get_running_loop()
    implicit = _context(relay) if relay.security == "tls" else None
    # The greeting may arrive at once, so it is asked for before the connection is made.
    greeting = asyncio.ensure_future(wire.ask(None))
    await asyncio.sleep(0)
    try:
        await loop.create_connection(
            lambda: wire,
            relay.host,
            relay.port,
            ssl=implicit,
            server_hostname=relay.host if implicit else None,
        )
    except BaseException:
        greeting.cancel()
        raise
    wire.watch(relay)
    _expect(await greeting, 220, "greeting")
    await _hello(relay, wire)
    if relay.security == "starttls":
        if "STARTTLS" not in wire.extensions:
            raise DeliveryError(
                f'{relay.host} offers no STARTTLS: set smtp.security to "tls", or to "none" '
                "for a relay on this machine"
            )
        await _start_tls(relay, wire)
        await _hello(relay, wire)
    if relay.username:
        await log_in(relay, wire)


async def _hello(relay: Relay, wire: Wire) -> None:
    reply = await wire.ask(f"EHLO {relay.hello}")
    if reply.code in (500, 502, 504):
        _expect(await wire.ask(f"HELO {relay.hello}"), 250, "HELO")
        wire.extensions = {}
    else:
        _expect(reply, 250, "EHLO")
        lines = reply.text.split("\n")[1:]
        wire.extensions = {
            name.upper(): rest for name, _, rest in (line.strip().partition(" ") for line in lines)
        }
    wire.pipelining = "PIPELINING" in wire.extensions


async def _start_tls(relay: Relay, wire: Wire) -> None:
    _expect(await wire.ask("STARTTLS"), 220, "STARTTLS")
    # Answers injected before the handshake: `ended` by one that is whole, as nobody asked for it.
    clear = wire.give_up_clear()
    if clear is None or wire.ended:
        raise DeliveryError(f"{relay.host} sent clear text into the TLS handshake: not trusted")
    loop = asyncio.get_running_loop()
    transport = await loop.start_tls(clear, wire, _context(relay), server_hostname=relay.host)
    if transport is None:
        raise EOFError("the TLS handshake was cut")
    wire.secured(transport)


def _expect(reply: Reply, code: int, what: str) -> None:
    if reply.code == code:
        return
    said = f"{what}: {reply.code} {reply.text[:120]}"
    if reply.code // 100 == 5 and what != "greeting":
        raise DeliveryError(f"the relay refuses us: {said}")
    raise EOFError(said)


def _context(relay: Relay) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(relay.ca_file) if relay.ca_file else None)
    except OSError as error:
        raise DeliveryError(f"cannot read smtp.ca_file {relay.ca_file}: {error}") from None
