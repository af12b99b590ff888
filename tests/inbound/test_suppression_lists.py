"""Lists of other programs, in the forms that they export."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.suppression_lists import (
    ListedStop,
    NotStopped,
    Read,
    RejectedStop,
    read_suppressions,
)
from subscribers.store import StopReason

SES = {
    "SuppressedDestinationSummaries": [
        {
            "EmailAddress": "ada@x.org",
            "Reason": "COMPLAINT",
            "LastUpdateTime": "2020-04-10T21:03:05+00:00",
        },
        {"EmailAddress": "bo@x.org", "Reason": "BOUNCE", "LastUpdateTime": 1586552585.077},
    ]
}
POSTMARK = {
    "Suppressions": [
        {"EmailAddress": email, "SuppressionReason": why, "Origin": by, "CreatedAt": "2024-05-06"}
        for email, why, by in (
            ("ada@x.org", "HardBounce", "Recipient"),
            ("bo@x.org", "ManualSuppression", "Recipient"),
            ("eve@x.org", "ManualSuppression", "Customer"),
            ("kim@x.org", "SpamComplaint", "Recipient"),
        )
    ]
}
LISTMONK = {
    "data": {
        "results": [
            {"id": 1, "type": "hard", "email": "ada@x.org", "created_at": "2024-05-06T07:08:09Z"},
            {"id": 2, "type": "soft", "email": "bo@x.org", "created_at": "2024-05-06T07:08:09Z"},
            {"id": 3, "type": "complaint", "email": "eve@x.org", "created_at": None},
        ],
        "total": 3,
    }
}
MAILCHIMP = (
    "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,GMTOFF,"
    "DSTOFF,TIMEZONE,CC,REGION,{columns},LEID,EUID,NOTES,TAGS\n"
    "ada@x.org,Ada,2,2020-01-01 00:00:00,192.0.2.1,2020-01-01 00:05:00,192.0.2.1,1,0,"
    'Europe/Berlin,DE,BE,{cells},7,e,,"""Friends"",""VIP"""\n'
)
FORMS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "ours": (
        "email,reason,since,evidence\na@x.org,complaint,2026-01-02,ARF\n",
        [("a@x.org", "complaint")],
    ),
    "listmonk subscribers": (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        '1,ada@x.org,Ada,"{}",blocklisted,2024-01-02,2024-01-02\n'
        '2,bo@x.org,Bo,"{}",enabled,2024-01-02,2024-01-02\n',
        [("ada@x.org", "operator"), ("", "enabled")],
    ),
    "listmonk bounces": (
        json.dumps(LISTMONK),
        [("ada@x.org", "bounce"), ("", "soft"), ("eve@x.org", "complaint")],
    ),
    "Mailchimp cleaned": (
        MAILCHIMP.format(
            columns="CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID",
            cells='2021-02-03 04:05:06,"May, 1",c1',
        ),
        [("ada@x.org", "bounce")],
    ),
    "Mailchimp unsubscribed": (
        MAILCHIMP.format(
            columns="UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER",
            cells='2021-02-03 04:05:06,"May, 1",c1,No longer interested,',
        ),
        [("ada@x.org", "unsubscribed")],
    ),
    "SES": (json.dumps(SES, indent=2), [("ada@x.org", "complaint"), ("bo@x.org", "bounce")]),
    "SES, to be imported": (
        "ada@x.org,BOUNCE\nbo@x.org, COMPLAINT\n",
        [("ada@x.org", "bounce"), ("bo@x.org", "complaint")],
    ),
    "SES, to be imported, as lines": (
        '{"emailAddress": "ada@x.org", "reason": "BOUNCE"}\n'
        '{"emailAddress": "bo@x.org", "reason": "COMPLAINT"}\n',
        [("ada@x.org", "bounce"), ("bo@x.org", "complaint")],
    ),
    "Postmark": (
        json.dumps(POSTMARK),
        [
            ("ada@x.org", "bounce"),
            ("bo@x.org", "unsubscribed"),
            ("eve@x.org", "operator"),
            ("kim@x.org", "complaint"),
        ],
    ),
    "SendGrid bounces and blocks": (
        "status,reason,email,created\n"
        "5.1.1,550 5.1.1 The email account does not exist,ada@x.org,1443651125\n"
        "5.7.1,550 5.7.1 blocked as spam,bo@x.org,1443651125\n"
        "4.2.2,452 4.2.2 mailbox full,eve@x.org,1443651125\n",
        [("ada@x.org", "bounce"), ("", "5.7.1"), ("", "4.2.2")],
    ),
    "SendGrid bounces with an SMTP reply as status": (
        "status,reason,email,created\n"
        '550,"550 Invalid recipient, <ada@x.org>\n(#5.1.1)",ada@x.org,1487082934\n'
        "550,550 5.7.1 Message rejected due to policy,bo@x.org,1487082934\n"
        ",554 Service unavailable; blocked using zen.spamhaus.org,eve@x.org,1487082934\n",
        [("ada@x.org", "bounce"), ("", "5.7.1"), ("", "zen.spamhaus.org")],
    ),
    "SendGrid invalid addresses": (
        "reason,email,created\n"
        "Mail domain mentioned in email address is unknown,ada@x.org,1487082934\n"
        "Known bad domain,bo@x.org,1487082934\n"
        "Bad Syntax,eve@x,1487082934\n",
        [("ada@x.org", "bounce"), ("bo@x.org", "bounce"), ("eve@x", "bounce")],
    ),
    "SendGrid spam reports": (
        "ip,email,created\n10.1.2.3,ada@x.org,1443651125\n,bo@x.org,1443651125\n",
        [("ada@x.org", "complaint"), ("bo@x.org", "complaint")],
    ),
    "SendGrid spam reports by its API": (
        json.dumps([{"created": 1443651125, "email": "ada@x.org", "ip": "10.1.2.3"}]),
        [("ada@x.org", "complaint")],
    ),
    "a spreadsheet's": (
        "sep=;\nE-Mail;Reason\nada@x.org;unsubscribed\n",
        [("ada@x.org", "unsubscribed")],
    ),
}


def told(one: Read) -> tuple[str, str]:
    if isinstance(one, ListedStop):
        return one.email, one.reason
    assert isinstance(one, NotStopped), one
    return "", next(word for word in one.says.split() if word in ("enabled", "soft") or "." in word)


@pytest.mark.parametrize("form", FORMS)
def test_what_each_program_says(form: str) -> None:
    text, expected = FORMS[form]
    found = [told(one) for one in read_suppressions(text.encode())]
    assert found == expected


def test_time_and_evidence_come_along() -> None:
    text = FORMS["SendGrid bounces and blocks"][0].encode()
    first = next(read_suppressions(text))
    assert isinstance(first, ListedStop)
    assert first.since == datetime.fromtimestamp(1443651125, UTC)
    assert "does not exist" in first.evidence
    [ses, _] = read_suppressions(FORMS["SES"][0].encode())
    assert isinstance(ses, ListedStop) and ses.since == datetime(2020, 4, 10, 21, 3, 5, tzinfo=UTC)
    [chimp] = read_suppressions(FORMS["Mailchimp cleaned"][0].encode())
    assert isinstance(chimp, ListedStop) and chimp.evidence == "May, 1"
    [odd] = read_suppressions(b"email,reason,since\nada@x.org,bounce,last May\n")
    assert isinstance(odd, ListedStop) and odd.since is None and odd.evidence == "at last May"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("", "line 1", "there is no list"),
        ("name,reason\nAda,bounce\n", "line 1", "'name', 'reason'.*name it email; no line below"),
        ("email,name\nada@x.org,Ada\n", "line 1", "say why.*--reason"),
        ("ada@x.org\nbo@x.org\n", "line 1", "--reason"),
        ("email,reason\nada@x.org,because\n", "line 2", "'because' is no reason known here"),
        ("email,reason\n,bounce\n", "line 2", "no address"),
        ("email,reason\nada@x.org,bounce,x\n", "line 2", "3 cells but 2 columns"),
        ('email,reason\n"ada@x.org,bounce\n', "line 2", "not CSV"),
        ("{", "line 1", "not JSON"),
        ('{"a": 1}', "entry 1", "no address"),
        ("[1]", "entry 1", "neither an object nor an address"),
        ('["ada@x.org"]', "entry 1", "nothing says why"),
        ('{"email": "a@x.org", "reason": "bounce"}\n{\n', "line 2", "not JSON"),
        ("[" * 100_000, "line 1", "nested"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, where: str, words: str) -> None:
    found = [one for one in read_suppressions(text.encode()) if isinstance(one, RejectedStop)]
    [rejected] = found
    assert rejected.where == where
    assert re.search(words, rejected.why), rejected.why


@pytest.mark.parametrize("reason", ["bounce", "unsubscribed"])
def test_a_list_that_does_not_say_why_takes_the_reason_it_is_given(reason: StopReason) -> None:
    for text in ("ada@x.org\n", "email,name\nada@x.org,Ada\n", '["ada@x.org"]'):
        [one] = read_suppressions(text.encode(), reason)
        assert isinstance(one, ListedStop) and (one.email, one.reason) == ("ada@x.org", reason)
    kept = read_suppressions(b"email,reason\na@x.org,complaint\nb@x.org,enabled\n", reason)
    assert [told(one) for one in kept] == [("a@x.org", "complaint"), ("", "enabled")]


@pytest.mark.parametrize("status", ["550", "5.0.0", ""])
@pytest.mark.parametrize("words", ["550 No Such User Here ", "550 mailbox unavailable"])
def test_a_permanent_refusal_that_does_not_tell_is_for_the_operator_to_judge(
    status: str, words: str
) -> None:
    text = f"status,reason,email,created\n{status},{words},ada@x.org,1487173664\n".encode()
    [alone] = read_suppressions(text)
    assert isinstance(alone, RejectedStop) and "--reason" in alone.why
    [judged] = read_suppressions(text, "bounce")
    assert isinstance(judged, ListedStop) and judged.reason == "bounce"
    assert words.strip() in judged.evidence


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("550", "550 5.7.1 Message rejected due to policy"),
        ("", "554 Service unavailable; blocked using zen.spamhaus.org"),
        ("4.0.0", "451 Greylisted, try again later"),
        ("450", "450 User unknown"),
    ],
)
def test_what_blames_the_sender_or_may_pass_stops_nobody_whatever_reason_is_given(
    status: str, words: str
) -> None:
    text = f'status,reason,email,created\n{status},"{words}",ada@x.org,1487173664\n'.encode()
    for otherwise in (None, "bounce"):
        [one] = read_suppressions(text, otherwise)
        assert isinstance(one, NotStopped), one


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for prefix in (b"", b"email,reason\n", b'{"email": '):
        assert all(isinstance(one, Read) for one in read_suppressions(prefix + data))
