"""What must be set before mail may leave this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digest.delivery.loopback import is_loopback
from digest.errors import SettingsError
from digest.settings import Settings


def check_sending(settings: Settings, data: Path) -> None:
    """Refuse to mail strangers before it is clear who writes and how they can stop it.

    On loopback everything has a default that works. Raises SettingsError that says what to set.
    """
    missing = list(_missing(settings, data))
    if missing:
        raise SettingsError(
            f"mail to {settings.delivery.smtp.host} cannot leave yet; set " + "; ".join(missing)
        )


def _missing(settings: Settings, data: Path) -> Iterator[str]:
    if settings.delivery.transport != "smtp" or is_loopback(settings.delivery.smtp.host):
        return
    newsletter = settings.newsletter
    if not newsletter.sender:
        yield "newsletter.sender (the From address)"
    web = settings.web
    if not (web.secret_key or web.secret_key_file or (data / "secret.key").exists()):
        yield "web.secret_key (or run `digest init`, which makes DIR/secret.key)"
    if not (newsletter.base_url or newsletter.unsubscribe_mailto):
        yield "newsletter.base_url or newsletter.unsubscribe_mailto (how readers leave)"
