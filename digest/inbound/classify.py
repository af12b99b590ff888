"""One incoming message → what it says of whom. Pure: a message in, a `Report` out."""

from __future__ import annotations

import re
from email.message import Message

from digest.inbound import recipients as finding
from digest.inbound.complaints import complaints_in
from digest.inbound.message_parts import Anatomy, take_apart
from digest.inbound.notifications import recipients_in
from digest.inbound.reasons import kind_for, reason_of
from digest.inbound.report import Cause, Kind, Report, ReportedRecipient
from digest.inbound.writer import author, automatic_reply, is_notice

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NOT_YET = re.compile(
    r"not yet been delivered|has been delayed|been postponed|will (?:continue|keep) (?:to )?try"
    r"|warning message only|do not need to resend|still being (?:tried|attempted)"
    r"|will be (?:re)?tried|delivery attempts will continue|no action is required",
    re.IGNORECASE | re.DOTALL,
)
_GIVEN_UP = re.compile(r"giv(en|ing) up|permanent|removed from the queue|final", re.IGNORECASE)


def classify(message: Message) -> Report:
    """Return what a message says. Never raises: what says nothing is Kind.NONE."""
    anatomy = take_apart(message)
    found = _told_by_machines(anatomy)
    if found:
        return Report(found, anatomy.returned, automatic=True)
    absent = automatic_reply(anatomy)
    if absent is not None:
        away = ReportedRecipient(author(anatomy), Kind.NONE, absent)
        return Report((away,), anatomy.returned, automatic=True)
    handed_on = _handed_on(anatomy)
    if handed_on is not None:
        return handed_on
    if is_notice(anatomy):
        return Report(tuple(_from_notice(anatomy)), anatomy.returned, automatic=True)
    return Report((ReportedRecipient("", Kind.NONE, Cause.MESSAGE),), anatomy.returned)


def _told_by_machines(anatomy: Anatomy) -> tuple[ReportedRecipient, ...]:
    return complaints_in(anatomy) or recipients_in(anatomy.body) or tuple(_from_fields(anatomy))


def _handed_on(anatomy: Anatomy) -> Report | None:
    """Return what a report says that came as an attachment, as scanners and gateways send it."""
    attached = anatomy.attached
    if attached is None or attached.get_content_type() != "multipart/report":
        return None
    report = classify(attached)
    return report if report.automatic else None


def _from_fields(anatomy: Anatomy) -> list[ReportedRecipient]:
    """RFC 3464: one group of fields a recipient."""
    found: dict[str, ReportedRecipient] = {}
    for fields in anatomy.status:
        address = _address_of(fields) or _only_one(anatomy)
        words = (fields.get("action") or "failed").lower().split() or ["failed"]
        said = fields.get("diagnostic-code", "")
        status = _STATUS.search(fields.get("status", ""))
        code = status[1] if status else ""
        action = words[0].strip(";()")
        if action in ("delivered", "relayed", "expanded"):
            one = ReportedRecipient(address, Kind.NONE, Cause.DELIVERED, code, said)
        elif action == "delayed":
            one = ReportedRecipient(address, Kind.NONE, Cause.DELAYED, code, said)
        else:
            one = _judged(address, code, said, anatomy, len(anatomy.status))
        found.setdefault(address.lower(), one)
    return list(found.values())


def _address_of(fields: dict[str, str]) -> str:
    """Return the address of a group; empty where it names a command, a file or a mailbox."""
    names = ("final-recipient", "original-recipient", "x-actual-recipient")
    addresses = [finding.tidy(fields.get(name, "")) for name in names]
    whole = [one for one in addresses if finding.is_address(one)]
    return next((one for one in whole if "." in one.partition("@")[2]), "")


def _only_one(anatomy: Anatomy) -> str:
    addresses = _addresses_of_notice(anatomy)
    return addresses[0] if len(addresses) == 1 else ""


def _addresses_of_notice(anatomy: Anatomy) -> list[str]:
    listed = str(anatomy.headers.get("X-Failed-Recipients", ""))
    if "@" in listed:
        return [found["a"] for found in finding.ADDRESS.finditer(listed)]
    named, known = finding.named_in_notice(anatomy), finding.known_forms(anatomy)
    ours, theirs = ({one.lower() for one in some} for some in (named, known))
    if known and not (ours and (theirs < ours or ours < theirs)):
        return known
    return named or finding.of_returned_mail(anatomy)


def _judged(address: str, code: str, said: str, anatomy: Anatomy, of: int) -> ReportedRecipient:
    words = _lines_about(address, anatomy.notice) if of > 1 else anatomy.notice
    reason = reason_of(code, said, words)
    return ReportedRecipient(address, kind_for(reason), reason, code, said or words.strip()[:300])


def _lines_about(address: str, notice: str) -> str:
    lines = notice.split("\n")
    kept = []
    for number, line in enumerate(lines):
        if address.lower() in line.lower():
            kept += lines[number : number + 3]
    return "\n".join(kept)


def _from_notice(anatomy: Anatomy) -> list[ReportedRecipient]:
    addresses = _addresses_of_notice(anatomy) or [""]
    if _NOT_YET.search(anatomy.notice) and not _GIVEN_UP.search(anatomy.notice):
        return [ReportedRecipient(one, Kind.NONE, Cause.DELAYED) for one in addresses]
    code = _code(anatomy.notice)
    return [_judged(one, code, "", anatomy, len(addresses)) for one in addresses]


def _code(notice: str) -> str:
    found = _STATUS.search(notice)
    return found[1] if found else ""
