"""A test mail may be clicked, forwarded and unsubscribed from: nothing happens to the reader."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from digest.operations import issues
from digest.operations.readers_pages import readers_site
from digest.settings import NewsletterSettings, Settings
from tests.installation import LEXICAL, Installation, paper

BASE = "https://digest.example.org"
TESTER = "boss@example.org"


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    newsletter = NewsletterSettings(base_url=BASE, unsubscribe_mailto="leave@digest.example.org")
    made = Installation(tmp_path, Settings(ranking=LEXICAL, newsletter=newsletter))
    made.ingest(paper("Replay of tides"), paper("Whales that sing"))
    made.reader("ada@example.org", "tides\nwhales")
    return made


@pytest.mark.parametrize("past", [False, True], ids=["the next issue", "a past one"])
def test_no_link_of_a_test_mail_does_anything_to_the_reader(
    installed: Installation, past: bool
) -> None:
    if past:
        installed.run()
    shown = installed.preview("ada@example.org", 1 if past else None)
    issues.send_test(installed.app, shown, TESTER)

    (raw,) = installed.mails(TESTER)
    mail = message_from_bytes(raw, policy=default)
    assert mail["To"] == f"<{TESTER}>" or mail["To"] == TESTER
    assert mail["Subject"] == f"[Test] {shown.subject}"
    assert mail["Message-ID"] != shown.message["Message-ID"]
    parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]  # type: ignore[union-attr]
    everything = "\n".join([*map(str, mail.values()), *parts])
    assert "ada@example.org" not in everything
    real = set(re.findall(r"/m/([^/\s\">]+)/", shown.part("html")))
    assert real and not any(token in everything for token in real)

    browser = TestClient(readers_site(installed.app), base_url=BASE, follow_redirects=False)
    links = set(re.findall(rf"{BASE}(/m/[^\s\">]+)", everything))
    assert len(links) > 3
    for link in links:
        assert browser.get(link).status_code == 403
        assert browser.post(link, data={"List-Unsubscribe": "One-Click"}).is_client_error
    assert installed.app.desk.by_email("ada@example.org").state == "active"
    assert f"unsubscribe%20{next(iter(real))}" not in everything


def test_a_run_that_refuses_everybody_says_why(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest.delivery import message

    def broken(*_: object) -> bytes:
        raise ValueError("List-Unsubscribe: it is not a plain URL")

    monkeypatch.setattr(message.headers, "addresses", broken)
    with pytest.raises(issues.RefusedToAll, match=r"1 of 1.*not a plain URL") as caught:
        installed.run()
    assert caught.value.figures.accounting.refused == 1


def test_a_run_that_reaches_somebody_is_a_run(installed: Installation) -> None:
    assert installed.run().accounting.accepted == 1
