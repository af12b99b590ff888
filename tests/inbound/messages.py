"""Reports as servers write them, about readers of our own invention."""

from __future__ import annotations

from digest.inbound.classify import classify
from digest.inbound.message_parts import parse_mail
from digest.inbound.report import Report

READER = "ada@example.org"


def read_report(raw: bytes) -> Report:
    """Return what a message says, from its bytes."""
    return classify(parse_mail(raw))


def dsn(
    *groups: str,
    notice: str = "I could not deliver your message.",
    returned: str = "",
    to: str = "news@example.com",
) -> bytes:
    """Return a delivery status notification (RFC 3464)."""
    fields = "\n\n".join(group.strip("\n") for group in groups)
    back = returned or f"From: News <news@example.com>\nTo: {READER}\nSubject: Papers\n"
    return f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

--b0
Content-Type: text/plain

{notice}

--b0
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

{fields}

--b0
Content-Type: message/rfc822

{back}
Papers.

--b0--
""".encode()


def failed(status: str, said: str, *, address: str = READER, action: str = "failed") -> str:
    """Return one recipient's group of fields."""
    return f"""\
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
"""


def notice(text: str, *, sender: str = "MAILER-DAEMON@mx.example.org", headers: str = "") -> bytes:
    """Return a notice in plain words, as qmail, Exim and many old programs write it."""
    return f"""\
Return-Path: <>
From: {sender}
To: news@example.com
Subject: failure notice
{headers}
{text}
""".encode()


def arf(kind: str, *, recipient: str = READER) -> bytes:
    """Return a report in the abuse reporting format (RFC 5965)."""
    rcpt = f"Original-Rcpt-To: <{recipient}>\n" if recipient else ""
    return f"""\
From: feedback@provider.example
To: abuse@example.com
Subject: FW: Papers
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Loop/1.0
Version: 1
{rcpt}
--b1
Content-Type: message/rfc822

From: News <news@example.com>
To: {READER}
Subject: Papers
Message-ID: <1@example.com>

Papers.
--b1--
""".encode()
