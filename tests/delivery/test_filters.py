"""What a spam filter and a verifier of another make say of every kind of mail that we send."""

from __future__ import annotations

import email
import re
from pathlib import Path

import pytest

from tests.delivery.letterbox import LETTERS, Letterbox, fill
from tests.delivery.programs import dkim_results, spam_scores

# Rules that say nothing against a mail.
NEUTRAL = {"HTML_MESSAGE", "MAILING_LIST_MULTI", "NO_RECEIVED", "NO_RELAYS"}
NEUTRAL |= {"DKIM_SIGNED", "T_DKIM_INVALID", "DKIM_INVALID"}  # it asks no DNS for the key here
NEUTRAL |= {"PDS_BTC_ID"}  # in one of a thousand mails a token's signature looks like Bitcoin
# It takes half a second a mail, and these letters differ from others by a sentence.
ALIKE = {f"letter: {kind}" for kind in LETTERS if kind not in ("confirm", "goodbye", "erase")}
ALIKE |= {"welcome", "second issue"}
# What every filter must call spam, so that one can see whether it works.
GTUBE = (
    b"Subject: test\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
)


@pytest.fixture(scope="module")
def letterbox(tmp_path_factory: pytest.TempPathFactory) -> Letterbox:
    return fill(tmp_path_factory.mktemp("letterbox"))


def _received(mail: bytes) -> bytes:
    """Return a mail as the reader's own server has it, straight from ours."""
    when = email.message_from_bytes(mail)["Date"]
    [to] = re.findall(rb"^To: .*?([\w.]+@[\w.]+)", mail, re.MULTILINE)
    return (
        b"Return-Path: <papers@digest.example.org>\r\n"
        b"Received: from mail.digest.example.org (mail.digest.example.org [81.2.69.142])\r\n"
        b"\tby mx.example.org (Postfix) with ESMTPS id 4ABC\r\n"
        b"\tfor <%s>; %s\r\n" % (to, when.encode())
    ) + mail


def test_spamassassin_finds_nothing_against_our_mails(letterbox: Letterbox, tmp_path: Path) -> None:
    looked_at = {kind: mail for kind, mail in letterbox.mails.items() if kind not in ALIKE}
    mails = [_received(mail) for mail in looked_at.values()]
    *scores, (spam, _) = spam_scores([*mails, GTUBE], tmp_path)
    assert spam > 900, "or it would find nothing against anything"
    for kind, (score, rules) in zip(looked_at, scores, strict=True):
        assert score <= 0.1, (kind, rules)
        assert rules <= NEUTRAL, kind


def test_every_mail_verifies_by_perl(letterbox: Letterbox) -> None:
    results = dkim_results(list(letterbox.mails.values()), letterbox.records)
    assert results == [{"rsa-sha256": "pass"}] * len(letterbox.mails)
