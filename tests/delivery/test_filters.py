"""What a spam filter and a verifier of another make say of every kind of mail that we send."""

from __future__ import annotations

import email
import re
from pathlib import Path

import pytest

from tests.delivery.letterbox import Letterbox, fill
from tests.delivery.programs import dkim_results, spam_scores

# Rules that say nothing against a mail.
NEUTRAL = {"HTML_MESSAGE", "MAILING_LIST_MULTI", "NO_RECEIVED", "NO_RELAYS"}
NEUTRAL |= {"DKIM_SIGNED", "T_DKIM_INVALID", "DKIM_INVALID"}  # it asks no DNS for the key here
# It takes half a second a mail, and these letters differ from others by a sentence.
ALIKE = {f"letter: {kind}" for kind in ("known", "link", "move", "moved", "export")}


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
    looked_at = {k: m for k, m in letterbox.mails.items() if k not in ALIKE}
    mails = [_received(mail) for mail in looked_at.values()]
    for kind, (score, rules) in zip(looked_at, spam_scores(mails, tmp_path), strict=True):
        assert score <= 0.1, (kind, rules)
        assert rules <= NEUTRAL, kind


def test_spamassassin_would_see_spam(letterbox: Letterbox, tmp_path: Path) -> None:
    gtube = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    [(score, _)] = spam_scores([b"Subject: test\r\n\r\n" + gtube + b"\r\n"], tmp_path)
    assert score > 900


def test_every_mail_verifies_by_perl(letterbox: Letterbox) -> None:
    results = dkim_results(list(letterbox.mails.values()), letterbox.records)
    assert results == [{"rsa-sha256": "pass"}] * len(letterbox.mails)
