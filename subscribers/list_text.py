"""The bytes of a list of readers → its lines, in the encodings that spreadsheets write. Pure.

Excel's "CSV" is in the code page of its country, in Western Europe Windows-1252; its "Unicode
text" is UTF-16. Neither says so.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MOSTLY = 0.9  # share of NULs at every second byte: no other text has them


def spreadsheet_lines(data: bytes) -> Sequence[str]:
    """Return a file's lines with their ends, which are LF.

    Args:
        data: UTF-8 or UTF-16, with or without mark, or Windows-1252, when no line beyond ASCII is
            UTF-8. What cannot be read is in lone surrogates.
    """
    text = _decoded(data).removeprefix("\ufeff")
    # Only CR, LF and CRLF end a line here: `str.splitlines` would cut at form feeds too.
    return io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()


def _decoded(data: bytes) -> str:
    if wide := _MARKS.get(data[:2]) or _unmarked(data):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        beyond = [line for line in data.splitlines() if not line.isascii()]
        if not any(map(_is_utf8, beyond)):
            try:
                return data.decode("cp1252")
            except UnicodeDecodeError:  # of another country: its names would come out wrong
                pass
        return data.decode("utf-8", "surrogateescape")


def _unmarked(data: bytes) -> str | None:
    half = len(data) // 2
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if half and data[first::2].count(0) > _MOSTLY * half:
            return encoding
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
