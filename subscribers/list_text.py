"""The bytes of a list of readers → its lines, in the encodings that spreadsheets write. Pure.

Excel's "CSV" is in the code page of its country, which is guessed; its "Unicode text" is UTF-16.
Neither says so.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from subscribers.code_pages import code_page_name, likeliest

_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MOSTLY = 0.9  # share of NULs at every second byte: no other text has them


def spreadsheet_lines(data: bytes) -> Sequence[str]:
    """Return a file's lines with their ends, which are LF.

    Args:
        data: UTF-8 or UTF-16, with or without mark, or a code page, when no line beyond ASCII is
            UTF-8. What cannot be read is in lone surrogates.
    """
    text, _ = _decoded(data)
    return _lines(text.removeprefix("\ufeff"))


def guess_told(data: bytes) -> dict[str, int]:
    """Return what to say of a file whose encoding was guessed, and the first line that shows it."""
    text, codec = _decoded(data)
    for number, line in enumerate(_lines(text) if codec else (), start=1):
        if words := [word for word in re.split(r"[\s,;|]+", line) if not word.isascii()]:
            remark = f"no UTF-8: read as {codec}, as in {words[0]!r}; if that is wrong, save the"
            return {f"{remark} file as UTF-8 and begin again": number}
    return {}


def _lines(text: str) -> Sequence[str]:
    # Only CR, LF and CRLF end a line here: `str.splitlines` would cut at form feeds too.
    return io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text, and the encoding's name if it was guessed."""
    if wide := _MARKS.get(data[:2]) or _unmarked(data):
        return data.decode(wide, "replace"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        beyond = [line for line in data.splitlines() if not line.isascii()]
        if not any(map(_is_utf8, beyond)) and (codec := likeliest(data)):
            return data.decode(codec), code_page_name(codec)
        return data.decode("utf-8", "surrogateescape"), ""


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
