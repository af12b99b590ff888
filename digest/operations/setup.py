"""A data folder, set up, with the answers to the first questions in its settings file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.app.application import App, open_app
from digest.app.data_folder import make_folder
from digest.app.settings_file import write_values
from digest.delivery.loopback import is_loopback
from digest.errors import SettingsError
from digest.private_files import private_file
from digest.settings import Settings

# Ways out by name: host, and whose sign-in it takes. Both listen on the port of RFC 6409.
SERVICES = {
    "microsoft": ("smtp.office365.com", "microsoft"),
    "google": ("smtp.gmail.com", "google"),
}
MAILBOX = "mailbox"  # no way out: Maildirs below the data folder
_SUBMISSION, _IMPLICIT_TLS, _RELAYING = 587, 465, 25
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/@]+)(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswers:
    """What a new installation is told; an empty answer leaves the setting as it is."""

    name: str = ""
    sender: str = ""
    operator: str = ""
    base_url: str = ""
    smtp: str = ""  # HOST, HOST:PORT, microsoft, google, or mailbox
    username: str = ""
    password: str = ""

    def values(self, data: Path) -> dict[tuple[str, ...], object]:
        """Return the settings that the answers stand for, by their path. Raises SettingsError."""
        newsletter = {
            "name": self.name,
            "sender": self.sender,
            "operator": self.operator,
            "base_url": self.base_url,
        }
        told: dict[tuple[str, ...], object] = {
            ("newsletter", key): value for key, value in newsletter.items() if value
        }
        told.update(self._way_out())
        if self.username:
            told["delivery", "smtp", "username"] = self.username
        if self.password:
            told["delivery", "smtp", "password_file"] = str(password_file(data))
        return told

    def _way_out(self) -> Iterator[tuple[tuple[str, ...], object]]:
        if not self.smtp:
            return
        if self.smtp == MAILBOX:
            yield ("delivery", "transport"), MAILBOX
            return
        host, service = SERVICES.get(self.smtp.lower(), (self.smtp, ""))
        found = _HOST.fullmatch(host)
        if not found or not 0 < int(found["port"] or 1) < 65_536:
            raise SettingsError(
                f"{self.smtp!r} is no way out: give HOST, HOST:PORT, microsoft, google, or mailbox"
            )
        host = found["host"].strip("[]")
        here = is_loopback(host)
        port = int(found["port"] or (_RELAYING if here else _SUBMISSION))
        yield ("delivery", "transport"), "smtp"
        yield ("delivery", "smtp", "host"), host
        yield ("delivery", "smtp", "port"), port
        encrypted = "tls" if port == _IMPLICIT_TLS else "starttls"
        yield ("delivery", "smtp", "security"), "none" if here else encrypted
        if service:
            yield ("delivery", "smtp", "oauth"), service


def password_file(data: Path) -> Path:
    """Return where the password for the SMTP server is kept."""
    return (data / "smtp-password").absolute()


def set_up(settings: Settings, data: Path) -> list[str]:
    """Make a data folder with store, key and the folder for dumps; return what is new in it."""
    wanted = [data / "digest.db", data / "secret.key", data / settings.dumps.inbox]
    before = {path for path in wanted if path.exists()}
    app = open_app(settings, data)
    try:
        make_inbox(app)
    finally:
        app.close()
    return [str(path) for path in wanted if path not in before and path.exists()]


def keep_answers(data: Path, file: Path, answers: FirstAnswers) -> Mapping[tuple[str, ...], object]:
    """Write the answers into the settings file, a password into a file of its own; return them.

    Raises SettingsError when one of them makes no sense; then nothing is changed.
    """
    values = answers.values(data)
    if answers.password:
        kept = password_file(data)
        private_file(kept)
        kept.write_text(f"{answers.password}\n", encoding="utf-8")
    if values:
        write_values(file, values)
    return values


def make_inbox(app: App) -> None:
    """Make the folder that is watched for dumps."""
    make_folder(app.inbox)
