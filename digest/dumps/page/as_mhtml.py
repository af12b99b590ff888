"""The saved page as one file with its pictures: MHTML, as browsers write it (RFC 2557)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from digest.dumps.interface import Dump
from digest.dumps.page.as_html import PageHtml
from digest.dumps.page.as_text import PageText
from digest.errors import DumpError

_FIELD = re.compile(rb"[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*")
_SIGNS = re.compile(
    rb"^(?:from: <saved by|snapshot-content-location:|content-type: multipart/related"
    rb"|content-location: https?://)",
    re.IGNORECASE | re.MULTILINE,
)


class PageMhtml:
    """The saved page as MHTML."""

    name = "page-mhtml"
    version = 4

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are the fields that MHTML begins with."""
        data = head.lstrip(b"\xef\xbb\xbf\r\n ").replace(b"\r\n", b"\n")
        if not _FIELD.match(data):
            return False
        fields = data.partition(b"\n\n")[0]
        return b"mime-version" in fields.lower() and _SIGNS.search(fields) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read the page in it. Raises DumpError when there is none; see `Format.parse`."""
        bare = data.lstrip(b"\xef\xbb\xbf\r\n ")
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(bare)
        for kind, reader in (("text/html", PageHtml()), ("text/plain", PageText())):
            for part in message.walk():
                if part.get_content_type() == kind:
                    told = reader.parse(_text_of(part), now=now, captured_on=captured_on)
                    return replace(told, format=self.name, parser_version=self.version)
        raise DumpError("an MHTML file without a page in it", line=1)


def _text_of(part: EmailMessage) -> bytes:
    """Return a part's text as UTF-8, whatever it was written in."""
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset).encode("utf-8", "replace")
    except (LookupError, UnicodeDecodeError):
        return data
