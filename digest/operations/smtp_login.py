"""`digest smtp login`: an operator gives leave once; the refresh token stays on this machine."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from digest.app.application import App
from digest.app.relay_login import oauth_client, refresh_file
from digest.delivery.access_tokens import keep_refresh_token
from digest.delivery.oauth_services import grant_by_address, grant_by_device, oauth_service
from digest.errors import SettingsError


def smtp_login(
    app: App,
    *,
    show: Callable[[str], None],
    ask: Callable[[str], str],
    wait: Callable[[float], None],
    http: Callable[[], httpx.Client],
) -> str:
    """Walk an operator through the leave to send; return where the refresh token is kept.

    Raises SettingsError and DeliveryError.
    """
    of = app.settings.delivery.smtp
    if not of.oauth:
        raise SettingsError(
            'delivery.smtp.oauth is empty: set it to "microsoft" or "google" and see docs/oauth.md'
        )
    client_id, client_secret = oauth_client(app.settings)
    service = oauth_service(of.oauth, of.oauth_tenant)
    if service.device_url:
        token = grant_by_device(service, client_id, http=http, show=show, wait=wait)
    else:
        token = grant_by_address(service, client_id, client_secret, http=http, show=show, ask=ask)
    path = refresh_file(app.settings, app.data)
    keep_refresh_token(path, token)
    return str(path)
