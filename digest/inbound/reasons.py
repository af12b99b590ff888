"""Servers' words and codes → why a mail did not arrive. Pure tables.

Words come before codes: many servers say 5.1.1 of a full mailbox, and 5.0.0 of everything. What
blames us stands before what blames the address: "550 5.1.1 rejected, your server is listed" is no
unknown user, and taking it for one would cost a reader their mails. Codes: RFC 3463, 7372, 7504
and 7505.
"""

from __future__ import annotations

import re

from digest.inbound.phrases import AT_RECIPIENT, COMPILED, LISTS
from digest.inbound.report import HARD_REASONS, Cause, Kind

_ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_OF_SENDER = {"5.1.7", "5.1.8", "4.1.7", "4.1.8"}
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_LOOKED_AT = 20_000  # characters of a notice

_BY_CODE: dict[str, Cause] = {
    "1.0": Cause.UNCLEAR,
    "1.1": Cause.UNKNOWN_USER,
    "1.2": Cause.UNKNOWN_HOST,
    "1.3": Cause.UNKNOWN_USER,
    "1.4": Cause.UNCLEAR,
    "1.6": Cause.MOVED,
    "1.7": Cause.POLICY,
    "1.8": Cause.POLICY,
    "1.10": Cause.NO_MAIL_HERE,
    "2.1": Cause.SUSPENDED,
    "2.2": Cause.FULL,
    "2.3": Cause.SIZE,
    "3.1": Cause.SYSTEM,
    "3.4": Cause.SIZE,
    "4.1": Cause.NETWORK,
    "4.2": Cause.NETWORK,
    "4.4": Cause.UNKNOWN_HOST,
    "4.6": Cause.NETWORK,
    "4.7": Cause.EXPIRED,
}
_BY_SUBJECT: dict[str, Cause] = {
    "2": Cause.UNCLEAR,
    "3": Cause.SYSTEM,
    "4": Cause.NETWORK,
    "5": Cause.SYSTEM,
    "6": Cause.CONTENT,
    "7": Cause.POLICY,
}


def reason_of(code: str, said: str, notice: str = "") -> Cause:
    """Return why, from an RFC 3463 code, the server's words, and the notice for people.

    The server's own words tell first; the notice only where they tell nothing.
    """
    context = f"{said}\n{notice}"
    codes = {found[1] for found in _ENHANCED.finditer(f"{code} {_URL.sub(' ', context)}")}
    if codes & _OF_SENDER:
        return Cause.POLICY
    for words in (said, notice):
        reason = _from_words(words)
        if reason is not None:
            return _checked(reason, code, codes, context)
    _, _, detail = code.partition(".")
    reason = _BY_CODE.get(detail) or _BY_SUBJECT.get(detail[:1], Cause.UNCLEAR)
    return _checked(reason, code, codes, context)


def _from_words(words: str) -> Cause | None:
    if LISTS.search(words):
        return Cause.SPAM
    plain = re.sub(r"\s+", " ", _URL.sub(" ", words))[:_LOOKED_AT]
    return next((reason for reason, pattern in COMPILED if pattern.search(plain)), None)


def _checked(reason: Cause, code: str, codes: set[str], context: str) -> Cause:
    """Return a reason that codes and commands do not contradict.

    What is temporary is nobody's end. "User unknown" counts as such when the server says it of
    RCPT or with a code of addressing: after DATA, or as a bare phrase, it is what filters say, too.
    """
    if reason not in HARD_REASONS:
        return reason
    if code.startswith("4."):
        return Cause.NETWORK if reason is Cause.UNKNOWN_HOST else Cause.FILTERED
    if code[2:3] == "7" and reason is not Cause.NO_MAIL_HERE:
        return Cause.POLICY
    if reason is Cause.UNKNOWN_USER:
        certain = any(one.startswith("5.1.") for one in codes) or AT_RECIPIENT.search(context)
        return reason if certain else Cause.FILTERED
    return reason


def kind_for(reason: Cause) -> Kind:
    """Return what is to be done about an address for this reason."""
    return Kind.HARD if reason in HARD_REASONS else Kind.SOFT
