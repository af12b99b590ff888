"""Whom a report is about, where it has no fields for machines (RFC 3464) or breaks them."""

from __future__ import annotations

import logging
import re

from flufl.bounce import all_failures

from digest.inbound.message_parts import Anatomy

# It logs a traceback for each broken message before it raises.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]"
ADDRESS = re.compile(
    rf'(?P<a>(?:"[^"\s@]{{1,64}}"|{_ATOM}{{1,64}})@(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?))'
)
_OF_PROGRAMS = re.compile(
    r"^(postmaster|mailer-daemon|mailerdaemon|mail-daemon|maildaemon|postoffice|abuse|helpdesk"
    r"|support|root|hostmaster|webmaster)@",
    re.IGNORECASE,
)

_LONGEST_NOTICE = 2000  # lines; flufl.bounce reads a message once for each of its fifty forms


def tidy(address: str) -> str:
    """Return an address as reports spell it (RFC 3464, 2.3.1), without its type and brackets."""
    text = address.strip()
    kind, semicolon, rest = text.partition(";")
    if semicolon and re.fullmatch(r"[A-Za-z0-9-]+", kind.strip()):
        text = rest.strip()
    bracketed = re.search(r"<([^<>]*@[^<>]*)>", text)
    if bracketed:
        text = bracketed[1]
    text = text.strip("<>\"' \t").removeprefix("mailto:").removeprefix("SMTP:")
    return text.rstrip(".,;:")


def is_address(text: str) -> bool:
    """Return whether a text is one address, international ones included (RFC 6531)."""
    return re.fullmatch(r'("[^"@]+"|[^\s@<>()",;]+)@[^\s@<>()",;]+', text) is not None


def known_forms(anatomy: Anatomy) -> list[str]:
    """Return whom flufl.bounce finds in it: the notices of many old programs, each by its form."""
    if anatomy.notice.count("\n") > _LONGEST_NOTICE:
        return []
    try:
        temporary, permanent = all_failures(anatomy.headers)
    except Exception:  # it raises what comes on broken MIME; our own rules then look
        return []
    found = sorted(tidy(one.decode("ascii", "replace")) for one in permanent or temporary)
    ours = _parties(anatomy)
    addresses = [one for one in found if is_address(one) and ".." not in one]
    return [one for one in addresses if one.lower() not in ours] or addresses


def named_in_notice(anatomy: Anatomy) -> list[str]:
    """Return the addresses that a notice for people is about, in its order.

    A line that begins with an address, or holds nothing else, names a recipient; so do the
    protocol's own words (RCPT TO). Only without any such line do sentences count.
    """
    strong, weak = _addresses(anatomy)
    return list((strong or weak).values())


def names_recipient(anatomy: Anatomy) -> bool:
    """Return whether a notice has a line that names a recipient, not only sentences."""
    return bool(_addresses(anatomy)[0])


def _addresses(anatomy: Anatomy) -> tuple[dict[str, str], dict[str, str]]:
    """Return the addresses in lines that name recipients, and those in sentences."""
    ours = _parties(anatomy)
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    for line in anatomy.notice.split("\n"):
        for found in ADDRESS.finditer(line):
            address = found["a"].strip("'").rstrip(".")
            if not _can_be_recipient(address, line[: found.start()], ours):
                continue
            pool = strong if _names_recipient(line, found) else weak
            pool.setdefault(address.lower(), address)
    return strong, weak


def _parties(anatomy: Anatomy) -> set[str]:
    """Return the addresses of both ends of the report itself and of the returned mail's sender."""
    texts = [
        anatomy.headers.get(name, "") for name in ("From", "Sender", "Reply-To", "Return-Path")
    ]
    returned = anatomy.returned
    texts += [returned.get(name, "") for name in ("from", "return-path", "sender", "reply-to")]
    return {found["a"].lower() for text in texts for found in ADDRESS.finditer(str(text))}


def _can_be_recipient(address: str, before: str, ours: set[str]) -> bool:
    low = before.lower()
    if re.search(
        r"(mail from|from|sender|message-?id|return-path|reply-to|contact|e-?mail us|cc)"
        r"\W{0,4}$|references?: ?$",
        low,
    ):
        return False
    return address.lower() not in ours and not _OF_PROGRAMS.match(address)


def _names_recipient(line: str, found: re.Match[str]) -> bool:
    before, after = line[: found.start()].strip(" \t*>-<=\"'([;"), line[found.end() :]
    if re.fullmatch(r"[45]\d\d([ -][45]\.\d\.\d+)?", before):  # sendmail: 550 <a@example.org>...
        return after.lstrip(">").startswith("...")
    if re.search(r"(rcpt to|recipients?|addressed to|addresses|address|to)\W{0,4}$", before, re.I):
        return True
    if re.search(r"(?:^|\W)(?:mailto|smtp|rfc822)$", before, re.I):
        return True
    alone = not after.strip(" \t>*.,;:\"')]\r")
    if not before:
        return alone or bool(re.match(r"""[>"']*\s*(?:[:;,(\[<\t\r]|\.\.\.|-|\s{2}|$)""", after))
    return False


def of_returned_mail(anatomy: Anatomy) -> list[str]:
    """Return whom the returned mail was for, by its own headers: one address, or none."""
    returned = anatomy.returned
    for name in ("x-failed-recipients", "original-recipient", "delivered-to", "envelope-to", "to"):
        addresses = [m["a"] for m in ADDRESS.finditer(returned.get(name, ""))]
        if len(addresses) == 1:
            return addresses
    received = re.search(r"\bfor\s+<([^<>\s]+@[^<>\s]+)>", anatomy.returned_text[:20_000])
    return [received[1]] if received else []
