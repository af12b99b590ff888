"""The saved page pasted into a word processor: Rich Text Format."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from striprtf.striprtf import rtf_to_text

from digest.dumps.interface import Dump
from digest.dumps.page.as_text import PageText
from digest.dumps.page.card_facts import paper_id
from digest.errors import DumpError

# How a picture and a link's address (HYPERLINK) come out of their fields.
_PICTURE = re.compile(r"\[image: [^\]\n]*\][ ]?")
_LINK_ADDRESS = re.compile(r'[ ]?\("((?:https?:/)?/[^"\n]*|#[^"\n]*)"\)')

_SITE = "https://huggingface.co"

MAX_BYTES = 16 * 1024 * 1024  # a page of text is 1 MB


class PageRtf:
    """The saved page as RTF. Lines are those of the text that it shows."""

    name = "page-rtf"
    version = 5

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin RTF."""
        return head.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"{\\rtf")

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read the page in it. Raises DumpError when there is none; see `Format.parse`."""
        if len(data) > MAX_BYTES:
            raise DumpError(f"more than {MAX_BYTES:,} bytes: no page is that large")
        try:
            shown = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
        except (ValueError, LookupError, IndexError) as error:
            raise DumpError(f"RTF that cannot be read: {error}", line=1) from None
        shown = _LINK_ADDRESS.sub(_address_below, _PICTURE.sub("", shown))
        told = PageText().parse(shown.encode("utf-8", "replace"), now=now, captured_on=captured_on)
        return replace(told, format=self.name, parser_version=self.version)


def _address_below(link: re.Match[str]) -> str:
    """Return a paper's address on a line of its own; other addresses stand within a line."""
    address = f"{_SITE}{link[1]}" if link[1].startswith("/papers/") else link[1]
    return f"\n{address}\n" if paper_id(address) else ""
