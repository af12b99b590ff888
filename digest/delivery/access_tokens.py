"""Access tokens for relays that take no password (Microsoft 365, Google Workspace).

A token comes from a command of the operator's, or from an OAuth 2.0 refresh token (RFC 6749, 6).
It is kept in memory until shortly before its end; neither token is ever logged or shown.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx

from digest.errors import DeliveryError
from digest.private_files import private_file

COMMAND_SECONDS = 60
EARLY = timedelta(minutes=2)  # before its end a token is renewed
UNTOLD_LIFE = timedelta(minutes=10)  # of a token that does not say when it ends


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the relay is shown."""

    value: str = field(repr=False)
    ends: datetime


class TokenIssuer(Protocol):
    """Where access tokens come from. May take seconds."""

    def fresh(self, now: datetime) -> AccessToken:
        """Return a new token. Raises DeliveryError."""


@dataclass
class AccessTokens:
    """The current token of one relay; safe between threads."""

    issuer: TokenIssuer
    clock: Callable[[], datetime]
    _token: AccessToken | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def current(self) -> str:
        """Return a token that will hold for a while. Raises DeliveryError."""
        with self._lock:
            now = self.clock()
            if self._token is None or self._token.ends - EARLY <= now:
                self._token = self.issuer.fresh(now)
            return self._token.value

    def refused(self, value: str) -> None:
        """Forget a token that the relay did not take; the next login gets a new one."""
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._token = None


@dataclass(frozen=True, slots=True)
class CommandIssuer:
    """A command that prints a token, or an OAuth answer in JSON, on its standard output."""

    command: str

    def fresh(self, now: datetime) -> AccessToken:
        """Run the command. Raises DeliveryError; what it printed is not shown."""
        name = "delivery.smtp.token_command"
        try:
            done = subprocess.run(  # noqa: S603  (the operator's own command)
                shlex.split(self.command),
                check=False,
                capture_output=True,
                text=True,
                timeout=COMMAND_SECONDS,
            )
        except (OSError, ValueError) as error:
            raise DeliveryError(f"{name} cannot be run: {error}") from None
        except subprocess.TimeoutExpired:
            raise DeliveryError(f"{name} did not end within {COMMAND_SECONDS} s") from None
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]
            raise DeliveryError(f"{name} ended with {done.returncode}: {last}")
        text = done.stdout.strip()
        if text.startswith("{"):
            return _token_in(_json(text, name), now, name)
        if not text or len(text.split()) != 1:
            raise DeliveryError(f"{name} must print one token and nothing else")
        return AccessToken(text, now + UNTOLD_LIFE)


@dataclass(frozen=True, slots=True)
class RefreshIssuer:
    """A refresh token, kept in a file of its own: some services give a new one with each answer."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    refresh_file: Path
    http: Callable[[], httpx.Client] = field(repr=False)

    def fresh(self, now: datetime) -> AccessToken:
        """Ask the service. Raises DeliveryError."""
        fields = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "refresh_token": self._refresh_token(),
        }
        if self.client_secret:
            fields["client_secret"] = self.client_secret
        if self.scope:
            fields["scope"] = self.scope
        answer = ask_for_token(self.http, self.token_url, fields)
        again = answer.get("refresh_token")
        if isinstance(again, str) and again != fields["refresh_token"]:
            keep_refresh_token(self.refresh_file, again)
        return _token_in(answer, now, self.token_url)

    def _refresh_token(self) -> str:
        try:
            token = self.refresh_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            token = ""
        except (OSError, UnicodeDecodeError) as error:
            raise DeliveryError(f"cannot read {self.refresh_file}: {error}") from None
        if not token:
            raise DeliveryError(
                f"{self.refresh_file} holds no refresh token: run `digest smtp login`"
            )
        return token


def ask_for_token(
    http: Callable[[], httpx.Client], url: str, fields: dict[str, str]
) -> dict[str, Any]:
    """Return what a token endpoint answers (RFC 6749, 5.1).

    Raises TokenRefused with the service's error code, DeliveryError when there is no answer.
    """
    try:
        with http() as client:
            reply = client.post(url, data=fields, headers={"Accept": "application/json"})
    except httpx.HTTPError as error:
        reason = type(error).__name__
        raise DeliveryError(f"{httpx.URL(url).host} gave no token: {reason}") from None
    answer = _json(reply.text, url)
    if reply.status_code != httpx.codes.OK or "error" in answer:
        code = str(answer.get("error", reply.status_code))
        raise TokenRefused(str(httpx.URL(url).host), code, _first_line(answer))
    return answer


class TokenRefused(DeliveryError):
    """A service said no; `code` is its error (RFC 6749, 5.2)."""

    def __init__(self, host: str, code: str, said: str) -> None:
        hint = ": run `digest smtp login` again" if code == "invalid_grant" else ""
        super().__init__(f"{host} gives no token ({code}{': ' + said if said else ''}){hint}")
        self.code = code


def keep_refresh_token(path: Path, token: str) -> None:
    """Write a refresh token where only its owner reads it, whole or not at all.

    Raises DeliveryError.
    """
    beside = path.with_name(path.name + ".new")
    try:
        private_file(beside)
        beside.write_text(token + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise DeliveryError(f"cannot write {path}: {error.strerror}") from None


def _first_line(answer: dict[str, Any]) -> str:
    return str(answer.get("error_description", "")).split("\n")[0].strip()[:200]


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise DeliveryError(f"{where} answered with no JSON object")
    return answer


def _token_in(answer: dict[str, Any], now: datetime, where: str) -> AccessToken:
    value = answer.get("access_token")
    if not isinstance(value, str) or not value or not value.isascii() or " " in value:
        raise DeliveryError(f"{where} answered without an access_token")
    try:
        life = timedelta(seconds=float(answer.get("expires_in", UNTOLD_LIFE.total_seconds())))
    except (TypeError, ValueError, OverflowError):
        life = UNTOLD_LIFE
    return AccessToken(value, now + life)
