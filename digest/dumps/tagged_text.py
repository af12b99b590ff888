"""Plain text files of records (BibTeX, RIS): bytes → text, bad bytes kept apart.

Unlike a saved page, one broken byte here costs its own record only.
"""

from __future__ import annotations

import re

from digest.dumps.harvest import Unreadable
from digest.dumps.text import MAX_BYTES
from digest.errors import DumpError

_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UNDECODED = re.compile("[\udc80-\udcff]")


def decode_tagged(data: bytes) -> str:
    """Return a text with LF line ends; bytes that are not UTF-8 become lone surrogates.

    Raises DumpError when it is empty, binary or too large.
    """
    if len(data) > MAX_BYTES:
        raise DumpError(f"more than {MAX_BYTES:,} bytes: no dump is that large")
    encoding = _UTF16.get(data[:2])
    text = data.decode(encoding or "utf-8", "replace" if encoding else "surrogateescape")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DumpError("binary data (a NUL byte), not text", line=line)
    if not text.strip("\ufeff \t\r\n"):
        raise DumpError("the file is empty")
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def refuse_undecoded(text: str, line: int) -> None:
    """Raise Unreadable when a record that begins at `line` holds a byte that was not UTF-8."""
    if found := _UNDECODED.search(text):
        where = line + text.count("\n", 0, found.start())
        raise Unreadable(f"line {where} is not UTF-8: byte 0x{ord(found[0]) - 0xDC00:02x}")
