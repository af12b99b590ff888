"""Settings → what logs in at a relay that takes access tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import SettingsError
from digest.settings import Settings, secret_of

if TYPE_CHECKING:
    from digest.delivery.access_tokens import AccessTokens


def access_tokens(
    settings: Settings, data: Path, clock: Callable[[], datetime]
) -> AccessTokens | None:
    """Return what has the relay's tokens; None: it takes a password, or nothing.

    Raises SettingsError.
    """
    of = settings.delivery.smtp
    if not of.token_command and not of.oauth:
        return None
    import httpx  # noqa: PLC0415 - only such relays need it

    from digest.delivery.access_tokens import (  # noqa: PLC0415 - see above
        AccessTokens,
        CommandIssuer,
        RefreshIssuer,
    )
    from digest.delivery.oauth_services import oauth_service  # noqa: PLC0415 - see above

    if of.token_command:
        return AccessTokens(CommandIssuer(of.token_command), clock)
    service = oauth_service(of.oauth, of.oauth_tenant)
    client_id, client_secret = oauth_client(settings)
    issuer = RefreshIssuer(
        token_url=service.token_url,
        client_id=client_id,
        client_secret=client_secret,
        scope=service.scope,
        refresh_file=refresh_file(settings, data),
        http=lambda: httpx.Client(timeout=of.timeout_seconds),
    )
    return AccessTokens(issuer, clock)


def oauth_client(settings: Settings) -> tuple[str, str]:
    """Return the client's id and secret, empty where it has none. Raises SettingsError."""
    of = settings.delivery.smtp
    if not of.oauth_client_id:
        raise SettingsError("delivery.smtp.oauth_client_id is missing: see docs/oauth.md")
    name = "delivery.smtp.oauth_client_secret_file"
    secret = secret_of(of.oauth_client_secret, of.oauth_client_secret_file, name=name)
    return of.oauth_client_id, secret or ""


def refresh_file(settings: Settings, data: Path) -> Path:
    """Return where the refresh token is kept."""
    return settings.delivery.smtp.oauth_refresh_token_file or data / "smtp-refresh-token"
