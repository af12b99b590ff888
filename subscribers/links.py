"""The addresses of the readers' pages: one scheme for the mails, the pages and the tests. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

import idna

from subscribers.addresses import address_hash
from subscribers.errors import TokenError
from subscribers.messages import message
from subscribers.tokens import Tokens

_TOKEN_IN_LINK = re.compile(r"/m/[A-Za-z0-9._-]+/|(?<=unsubscribe%20)[A-Za-z0-9._-]+")
_LONGEST = 500  # characters: with a token after it, it still fits on a header's line
_NOT_IN_ADDRESSES = re.compile(r"[\s\x00-\x1f\x7f<>\"'`\\^{}|]")
_ASCII_HOST = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?"
)

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

    def invite(self, subscriber: int, now: datetime) -> str:
        """The link of an invitation: there its reader chooses keywords, or declines."""
        return f"{self.base_url}/invite/{self.tokens.sign('invite', subscriber, now=now)}"

    def shared(self, day: date, papers: Sequence[int], made: datetime) -> str:
        """A page to share with an issue's papers: it names no reader and is no key.

        made: when the edition was opened, so that the link is the same whoever makes it when.
        """
        token = self.tokens.sign("share", day.toordinal(), *papers, now=made)
        return f"{self.base_url}/shared/{token}"

    def read_shared(self, token: str, now: datetime) -> tuple[date, tuple[int, ...]]:
        """Return the day and the papers of a page to share. Raises TokenError."""
        day, *papers = self.tokens.read("share", token, now).numbers() or (0,)
        if not 1 <= day <= date.max.toordinal():
            raise TokenError(message("this link is incomplete; copy the whole of it"))
        return date.fromordinal(day), tuple(papers)

    def move(self, subscriber: int, new_email: str, now: datetime) -> str:
        """To the new address: get my mails here."""
        return f"{self.base_url}/move/{self.tokens.sign('move', subscriber, new_email, now=now)}"

    def stop(self, subscriber: int, now: datetime) -> str:
        """That was not me: cut off every link so far."""
        return f"{self.base_url}/stop/{self.tokens.sign('stop', subscriber, now=now)}"

    def restore(self, subscriber: int, old_email: str, new_email: str, now: datetime) -> str:
        """To the old address: take the move back. Whoever reads it does not learn the new one."""
        moved_to = address_hash(new_email, self.tokens.address_key)
        token = self.tokens.sign("restore", subscriber, old_email, moved_to, now=now)
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


def read_base_url(text: str) -> str:
    """Return where readers reach the pages as it stands in every link: ASCII, no last slash.

    The host's letters beyond ASCII become A-labels (RFC 5891), the path's percent-encoded UTF-8
    (RFC 3986, 2.5). Empty stays empty: there are no pages.

    Raises:
        ValueError: no page's address can be made of it; the text says why.
    """
    text = text.strip()
    if not text:
        return ""
    if _NOT_IN_ADDRESSES.search(text) or len(text) > _LONGEST:
        raise ValueError(f"write an address of at most {_LONGEST} characters without blanks,"
                         " quotes and brackets")  # fmt: skip
    try:
        at = urlsplit(text)
        host, port = at.hostname or "", at.port
    except ValueError as error:
        raise ValueError(f"this is no address: {error}") from None
    if at.scheme not in ("http", "https") or not host:
        raise ValueError("write an address such as https://papers.example.org")
    if "@" in at.netloc:
        raise ValueError("leave the user and the password away: every reader would see them")
    if "?" in text or "#" in text:
        raise ValueError("leave away what begins with ? or #: links are made by adding to it")
    return f"{at.scheme}://{_ascii_host(host)}{f':{port}' if port else ''}{_ascii_path(at.path)}"


def _ascii_host(host: str) -> str:
    if ":" in host:  # urlsplit let it through in brackets only
        return f"[{ipaddress.IPv6Address(host)}]"
    if host.isascii():
        if _ASCII_HOST.fullmatch(host):
            return host
        raise ValueError(f"{host!r} is no host's name")
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"{host!r} is no host's name: {error}") from None


def _ascii_path(path: str) -> str:
    try:
        segments = unquote(path.rstrip("/"), errors="strict").split("/")[1:]
    except UnicodeDecodeError:
        raise ValueError("what is percent-encoded in its path is not UTF-8") from None
    if any(segment in ("", ".", "..") or not segment.isprintable() for segment in segments):
        raise ValueError("its path has an empty part, a dot alone, or what nobody can see")
    return "".join(["/" + quote(segment, safe="~@:+,=") for segment in segments])
