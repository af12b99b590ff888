"""What the DNS must say of a sender: DKIM (RFC 6376), SPF (RFC 7208), DMARC (RFC 7489), MX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import dns.exception
import dns.resolver

from digest.delivery.dkim import DkimKey
from digest.operations.findings import Check

_SECONDS = 10.0


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
    told = _texts(resolver, key.record_name)
    published = [_tags(text).get("p", "") for text in told]
    ours = _tags(key.record)["p"]
    if not told:
        said = f"{key.record_name} has no TXT record; publish: {key.record}"
        return Check("dkim record", "error", said)
    if ours in published:
        return Check("dkim record", "ok", f"{key.record_name} holds the key that signs")
    said = f"{key.record_name} holds another key than the one that signs; publish: {key.record}"
    return Check("dkim record", "error", said)


def _spf(resolver: dns.resolver.Resolver, domain: str) -> Check:
    found = [text for text in _texts(resolver, domain) if text.lower().split()[:1] == ["v=spf1"]]
    if len(found) == 1:
        return Check("spf", "ok", f"{domain}: {found[0]}")
    if found:
        return Check("spf", "error", f"{domain} has {len(found)} SPF records, so none counts")
    said = f"{domain} has no SPF record; publish a TXT that names your relay: v=spf1 … -all"
    return Check("spf", "warning", said)


def _dmarc(
    resolver: dns.resolver.Resolver, sender: str, bounces: str, signs: Sequence[str]
) -> Check:
    found = _policies(resolver, sender)
    parent = sender.partition(".")[2]
    if not found and "." in parent:
        found = _policies(resolver, parent)
    if not found:
        said = f"_dmarc.{sender} has no record; large providers ask for one: v=DMARC1; p=none"
        return Check("dmarc", "warning", said)
    if any(_aligned(sender, one) for one in (*signs, bounces)):
        return Check("dmarc", "ok", f"{found[0]}; our mail is aligned")
    verdict: Literal["warning", "error"] = (
        "warning" if _tags(found[0]).get("p", "none") == "none" else "error"
    )
    return Check(
        "dmarc",
        verdict,
        f"neither the signature's domain nor the return path's is {sender} or below it: the policy"
        f" {found[0]!r} will refuse our mail; set delivery.dkim.domain",
    )


def _policies(resolver: dns.resolver.Resolver, domain: str) -> list[str]:
    told = _texts(resolver, f"_dmarc.{domain}")
    return [text for text in told if text.lower().startswith("v=dmarc1")]


def _mx(resolver: dns.resolver.Resolver, domain: str) -> Check:
    for kind in ("MX", "A", "AAAA"):
        try:
            answer = resolver.resolve(domain, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.NoNameservers):
            continue
        if kind == "MX" and all(str(one.exchange) == "." for one in answer):
            return Check("bounces", "error", f"{domain} takes no mail (null MX): bounces get lost")
        return Check("bounces", "ok", f"{domain} takes mail")
    said = f"{domain}, the return path's, is in no DNS: bounces get lost, relays refuse the sender"
    return Check("bounces", "error", said)


def _aligned(sender: str, other: str) -> bool:
    """Return whether two domains are one, or one is below the other (relaxed alignment)."""
    one, two = sender.lower(), other.lower()
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def _tags(record: str) -> dict[str, str]:
    parts = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in parts}
