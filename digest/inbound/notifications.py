"""Amazon SES's notifications, as its webhooks and its mails carry them: one JSON object.

Fields: Amazon SES Developer Guide, "Amazon SNS notification contents".
"""

from __future__ import annotations

import json
from typing import Any

from digest.inbound.reasons import kind_for, reason_of
from digest.inbound.report import Cause, Kind, ReportedRecipient


def recipients_in(text: str) -> tuple[ReportedRecipient, ...]:
    """Return what a notification says; nothing where the text is none."""
    start = text.find('{"notificationType"')
    start = text.find('{"eventType"') if start < 0 else start
    if start < 0:
        return ()
    try:
        body, _ = json.JSONDecoder().raw_decode(text[start:].replace("!\n ", ""))
    except (ValueError, RecursionError):
        return ()
    return tuple(_recipients(body)) if isinstance(body, dict) else ()


def _recipients(body: dict[str, Any]) -> list[ReportedRecipient]:
    kind = body.get("notificationType") or body.get("eventType")
    if kind == "Bounce":
        bounce = _object(body, "bounce")
        return [_bounced(one, bounce) for one in _list(bounce, "bouncedRecipients")]
    if kind == "Complaint":
        told = _list(_object(body, "complaint"), "complainedRecipients")
        return [
            ReportedRecipient(_text(one, "emailAddress"), Kind.COMPLAINT, Cause.ABUSE)
            for one in told
        ]
    if kind == "Delivery":
        addresses = _object(body, "delivery").get("recipients")
        told = addresses if isinstance(addresses, list) else []
        return [ReportedRecipient(str(one), Kind.NONE, Cause.DELIVERED) for one in told]
    return []


def _bounced(one: dict[str, Any], bounce: dict[str, Any]) -> ReportedRecipient:
    code, said = _text(one, "status"), _text(one, "diagnosticCode")
    detail = bounce.get("bounceSubType")
    if bounce.get("bounceType") == "Permanent" and detail in ("General", "NoEmail", "Suppressed"):
        reason = Cause.UNKNOWN_USER
        if said and kind_for(reason_of(code, said)) is not Kind.HARD:
            reason = reason_of(code, said)
    elif detail == "MailboxFull":
        reason = Cause.FULL
    else:
        reason = reason_of(code, said)
        reason = Cause.UNCLEAR if kind_for(reason) is Kind.HARD else reason
    return ReportedRecipient(_text(one, "emailAddress"), kind_for(reason), reason, code, said)


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _list(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
