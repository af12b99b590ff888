"""What a check-up says of the way out: the settings, the relay, the keys, the DNS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.delivery.headers import ascii_domain
from digest.delivery.letterhead import return_path_of, sender_domain
from digest.delivery.loopback import is_loopback
from digest.delivery.prerequisites import check_sending
from digest.delivery.relay_check import Envelope, RelayAnswer, try_relay
from digest.delivery.verp import return_path
from digest.errors import DigestError, SettingsError
from digest.operations.doctor.findings import Check
from digest.settings import Settings

if TYPE_CHECKING:
    import dns.resolver

_SMALL = 100_000  # octets: an issue of ten papers has some fifty thousand


def check_way_out(settings: Settings, data: Path) -> Iterator[Check]:
    """Yield what the settings alone say of the way out."""
    delivery, smtp = settings.delivery, settings.delivery.smtp
    if delivery.transport == "mailbox":
        said = f"to Maildirs below {data / 'mailbox'}: nothing leaves this machine"
        yield Check("delivery", "ok", said)
        return
    try:
        check_sending(settings, data)
    except SettingsError as error:
        yield Check("delivery", "error", str(error))
    else:
        said = f"by SMTP to {smtp.host}:{smtp.port}, {smtp.security}"
        yield Check("delivery", "ok", said)
    base = return_path_of(settings)
    if delivery.verp:
        local, _, domain = base.partition("@")
        yield Check("return path", "ok", f"{local}+tag@{domain}, another for each mail")
    else:
        said = f"{base} for all mails: a bounce names no delivery"
        yield Check("return path", "ok", said)
    yield from _returning(settings)
    if settings.edition.approve and not settings.newsletter.operator:
        said = "edition.approve is set and newsletter.operator is not: nobody hears what waits"
        yield Check("approval", "warning", said)
    if listed := len(settings.edition.only_to):
        said = f"edition.only_to is set: mail goes to {listed} address(es) only"
        yield Check("trial", "warning", said)


def _returning(settings: Settings) -> Iterator[Check]:
    mailbox = settings.inbound.mailbox
    if mailbox is None:
        return
    if not mailbox.exists():
        said = f"inbound.mailbox is {mailbox}, and nothing is there: bounces would not be read"
        yield Check("returned mail", "error", said)
        return
    try:
        next(mailbox.iterdir(), None) if mailbox.is_dir() else mailbox.open("rb").close()
    except OSError as error:
        said = f"inbound.mailbox, {mailbox}, cannot be read: {error.strerror}"
        yield Check("returned mail", "error", said)
        return
    yield Check("returned mail", "ok", f"is read from {mailbox}")


def knock(settings: Settings, data: Path, clock: Callable[[], datetime]) -> Check:
    """Log in at the relay and give it an envelope, as a run would; no mail is sent."""
    from digest.app.sending import relay_of  # noqa: PLC0415 - only for mail that leaves

    try:
        answer = try_relay(relay_of(settings, data, clock), _envelope(settings))
    except DigestError as error:
        return Check("smtp", "error", str(error))
    except EOFError as error:
        return Check("smtp", "error", f"the relay hangs up: {error}")
    except OSError as error:
        of = settings.delivery.smtp
        said = f"{of.host}:{of.port} does not answer: {error.strerror or error}"
        return Check("smtp", "error", f"{said}; see delivery.smtp.host and .port")
    return _judged(answer, settings)


def _envelope(settings: Settings) -> Envelope:
    base = ascii_domain(return_path_of(settings))
    tagged = return_path(base, 1, b"nobody's") if settings.delivery.verp else base
    operator = settings.newsletter.operator
    return Envelope(tagged, base, ascii_domain(operator) if operator else "")


def _judged(answer: RelayAnswer, settings: Settings) -> Check:
    match answer.refused:
        case "tag":
            said = (
                "the relay takes no return path with a tag behind a +, and each mail has one"
                f" ({answer.reply}): set delivery.verp = false"
            )
            return Check("smtp", "error", said)
        case "sender":
            said = (
                f"the relay takes no mail from {return_path_of(settings)} ({answer.reply}): set"
                " newsletter.sender or delivery.return_path to an address that it admits"
            )
            return Check("smtp", "error", said)
        case "recipient":
            said = (
                f"the relay takes no mail to {settings.newsletter.operator} ({answer.reply}): it"
                " may want a login (delivery.smtp.username), or newsletter.operator is wrong"
            )
            return Check("smtp", "error", said)
    if answer.largest is not None and answer.largest < _SMALL:
        said = f"{answer.text}; it takes mails of {answer.largest} octets at most, so issues shrink"
        return Check("smtp", "warning", said)
    return Check("smtp", "ok", answer.text)


def check_signing(
    settings: Settings, resolver: Callable[[], dns.resolver.Resolver] | None
) -> Iterator[Check]:
    """Look at the keys that sign, and at what the DNS says of them and of the sender."""
    from digest.app.sending import build_keys  # noqa: PLC0415 - only for mail that leaves
    from digest.operations.doctor.dns_records import check_dns  # noqa: PLC0415 - likewise

    here = is_loopback(settings.delivery.smtp.host)
    try:
        keys = build_keys(settings).signing
    except DigestError as error:
        yield Check("dkim", "error", str(error))
        return
    if keys:
        names = ", ".join(f"{key.selector} of {key.domain}" for key in keys)
        yield Check("dkim", "ok", f"signs with {names}")
    elif not here:
        said = "mails are not signed here; either the relay signs, or set delivery.dkim"
        yield Check("dkim", "warning", said)
    if resolver is not None and (keys or not here):
        bounces = ascii_domain(return_path_of(settings)).rpartition("@")[2]
        yield from check_dns(resolver(), list(keys), sender_domain(settings), bounces)
