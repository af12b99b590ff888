"""Microsoft's and Google's OAuth 2.0: their addresses, and how an operator gives leave once.

Microsoft: the device flow (RFC 8628). Google allows no mail by the device flow: there the operator
copies the address to which the browser is sent (RFC 8252, 7.3) back into the terminal.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from digest.delivery.access_tokens import TokenRefused, ask_for_token
from digest.errors import DeliveryError

REDIRECT = "http://127.0.0.1:8"  # nothing listens there: the address itself is the answer
_PATIENCE = 120  # questions before a device code is given up


@dataclass(frozen=True, slots=True)
class OauthService:
    """A service that gives tokens for SMTP."""

    name: str
    token_url: str
    scope: str
    device_url: str = ""
    consent_url: str = ""


def oauth_service(name: str, tenant: str = "organizations") -> OauthService:
    """Return a known service; `tenant` is Microsoft's."""
    if name == "google":
        return OauthService(
            name="google",
            token_url="https://oauth2.googleapis.com/token",  # noqa: S106  (an address)
            scope="https://mail.google.com/",
            consent_url="https://accounts.google.com/o/oauth2/v2/auth",
        )
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return OauthService(
        name="microsoft",
        token_url=f"{base}/token",
        scope="https://outlook.office.com/SMTP.Send offline_access",
        device_url=f"{base}/devicecode",
    )


def grant_by_device(
    service: OauthService,
    client_id: str,
    *,
    http: Callable[[], httpx.Client],
    show: Callable[[str], None],
    wait: Callable[[float], None],
) -> str:
    """Let the operator give leave on any device; return the refresh token (RFC 8628).

    show: prints what to do. wait: sleeps some seconds. Raises DeliveryError.
    """
    told = ask_for_token(http, service.device_url, {"client_id": client_id, "scope": service.scope})
    code, pause = str(told.get("device_code", "")), _seconds(told.get("interval"), 5.0)
    where = told.get("verification_uri") or told.get("verification_url")
    show(f"Open {where} and type {told.get('user_code')}. Sign in as the sender.")
    fields = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": client_id,
        "device_code": code,
    }
    for _ in range(_PATIENCE):
        wait(pause)
        try:
            return _refresh_token(ask_for_token(http, service.token_url, fields), service)
        except TokenRefused as refused:
            if refused.code == "slow_down":
                pause += 5.0
            elif refused.code != "authorization_pending":
                raise
    raise DeliveryError("nobody gave leave in time: run `digest smtp login` again")


def consent_address(service: OauthService, client_id: str, state: str) -> str:
    """Return the page on which an operator gives leave."""
    asked = {
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": service.scope,
        "access_type": "offline",
        "prompt": "consent",
        "state": state,
    }
    return f"{service.consent_url}?{urlencode(asked)}"


def grant_by_address(
    service: OauthService,
    client_id: str,
    client_secret: str,
    *,
    http: Callable[[], httpx.Client],
    show: Callable[[str], None],
    ask: Callable[[str], str],
) -> str:
    """Let the operator give leave in a browser anywhere; return the refresh token.

    ask: asks for a line. Raises DeliveryError.
    """
    state = secrets.token_urlsafe(16)
    page = consent_address(service, client_id, state)
    show(f"Open this page and sign in as the sender:\n\n{page}\n")
    show("The browser then shows that it cannot connect: that is right. Copy its address.")
    query = parse_qs(urlsplit(ask("The address").strip()).query)
    if query.get("state") != [state] or not query.get("code"):
        raise DeliveryError("that is not the address: `code=` and this login's `state=` are in it")
    fields = {
        "grant_type": "authorization_code",
        "code": query["code"][0],
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": REDIRECT,
    }
    return _refresh_token(ask_for_token(http, service.token_url, fields), service)


def _refresh_token(answer: dict[str, Any], service: OauthService) -> str:
    token = answer.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise DeliveryError(f"{service.name} gave no refresh token: is offline access allowed?")
    return token


def _seconds(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) and 0 < value < 600 else default
