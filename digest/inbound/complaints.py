"""Readers who call a mail spam: reports by RFC 5965 (ARF), and the forms of large providers."""

from __future__ import annotations

import re

from digest.inbound import recipients as finding
from digest.inbound.message_parts import Anatomy
from digest.inbound.report import Cause, Kind, ReportedRecipient

# RFC 5965, 7.3; RFC 6430; RFC 6591: reports of the feedback format that no reader made.
_NO_COMPLAINT = {"auth-failure", "not-spam", "virus", "dmarc"}
_OPT_OUT = {"opt-out", "opt-out-list"}


def complaints_in(anatomy: Anatomy) -> tuple[ReportedRecipient, ...]:
    """Return who complains of, or by the report's type does not complain of, a mail of ours."""
    if anatomy.feedback:
        return _by_rfc5965(anatomy)
    subject = str(anatomy.headers.get("Subject", ""))
    returned = anatomy.returned
    if returned and re.search(r"complaint about (a )?message from", subject, re.IGNORECASE):
        names = ("x-hmxmroriginalrecipient", "original-rcpt-to", "to")  # Outlook.com's junk reports
        found = (finding.ADDRESS.search(returned.get(name, "")) for name in names)
        address = next((one["a"] for one in found if one), "")
        return (ReportedRecipient(address, Kind.COMPLAINT, Cause.ABUSE),)
    return ()


def _by_rfc5965(anatomy: Anatomy) -> tuple[ReportedRecipient, ...]:
    fields = anatomy.feedback
    kind = (fields.get("feedback-type") or ["abuse"])[0].strip().lower()
    named = [finding.tidy(one) for one in fields.get("original-rcpt-to", [])]
    addresses = named or finding.of_returned_mail(anatomy) or [""]
    if kind in _NO_COMPLAINT:
        return tuple(ReportedRecipient(one, Kind.NONE, Cause.OTHER_REPORT) for one in addresses)
    reason = Cause.OPT_OUT if kind in _OPT_OUT else Cause.ABUSE
    return tuple(ReportedRecipient(one, Kind.COMPLAINT, reason) for one in addresses)
