"""Plain text files of records (BibTeX, RIS): bytes → text, bad bytes kept apart.

Unlike a saved page, one broken byte here costs its own record only.
"""

from __future__ import annotations

import codecs
import re

from digest.dumps.entries_to_dump import Unreadable
from digest.dumps.text import MAX_BYTES, UTF16_MARKS
from digest.errors import DumpError

_UNDECODED = re.compile("[\udc80-\udcff]")
# `% Encoding: Cp1252` (JabRef), `-*- coding: latin-1 -*-` (Emacs), `!TeX encoding = ISO-8859-1`.
_DECLARED = re.compile(rb"(?:en)?coding\s*[:=]\s*[\"']?([A-Za-z][\w.:-]{2,30})", re.IGNORECASE)
_DECLARED_WITHIN = 4096  # bytes
_WESTERN = "cp1252"  # Latin-1 and what Windows has in the place of its control characters
_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_OF_ASIA = re.compile(rb"[\x80-\xff]{4}")  # no Western word has four such letters in a row


def decode_tagged(data: bytes) -> str:
    """Return a text with LF line ends and no byte-order mark, not even in the middle.

    Bytes that are not UTF-8 are read in the encoding that the file declares, else, line by line,
    as Windows-1252 where they can be; what is neither becomes lone surrogates.
    Raises DumpError when it is empty, binary or too large.
    """
    if len(data) > MAX_BYTES:
        raise DumpError(f"more than {MAX_BYTES:,} bytes: no dump is that large")
    text = _decoded(data).rstrip("\0")  # a file system's fill behind the end
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DumpError("binary data (a NUL byte), not text", line=line)
    text = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DumpError("the file is empty")
    return text


def opening(head: bytes) -> str:
    """Return the text of a file's first bytes, for recognising; never raises."""
    encoding = UTF16_MARKS.get(head[:2], "utf-8")
    text = head.decode(encoding, "replace").replace("\ufeff", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refuse_undecoded(text: str, line: int) -> None:
    """Raise Unreadable when a record that begins at `line` holds a byte of no known encoding."""
    if found := _UNDECODED.search(text):
        where = line + text.count("\n", 0, found.start())
        raise Unreadable(f"line {where} is not UTF-8: byte 0x{ord(found[0]) - 0xDC00:02x}")


def _decoded(data: bytes) -> str:
    if encoding := UTF16_MARKS.get(data[:2]):
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _declared(data)
    if declared is not None:
        return declared
    return "".join(map(_decoded_line, re.split(rb"(?<=[\r\n])", data)))


def _declared(data: bytes) -> str | None:
    """Return the text in the encoding that the file names, None if it names none that fits."""
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else "utf-8"
        return None if name.startswith("utf") else data.decode(_superset(name))
    except (LookupError, UnicodeError):
        return None


def _superset(encoding: str) -> str:
    return _WESTERN if encoding in ("iso8859-1", "ascii") else encoding


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        if _OF_UTF8.search(line) or _OF_ASIA.search(line):
            return line.decode("utf-8", "surrogateescape")
    try:
        return line.decode(_WESTERN)
    except UnicodeDecodeError:
        return line.decode("utf-8", "surrogateescape")
