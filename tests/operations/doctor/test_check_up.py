"""The check-up says what is missing and what to do, and lets no mail out before it is in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from digest.delivery.prerequisites import check_sending
from digest.errors import SettingsError
from digest.operations.doctor.check_up import check_up
from digest.operations.doctor.files import check_files
from digest.operations.doctor.findings import Check
from digest.operations.doctor.mail import check_way_out
from digest.operations.doctor.pages import check_pages
from digest.settings import (
    DeliverySettings,
    EditionSettings,
    InboundSettings,
    NewsletterSettings,
    Settings,
    SmtpSettings,
    WebSettings,
)
from tests.installation import MORNING

KEY = "a-secret-that-must-never-be-shown"
SENDER = "papers@example.org"
SITE = "https://papers.example.org"


def settings(host: str = "smtp.example.org", transport: str = "smtp", **sections: Any) -> Settings:
    delivery = DeliverySettings(transport=transport, smtp=SmtpSettings(host=host))  # type: ignore[arg-type]
    return Settings(delivery=delivery, **sections)


def ready(**web: Any) -> Settings:
    """Return settings with which mail may go to strangers."""
    newsletter = NewsletterSettings(sender=SENDER, base_url=SITE)
    return settings(newsletter=newsletter, web=WebSettings(**web or {"secret_key": SecretStr(KEY)}))


def found_in(given: Settings, data: Path) -> list[Check]:
    """Return what is found without a store and without the network."""
    looked = check_files(given, data, None), check_way_out(given, data), check_pages(given)
    return [each for group in looked for each in group]


def look(given: Settings, data: Path, check: str) -> Check | None:
    """Return what a check-up finds under a name."""
    named = [each for each in found_in(given, data) if each.check == check]
    assert len(named) <= 1
    return named[0] if named else None


def verdict(given: Settings, data: Path, check: str) -> str:
    found = look(given, data, check)
    assert found is not None
    return found.verdict


def private(path: Path, text: str = KEY, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_on_loopback_nothing_has_to_be_set(tmp_path: Path) -> None:
    check_sending(settings("127.0.0.1"), tmp_path)


def test_into_maildirs_nothing_has_to_be_set(tmp_path: Path) -> None:
    check_sending(settings(transport="mailbox"), tmp_path)


def test_a_stranger_may_be_mailed_when_all_is_set(tmp_path: Path) -> None:
    check_sending(ready(), tmp_path)


@pytest.mark.parametrize(
    ("newsletter", "web", "named"),
    [
        ({"base_url": SITE}, {"secret_key": KEY}, "newsletter.sender"),
        ({"sender": SENDER, "base_url": SITE}, {}, "web.secret_key"),
        ({"sender": SENDER}, {"secret_key": KEY}, "newsletter.base_url"),
    ],
)
def test_what_is_missing_is_named_and_nothing_else(
    tmp_path: Path, newsletter: dict[str, str], web: dict[str, str], named: str
) -> None:
    given = settings(newsletter=NewsletterSettings(**newsletter), web=WebSettings(**web))  # type: ignore[arg-type]
    with pytest.raises(SettingsError) as refused:
        check_sending(given, tmp_path)
    said = str(refused.value)
    assert said.startswith("mail to smtp.example.org cannot leave yet; set " + named)
    assert ";" not in said.partition("; set ")[2], "it names one setting only"
    assert KEY not in said


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        check_sending(settings(), tmp_path)
    for name in (
        "newsletter.sender",
        "web.secret_key",
        "newsletter.base_url",
        "newsletter.unsubscribe_mailto",
    ):
        assert name in str(refused.value)


def test_the_key_that_init_made_is_enough(tmp_path: Path) -> None:
    private(tmp_path / "secret.key")
    newsletter = NewsletterSettings(sender=SENDER, unsubscribe_mailto="leave@example.org")
    check_sending(settings(newsletter=newsletter), tmp_path)


def test_a_delivery_that_may_not_leave_is_an_error(tmp_path: Path) -> None:
    found = look(settings(), tmp_path, "delivery")
    assert found is not None and found.verdict == "error"
    assert "newsletter.sender" in found.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (settings(transport="mailbox"), "mailbox"),
        (settings("127.0.0.1"), "127.0.0.1:25, starttls"),
        (ready(), "smtp.example.org:25, starttls"),
    ],
)
def test_where_mail_goes_is_said(tmp_path: Path, given: Settings, said: str) -> None:
    found = look(given, tmp_path, "delivery")
    assert found is not None and found.verdict == "ok"
    assert said in found.text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
@pytest.mark.parametrize("configured", [True, False])
def test_a_key_file_that_others_may_open_is_an_error(
    tmp_path: Path, mode: int, configured: bool
) -> None:
    path = private(tmp_path / ("my.key" if configured else "secret.key"), mode=mode)
    given = ready(secret_key_file=path) if configured else settings()
    found = look(given, tmp_path, "secret key")
    assert found == Check("secret key", "error", f"others can read {path}: chmod 600 {path}")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_ones_own_is_in_order(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "my.key", mode=mode)
    assert verdict(ready(secret_key_file=path), tmp_path, "secret key") == "ok"
    private(tmp_path / "secret.key", mode=mode)
    assert verdict(settings(), tmp_path, "secret key") == "ok"


def test_a_key_in_the_settings_needs_no_file(tmp_path: Path) -> None:
    private(tmp_path / "secret.key", mode=0o644)  # not used, so not of interest
    assert look(ready(), tmp_path, "secret key") == Check("secret key", "ok", "set")


def test_a_key_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    found = look(ready(secret_key_file=tmp_path / "gone.key"), tmp_path, "secret key")
    assert found is not None and found.verdict == "error"
    assert "web.secret_key_file" in found.text and "gone.key" in found.text


@pytest.mark.parametrize("content", ["", " \n", "too short"])
def test_a_key_that_is_none_or_too_short_is_an_error(tmp_path: Path, content: str) -> None:
    for path, given in (
        (tmp_path / "my.key", ready(secret_key_file=tmp_path / "my.key")),
        (tmp_path / "secret.key", settings()),
    ):
        path.write_text(content)
        path.chmod(0o600)
        found = look(given, tmp_path, "secret key")
        assert found is not None and found.verdict == "error", path.name
        assert "is empty" in found.text or "fewer than" in found.text


def test_the_first_use_makes_a_key_and_that_is_said(tmp_path: Path) -> None:
    found = look(settings(), tmp_path, "secret key")
    assert found is not None and found.verdict == "ok"
    assert str(tmp_path / "secret.key") in found.text
    assert not (tmp_path / "secret.key").exists(), "a check-up changes nothing"


def test_no_finding_shows_the_key(tmp_path: Path) -> None:
    path = private(tmp_path / "my.key", mode=0o644)
    for given in (ready(), ready(secret_key_file=path)):
        assert KEY not in repr(found_in(given, tmp_path))


def test_the_data_folder_is_looked_at(tmp_path: Path) -> None:
    assert verdict(settings(), tmp_path, "data folder") == "ok"
    missing = look(settings(), tmp_path / "none", "data folder")
    assert missing is not None and missing.verdict == "warning"
    assert "digest init" in missing.text
    assert not (tmp_path / "none").exists()
    assert verdict(settings(), private(tmp_path / "a-file"), "data folder") == "error"


@pytest.mark.parametrize(
    ("newsletter", "expected", "said"),
    [
        (NewsletterSettings(base_url=SITE), "ok", "one click"),
        (
            NewsletterSettings(unsubscribe_mailto="leave@example.org"),
            "warning",
            "newsletter.base_url",
        ),
        (NewsletterSettings(), "warning", "newsletter.base_url is not set"),
    ],
)
def test_how_readers_leave_is_said(
    tmp_path: Path, newsletter: NewsletterSettings, expected: str, said: str
) -> None:
    found = look(settings(newsletter=newsletter), tmp_path, "unsubscribing")
    assert found is not None and found.verdict == expected
    assert said in found.text


@pytest.mark.parametrize(
    ("base_url", "warned"),
    [
        ("", False),
        (SITE, False),
        ("http://localhost:8600", False),
        ("http://127.0.0.1:8600/papers", False),
        ("http://papers.example.org", True),
        ("http://localhost.example.org/", True),
    ],
)
def test_a_site_without_tls_is_warned_of_unless_it_is_here(
    tmp_path: Path, base_url: str, warned: bool
) -> None:
    given = settings("127.0.0.1", newsletter=NewsletterSettings(base_url=base_url))
    found = look(given, tmp_path, "base_url")
    assert (found is not None) is warned
    assert found is None or (found.verdict == "warning" and "https" in found.text)


def test_links_to_this_machine_are_an_error_once_mails_leave_it(tmp_path: Path) -> None:
    given = settings(newsletter=NewsletterSettings(base_url="http://localhost:8600"))
    found = look(given, tmp_path, "base_url")
    assert found is not None and found.verdict == "error" and "own machine" in found.text


def test_https_without_trusted_proxies_is_named(tmp_path: Path) -> None:
    found = look(ready(), tmp_path, "trusted proxies")
    assert found is not None and "count as one" in found.text
    told = ready(secret_key=SecretStr(KEY), trusted_proxies=("127.0.0.1",))
    assert look(told, tmp_path, "trusted proxies") is None


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('password = "hush"', True),
        ("smtp.password = 'hush'", True),
        ('old_secret_keys = ["an old one"]', True),
        ('password = ""', False),
        ('# password = "hush"', False),
        ('password_file = "/etc/digest/password"', False),
    ],
)
def test_a_settings_file_with_a_secret_is_its_owners_alone(
    tmp_path: Path, line: str, named: bool
) -> None:
    file = private(tmp_path / "settings.toml", f"[delivery.smtp]\n{line}\n", mode=0o644)
    said = [each for each in check_files(settings(), tmp_path, file) if "chmod" in each.text]
    assert [each.check for each in said] == ["settings file"] * named
    assert "hush" not in repr(said)
    file.chmod(0o600)
    assert all("chmod" not in each.text for each in check_files(settings(), tmp_path, file))


def test_a_mailbox_for_bounces_has_to_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "Maildir"
    given = settings(inbound=InboundSettings(mailbox=missing))
    found = look(given, tmp_path, "returned mail")
    assert found is not None and found.verdict == "error" and str(missing) in found.text
    missing.mkdir()
    assert verdict(given, tmp_path, "returned mail") == "ok"


def test_an_approval_that_nobody_hears_of_is_named(tmp_path: Path) -> None:
    given = settings(edition=EditionSettings(approve=True))
    assert verdict(given, tmp_path, "approval") == "warning"


def test_a_store_that_cannot_be_opened_is_one_error_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "digest.db").write_bytes(b"no database at all, and long enough to be one" * 40)
    found = check_up(Settings(), tmp_path, clock=lambda: MORNING, network=None)
    assert [each.verdict for each in found if each.check == "store"] == ["error"]


def test_a_trial_is_not_forgotten(tmp_path: Path) -> None:
    assert look(settings(), tmp_path, "trial") is None
    only = EditionSettings(only_to=("ada@example.org", "bo@example.org"))
    found = look(settings(edition=only), tmp_path, "trial")
    assert found is not None and found.verdict == "warning"
    assert "2 address(es)" in found.text and "@" not in found.text
