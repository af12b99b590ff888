"""The addresses of the readers' pages: one scheme for the mails, the pages and the tests. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from subscribers.tokens import Tokens

_TOKEN_IN_LINK = re.compile(r"/m/[A-Za-z0-9._-]+/|(?<=unsubscribe%20)[A-Za-z0-9._-]+")

MailAction = Literal["unsubscribe", "preferences", "read", "more", "less", "mute"]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links. `base_url` is where readers reach the front desk, without a last slash."""

    base_url: str
    tokens: Tokens

    def mail_token(self, subscriber: int, edition: int, now: datetime) -> str:
        """The one token of a mail. Edition 0: not from an issue but from a letter or a page."""
        return self.tokens.sign("mail", subscriber, edition, now=now)

    def in_mail(self, token: str, action: MailAction, about: int | None = None) -> str:
        """A link of a mail; `about` is the paper for more and less, the item's place for mute."""
        return mail_link(self.base_url, token, action, about)

    def preferences(self, subscriber: int, now: datetime) -> str:
        """A fresh link to a reader's preferences."""
        return self.in_mail(self.mail_token(subscriber, 0, now), "preferences")

    def confirm(self, subscriber: int, request: int, now: datetime) -> str:
        """The link of the confirmation mail: it is good for one request, once."""
        token = self.tokens.sign("confirm", subscriber, request, now=now)
        return f"{self.base_url}/confirm/{token}"

    def move(self, subscriber: int, new_email: str, now: datetime) -> str:
        """To the new address: get my mails here."""
        return f"{self.base_url}/move/{self.tokens.sign('move', subscriber, new_email, now=now)}"

    def stop(self, subscriber: int, now: datetime) -> str:
        """That was not me: cut off every link so far."""
        return f"{self.base_url}/stop/{self.tokens.sign('stop', subscriber, now=now)}"

    def restore(self, subscriber: int, old_email: str, new_key: str, now: datetime) -> str:
        """To the old address: take the move back."""
        token = self.tokens.sign("restore", subscriber, old_email, new_key, now=now)
        return f"{self.base_url}/restore/{token}"

    def export(self, subscriber: int, now: datetime) -> str:
        """Download everything that is kept about a reader."""
        return f"{self.base_url}/export/{self.tokens.sign('export', subscriber, now=now)}"

    def erase(self, subscriber: int, now: datetime) -> str:
        """Erase everything that is kept about a reader."""
        return f"{self.base_url}/erase/{self.tokens.sign('erase', subscriber, now=now)}"


def mail_link(base_url: str, token: str, action: MailAction, about: int | None = None) -> str:
    """Return a link of a mail below the front desk's address; see `Links.in_mail`."""
    tail = "" if about is None else f"/{about}"
    return f"{base_url.rstrip('/')}/m/{token}/{action}{tail}"


def without_tokens(text: str) -> str:
    """Return a mail's text or HTML with `(token)` for the token of each link of its reader's."""
    return _TOKEN_IN_LINK.sub(
        lambda found: "/m/(token)/" if found[0].startswith("/m/") else "(token)", text
    )
