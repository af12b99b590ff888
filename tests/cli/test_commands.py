"""What holds for every command: usage, exit codes, set-up, settings, secrets, a sick store."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Digest

pytestmark = pytest.mark.usefixtures("plain")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--date", "garbage"),
        ("run", "--date", "2026-02-30"),
        ("ingest", "x", "--captured-at", "tomorrow"),
        ("ingest",),
        ("nonsense",),
        ("subscribers", "add", "ada@example.org"),
        ("subscribers", "list", "--state", "asleep"),
        ("subscribers", "export", "--format", "xml"),
        ("preview", "ada@example.org", "--edition", "0"),
        ("editions", "show", "first"),
        ("serve", "--pages-only", "--no-pages"),
    ],
)
def test_wrong_usage_is_exit_2(digest: Digest, arguments: tuple[str, ...], data: Path) -> None:
    said = digest(*arguments)
    assert said.code == 2
    assert said.err
    assert not data.exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("subscribers", "show", "nobody@example.org"), "nobody is subscribed"),
        (("subscribers", "add", "nowhere", "--keywords", "a"), "@-sign"),
        (("subscribers", "import", "no-such-file"), "No such file"),
        (("preview", "nobody@example.org"), "nobody is subscribed"),
        (("editions", "show", "7"), "no edition 7"),
        (("editions", "approve", "7"), "no edition 7"),
    ],
)
def test_what_cannot_be_done_is_exit_1_and_says_why(
    digest: Digest, arguments: tuple[str, ...], why: str
) -> None:
    said = digest(*arguments)
    assert (said.code, said.out) == (1, "")
    assert why in said.err


def test_init_twice_changes_nothing(digest: Digest, data: Path) -> None:
    assert len(digest("init", "--json").one["made"]) == 4
    key = (data / "secret.key").read_bytes()
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
    assert digest("init", "--json").one["made"] == []
    assert (data / "secret.key").read_bytes() == key


def test_doctor_tells_what_would_stop_the_mail(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = digest("doctor", "--json")
    assert said.code == 0
    assert all({"check", "verdict", "text"} <= set(each) for each in said.lines)
    assert any("base_url" in each["text"] for each in said.lines)
    monkeypatch.setenv("DIGEST_DELIVERY__TRANSPORT", "smtp")
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__HOST", "mail.example.org")
    said = digest("doctor", "--json")
    assert said.code == 1
    assert any("newsletter.sender" in each["text"] for each in said.lines)


def test_a_wrong_setting_is_named_by_its_path(
    digest: Digest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text("[delivery.smtp]\nhots = 'mail.example.org'\n")
    said = digest("papers")
    assert said.code == 1
    assert "delivery.smtp.hots: no such setting" in said.err
    monkeypatch.setenv("DIGEST_SETTINGS", str(tmp_path / "elsewhere.toml"))
    assert "no settings file" in digest("papers").err


def test_secrets_are_never_shown(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "hunter2-hunter2-hunter2-hunter2-hunter2"
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__PASSWORD", secret)
    monkeypatch.setenv("DIGEST_WEB__SECRET_KEY", secret)
    monkeypatch.setenv("DIGEST_SCHEDULE__HOUR", "25")
    said = digest("doctor")
    assert said.code == 1
    assert secret not in said.out + said.err
    monkeypatch.delenv("DIGEST_SCHEDULE__HOUR")
    said = digest("doctor", "--json")
    assert secret not in said.out + said.err


def test_a_locked_store_says_so(
    digest: Digest, data: Path, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest("init")
    monkeypatch.setattr("digest.storage.database.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(data / "digest.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = digest("ingest", dump)
    other.close()
    assert said.code == 1
    assert "another process holds the store's lock" in said.err
    assert digest("ingest", dump).code == 0


def test_a_damaged_store_says_so(digest: Digest, data: Path) -> None:
    data.mkdir()
    (data / "digest.db").write_bytes(b"no database at all" * 100)
    said = digest("papers")
    assert said.code == 1
    assert "damaged" in said.err
