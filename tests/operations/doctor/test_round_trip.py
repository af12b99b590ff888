"""A mail of the check-up's own leaves by the real way, and is found where it arrives."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from pathlib import Path

import dkim
import pytest

from digest.delivery.dkim import load_key, make_key
from digest.operations.doctor.findings import Check
from digest.operations.doctor.round_trip import PATIENCE, send_one
from digest.settings import DeliverySettings, DkimSettings, NewsletterSettings, SmtpSettings
from tests.delivery.mta import Aiosmtpd
from tests.installation import Installation

OPERATOR = "ops@lab.example"
PASSED = "mx.example; dkim=pass header.d=lab.example; spf=pass; dmarc=pass"


def through(data: Path, port: int, operator: str = OPERATOR) -> Installation:
    key_file = data / "dkim.pem"
    if not key_file.exists():
        make_key(key_file, domain="lab.example", selector="d1", kind="rsa")
    return Installation(data).reopened(
        newsletter=NewsletterSettings(sender="news@lab.example", operator=operator),
        delivery=DeliverySettings(
            transport="smtp",
            return_path="bounces@lab.example",
            smtp=SmtpSettings(port=port, security="none"),
            dkim=DkimSettings(domain="lab.example", selector="d1", key_file=key_file),
        ),
    )


def sent(
    data: Path, box: Path | None, deliver: Callable[[bytes], None] = lambda raw: None
) -> tuple[list[Check], list[bytes]]:
    """Send one; `deliver` does what the receiving server does, once the mail is waited for."""
    with Aiosmtpd() as server:
        place = through(data, server.port)
        waited: list[float] = []

        def wait(seconds: float) -> None:
            if not waited:
                deliver(server.mails[0][1])
            waited.append(seconds)

        found = list(send_one(place.app, box, wait=wait))
        place.app.close()
        assert sum(waited) <= PATIENCE
        return found, [raw for _, raw in server.mails]


def test_the_mail_is_signed_and_goes_to_the_operator(tmp_path: Path) -> None:
    found, (raw,) = sent(tmp_path, None)
    assert [(each.check, each.verdict) for each in found] == [("test mail", "ok")]
    key = load_key(tmp_path / "dkim.pem", domain="lab.example", selector="d1")
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: key.record.encode())
    assert b"DKIM-Signature" in raw and b"ops@lab.example" in raw


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (PASSED, "ok"),
        ("mx.example; dkim=fail; spf=pass", "warning"),
        ("mx.example; dkim=fail; spf=softfail", "error"),
        ("", "warning"),
    ],
)
@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_what_the_receiving_server_found_is_shown(
    tmp_path: Path, kind: str, told: str, verdict: str
) -> None:
    path = tmp_path / "arrives"
    box = mailbox.Maildir(path) if kind == "maildir" else mailbox.mbox(path)
    box.add(b"Subject: an older one\n\nnothing\n")
    box.flush()

    def deliver(raw: bytes) -> None:
        box.add((f"Authentication-Results: {told}\r\n".encode() if told else b"") + raw)
        box.flush()

    found, _ = sent(tmp_path / "data", path, deliver)
    read = {each.check: each for each in found}["read back"]
    assert read.verdict == verdict and told in read.text


def test_one_that_does_not_arrive_is_an_error(tmp_path: Path) -> None:
    mailbox.Maildir(tmp_path / "box")
    found, _ = sent(tmp_path / "data", tmp_path / "box")
    assert found[-1].verdict == "error" and "has not come" in found[-1].text


def test_without_an_operator_or_a_mailbox_nothing_is_sent(tmp_path: Path) -> None:
    with Aiosmtpd() as server:
        place = through(tmp_path, server.port)
        (found,) = send_one(place.app, tmp_path / "none", wait=lambda seconds: None)
        assert found.verdict == "error" and "Maildir" in found.text
        place.app.close()
        place = through(tmp_path, server.port, operator="")
        (found,) = send_one(place.app, None, wait=lambda seconds: None)
        assert found.verdict == "error" and "newsletter.operator" in found.text
        place.app.close()
        assert server.mails == []
