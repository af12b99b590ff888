"""One message of each kind, and what it says of whom."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.report import Cause, Kind
from tests.inbound.messages import READER, arf, dsn, failed, notice, read_report


@pytest.mark.parametrize(
    ("status", "said", "kind", "reason"),
    [
        ("5.1.1", "550 5.1.1 <ada@example.org>: no such user here", "hard", "unknown user"),
        ("5.1.10", "556 5.1.10 recipient domain has a null MX", "hard", "no mail here"),
        ("5.4.4", "Host or domain name not found. Name service error", "hard", "unknown host"),
        ("5.1.6", "550 5.1.6 moved", "hard", "moved"),
        ("5.2.2", "552 5.2.2 mailbox is over quota", "soft", "full"),
        ("5.1.1", "550 5.1.1 the mailbox is full", "soft", "full"),
        ("5.2.1", "550 5.2.1 this account is disabled", "soft", "suspended"),
        ("5.7.1", "554 5.7.1 your server is listed at zen.spamhaus.org", "soft", "spam"),
        ("5.1.1", "550 5.1.1 rejected: your host is blocked by our list", "soft", "spam"),
        ("5.7.26", "550 5.7.26 this mail is unauthenticated, DMARC fails", "soft", "policy"),
        ("5.1.8", "553 5.1.8 domain of sender address does not exist", "soft", "policy"),
        ("5.0.0", "550 user unknown (in reply to end of DATA command)", "soft", "filtered"),
        ("5.0.0", "550 user unknown (in reply to RCPT TO command)", "hard", "unknown user"),
        ("4.1.1", "450 4.1.1 user unknown in virtual mailbox table", "soft", "filtered"),
        ("4.4.1", "connect to mx.example.org: Connection refused", "soft", "network"),
        ("5.3.4", "552 5.3.4 message size exceeds fixed limit", "soft", "size"),
        ("4.4.7", "delivery time expired", "soft", "expired"),
        ("5.0.0", "550 no", "soft", "unclear"),
    ],
)
def test_status_and_words_tell_the_kind(status: str, said: str, kind: str, reason: str) -> None:
    (one,) = read_report(dsn(failed(status, said))).recipients
    assert (one.address, one.kind, one.reason) == (READER, kind, reason)
    assert (one.status, one.said) == (status, f"smtp; {said}")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded (to a list)"])
def test_a_status_that_is_no_failure_is_none(action: str) -> None:
    report = read_report(dsn(failed("4.4.7", "still trying", action=action)))
    assert report.kind is Kind.NONE and report.automatic


def test_each_recipient_is_judged_by_its_own_fields() -> None:
    full = failed("5.2.2", "552 5.2.2 mailbox full", address="bo@example.net")
    report = read_report(dsn(failed("5.1.1", "550 5.1.1 no such user"), full))
    assert [(one.address, one.kind) for one in report.recipients] == [
        (READER, "hard"),
        ("bo@example.net", "soft"),
    ]
    assert report.kind is Kind.HARD


def test_groups_without_a_blank_line_between_are_parted() -> None:
    both = failed("5.1.1", "550 5.1.1 no such user") + failed(
        "5.1.1", "550 5.1.1 no such user", address="bo@example.net"
    )
    assert [one.address for one in read_report(dsn(both)).recipients] == [READER, "bo@example.net"]


def test_a_command_as_recipient_is_followed_to_whom_the_mail_was_for() -> None:
    pipe = failed("5.3.0", "command failed", address="|/usr/bin/vacation ada")
    assert [one.address for one in read_report(dsn(pipe)).recipients] == [READER]


@pytest.mark.parametrize(
    ("text", "address", "kind"),
    [
        (f"Hi. This is the qmail-send program.\n\n<{READER}>:\n192.0.2.1 does not like recipient."
         "\nRemote host said: 550 no such user\n\n--- Below this line is a copy of the message.\n"
         "\nTo: somebody-else@example.net\n", READER, "hard"),
        (f"The following address(es) failed:\n\n  {READER}\n    SMTP error from remote mail server"
         f" after RCPT TO:<{READER}>:\n    550 5.1.1 User unknown\n", READER, "hard"),
        (f"Unable to deliver to {READER}.\nThe mailbox is full.\n", READER, "soft"),
        (f"A message that you sent has not yet been delivered to:\n\n  {READER}\n\nNo action is "
         "required on your part.\n", READER, "none"),
    ],
)  # fmt: skip
def test_notices_in_plain_words_are_read(text: str, address: str, kind: str) -> None:
    (one,) = read_report(notice(text)).recipients
    assert (one.address, one.kind) == (address, kind)


def test_the_senders_own_address_is_never_the_one_that_failed() -> None:
    text = f"From: news@example.com\n\nYour mail to\n<{READER}>\ncould not be delivered: disk full"
    assert [one.address for one in read_report(notice(text)).recipients] == [READER]


@pytest.mark.parametrize(
    ("kind", "found"), [("abuse", "complaint"), ("fraud", "complaint"), ("opt-out", "complaint"),
                        ("not-spam", "none"), ("auth-failure", "none"), ("virus", "none")],
)  # fmt: skip
def test_reports_of_the_abuse_format(kind: str, found: str) -> None:
    (one,) = read_report(arf(kind)).recipients
    assert (one.address, one.kind) == (READER, found)


def test_a_complaint_without_recipient_is_told_by_the_mail_in_it() -> None:
    assert [one.address for one in read_report(arf("abuse", recipient="")).recipients] == [READER]


def test_a_notification_of_amazon_ses_is_read() -> None:
    body = {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {"emailAddress": READER, "status": "5.1.1", "diagnosticCode": "550 no such user"}
            ],
        },
    }
    text = json.dumps(body, separators=(",", ":"))
    (one,) = read_report(notice(text, sender="no-reply@sns.example")).recipients
    assert (one.address, one.kind) == (READER, "hard")


def person(subject: str, text: str, headers: str = "") -> bytes:
    return (
        f"From: Ada <{READER}>\nTo: news@example.com\nSubject: {subject}\n{headers}\n{text}\n"
    ).encode()


@pytest.mark.parametrize(
    ("raw", "reason", "automatic"),
    [
        (person("Re: Papers", "stop"), "message", False),
        (person("Question", "Why was no mail delivered to me?\nAda"), "message", False),
        (person("Re: Papers", "Thanks.", "In-Reply-To: <1@example.com>\n"), "message", False),
        (person("Out of office", "Back on Monday."), "absent", True),
        (person("Abwesenheit: Papers", "Zurück am Montag."), "absent", True),
        (person("Papers", "Away.", "Auto-Submitted: auto-replied\n"), "absent", True),
        (person("Please confirm your mail", "Confirm you are a person."), "challenge", True),
    ],
)  # fmt: skip
def test_what_people_and_their_programs_write_is_no_bounce(
    raw: bytes, reason: str, automatic: bool
) -> None:
    report = read_report(raw)
    assert report.kind is Kind.NONE and report.automatic is automatic
    assert [one.reason for one in report.recipients] == [Cause(reason)]


def test_a_report_that_a_gateway_attached_is_read() -> None:
    inner = dsn(failed("5.1.1", "550 5.1.1 no such user")).decode()
    outer = (
        "From: gateway@example.net\nTo: news@example.com\nSubject: scanned\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/plain\n\n'
        f"Clean.\n\n--o\nContent-Type: message/rfc822\n\n{inner}\n--o--\n"
    )
    (one,) = read_report(outer.encode()).recipients
    assert (one.address, one.kind) == (READER, "hard")


def test_a_deeply_nested_message_is_text() -> None:
    nested = b"Content-Type: message/rfc822\n\n" * 3000 + b"hello"
    assert read_report(nested).kind is Kind.NONE


@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 80))
def test_no_bytes_raise(junk: bytes, at: int, cut: int) -> None:
    whole = dsn(failed("5.1.1", "550 5.1.1 no such user"))
    read_report(junk)
    read_report(whole[:at] + junk + whole[at + cut :])


@given(st.sampled_from(["a", "@", "(", "user ", "mailbox is ", "host ", "-", "\n-- ", "<a@b.c> "]))
def test_a_long_notice_is_read_in_linear_time(piece: str) -> None:
    """A quadratic pattern would take minutes here."""
    read_report(notice(piece * 40_000))
