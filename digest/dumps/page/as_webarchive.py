"""The saved page as Safari keeps it: a web archive, a property list with the page's HTML in it."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from digest.dumps.interface import Dump
from digest.dumps.page.as_html import PageHtml
from digest.errors import DumpError

BINARY_SIGN = b"bplist00"
_SIGN = b"WebMainResource"
_MAX_BYTES = 64 * 1024 * 1024  # with its pictures


class PageWebarchive:
    """The saved page as a web archive."""

    name = "page-webarchive"
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin a web archive, binary or XML."""
        if head.startswith(BINARY_SIGN):
            return True  # its keys may stand behind the pictures
        return b"<plist" in head[:1_000] and _SIGN in head[:4_000]

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read the page in it. Raises DumpError when there is none; see `Format.parse`."""
        told = PageHtml().parse(_main_page(data), now=now, captured_on=captured_on)
        return replace(told, format=self.name, parser_version=self.version)


def _main_page(data: bytes) -> bytes:
    """Return the page's own HTML as UTF-8."""
    if len(data) > _MAX_BYTES:
        raise DumpError(f"more than {_MAX_BYTES:,} bytes: no page is that large")
    try:
        archive = plistlib.loads(data)
    except Exception:  # plistlib raises whatever it stumbles over
        raise DumpError(
            "a web archive that cannot be read: save the page as HTML", line=1
        ) from None
    main = archive.get(_SIGN.decode()) if isinstance(archive, Mapping) else None
    content = main.get("WebResourceData") if isinstance(main, Mapping) else None
    if not isinstance(main, Mapping) or not isinstance(content, bytes):
        raise DumpError("a property list of Apple's without a page in it", line=1)
    encoding = main.get("WebResourceTextEncodingName")
    try:
        return content.decode(encoding if isinstance(encoding, str) else "utf-8").encode()
    except (LookupError, UnicodeError):
        return content
