"""What the DNS must say of a sender: DKIM (RFC 6376), SPF (RFC 7208), DMARC (RFC 7489), MX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import dkim
import dns.exception
import dns.resolver

from digest.delivery.dkim import DkimKey
from digest.delivery.message import Letterhead, SenderHeaders
from digest.delivery.single_mail import single_mail
from digest.mail import Fragment
from digest.operations.doctor.findings import Check, Verdict

_SECONDS = 10.0
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


def system_resolver() -> dns.resolver.Resolver:
    """Return the resolver of this machine."""
    found = dns.resolver.Resolver()
    found.lifetime = _SECONDS
    return found


def check_dns(
    resolver: dns.resolver.Resolver, keys: Sequence[DkimKey], sender: str, bounces: str
) -> Iterator[Check]:
    """Yield what the DNS says of the domains in From (`sender`) and of the return path."""
    try:
        for key in keys:
            yield _dkim(resolver, key)
        yield _spf(resolver, bounces)
        yield _dmarc(resolver, sender, bounces, [key.domain for key in keys])
        yield _mx(resolver, bounces)
    except (dns.exception.DNSException, OSError) as error:
        yield Check("dns", "warning", f"the DNS does not answer: {type(error).__name__}")


def _dkim(resolver: dns.resolver.Resolver, key: DkimKey) -> Check:
    """Sign a mail, and have another program verify it by what the DNS holds."""
    name = key.record_name
    told = _texts(resolver, name)
    if not told:
        return Check("dkim record", "error", f"{name} has no TXT record; publish: {key.record}")
    published = _tags(told[0])
    if len(told) > 1:
        wrong = f"{name} has {len(told)} TXT records, of which receivers may take the wrong one"
    elif published.get("p") == "":
        wrong = f"{name} says that its key is revoked (p= is empty)"
    elif published.get("p") != _tags(key.record)["p"]:
        wrong = f"{name} holds another key than the one that signs"
    elif failed := _failure(key, told[0]):
        wrong = f"a mail that we sign does not verify by {name}: {failed}"
    elif "y" in published.get("t", "").split(":"):
        said = f"{name} says t=y, a test: receivers may act as if mails were unsigned; drop it"
        return Check("dkim record", "warning", said)
    else:
        return Check("dkim record", "ok", f"a mail that we sign verifies by {name}")
    return Check("dkim record", "error", f"{wrong}; publish: {key.record}")


# Services among which ours is (RFC 6376, 3.6.1): dkimpy knows no lists of them.
_SERVICES_WITH_OURS = re.compile(
    r"(?:(?<=;)|^)\s*s\s*=[^;]*?(?<![^\s=:])(?:email|\*)(?![^\s:;])[^;]*(?:;|$)"
)


def _failure(key: DkimKey, record: str) -> str:
    """Return why a mail that a key signs does not verify by a record; empty: it does."""
    at = key.domain
    sender = SenderHeaders(Letterhead(f"test@{at}", dkim_domain=at), [key])
    words, address = Fragment("", "A test.\n"), f"test@{at}"
    raw = b"".join(
        single_mail(
            sender,
            words,
            to_address=address,
            subject="A test",
            message_id=f"<{address}>",
            sent_at=0,
        )
    )
    said = _SERVICES_WITH_OURS.sub("", record)
    try:
        # The record is at hand already, whatever name is asked for.
        good = dkim.verify(raw, dnsfunc=lambda name, timeout=5: said.encode())
    except dkim.DKIMException as error:
        return str(error)
    return "" if good else "its tags (v, k, h, s) do not admit our signatures"


def _spf(resolver: dns.resolver.Resolver, domain: str) -> Check:
    found = [text for text in _texts(resolver, domain) if text.lower().split()[:1] == ["v=spf1"]]
    if len(found) == 1:
        if found[0].lower().rstrip().endswith("+all"):
            said = f"{domain}: {found[0]}: +all lets everybody send as you; end it with -all"
            return Check("spf", "warning", said)
        return Check("spf", "ok", f"{domain}: {found[0]}")
    if found:
        return Check("spf", "error", f"{domain} has {len(found)} SPF records, so none counts")
    said = f"{domain} has no SPF record; publish a TXT that names your relay: v=spf1 … -all"
    return Check("spf", "warning", said)


def _dmarc(
    resolver: dns.resolver.Resolver, sender: str, bounces: str, signs: Sequence[str]
) -> Check:
    home = _organisation(resolver, sender)
    found = _policies(resolver, sender) or _policies(resolver, home)
    if not found:
        said = f"_dmarc.{sender} has no record; large providers ask for one: v=DMARC1; p=none"
        return Check("dmarc", "warning", said)
    if len(found) > 1:
        said = f"{sender} has {len(found)} DMARC records, so none counts: keep one"
        return Check("dmarc", "error", said)
    policy = _tags(found[0])

    def aligned(other: str, mode: str) -> bool:
        if policy.get(mode, "r").lower() == "s":
            return other.lower() == sender.lower()
        return _organisation(resolver, other) == home

    if any(aligned(one, "adkim") for one in signs) or aligned(bounces, "aspf"):
        return Check("dmarc", "ok", f"{found[0]}; our mail is aligned")
    verdict: Verdict = "warning" if policy.get("p", "none").lower() == "none" else "error"
    return Check(
        "dmarc",
        verdict,
        f"neither the signature's domain nor the return path's is aligned with {sender}: the policy"
        f" {found[0]!r} will refuse our mail; set delivery.dkim.domain",
    )


def _organisation(resolver: dns.resolver.Resolver, domain: str) -> str:
    """Return the organisation's domain of one: the highest above it with a DMARC record.

    Found by the tree walk of RFC 9989, 4.10, which needs no list of public suffixes.
    """
    labels = domain.lower().rstrip(".").split(".")
    names = [".".join(labels[at:]) for at in range(len(labels) - 1)] or [domain]
    return next((name for name in reversed(names) if _policies(resolver, name)), names[0])


def _policies(resolver: dns.resolver.Resolver, domain: str) -> list[str]:
    told = _texts(resolver, f"_dmarc.{domain}")
    return [text for text in told if text.lower().startswith("v=dmarc1")]


def _mx(resolver: dns.resolver.Resolver, domain: str) -> Check:
    for kind in ("MX", "A", "AAAA"):
        try:
            answer = resolver.resolve(domain, kind)
        except (*_NOTHING, dns.resolver.NoNameservers):
            continue
        if kind == "MX" and all(str(one.exchange) == "." for one in answer):
            return Check("bounces", "error", f"{domain} takes no mail (null MX): bounces get lost")
        return Check("bounces", "ok", f"{domain} takes mail")
    said = f"{domain}, the return path's, is in no DNS: bounces get lost, relays refuse the sender"
    return Check("bounces", "error", said)


def check_ptr(resolver: dns.resolver.Resolver, address: str) -> Check:
    """Look for a name of an IP address that leads back to it, as large providers ask."""
    try:
        names = [str(one.target).rstrip(".") for one in resolver.resolve_address(address)]
        kind = "AAAA" if ":" in address else "A"
        for name in names:
            if address in {str(one.address) for one in resolver.resolve(name, kind)}:
                return Check("ptr", "ok", f"{address} is {name}, and {name} is {address}")
    except _NOTHING:
        names = []
    except (dns.exception.DNSException, OSError) as error:
        return Check("ptr", "warning", f"the DNS does not answer: {type(error).__name__}")
    told = f"is called {names[0]}, which leads elsewhere" if names else "has no name in the DNS"
    said = f"{address}, which handed the mail over, {told}; ask its provider to set its PTR record"
    return Check("ptr", "warning", said)


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    try:
        answer = resolver.resolve(name, "TXT")
    except _NOTHING:
        return []
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def _tags(record: str) -> dict[str, str]:
    parts = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in parts}
