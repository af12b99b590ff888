"""Control characters that programs leave in a text: taken out before any format reads it.

A broken copy, a terminal or an old system leaves them (NUL, backspace, end of file, U+2028). They
are invalid in XML and JSON and stand in nobody's title. Line ends stay where they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.dumps.interface import Rejection
from digest.dumps.text import UTF16_MARKS

_FILL = b"\0\x1a"  # behind a text's end: a file system's fill, the end of file of CP/M and DOS
_MANY = 0.05  # share of a file's bytes: more is no text, or one in UTF-16 without its mark
_FEW = 8
_NO_TEXT = bytes({*range(9), *range(0x0E, 0x20), 0x7F})
_LINE_MARKS = re.compile(rb"\xc2\x85|\xe2\x80[\xa8\xa9]")  # U+0085, U+2028, U+2029
# A page break before a line is none within it.
_WITHIN = re.compile(
    rb"(?P<break>(?<![^\r\n])\x0c++|\x0c++(?=[\r\n]|\Z))"
    rb"|(?P<space>[\x0b\x0c\x1c-\x1f]++|\xc2\x85|\xe2\x80[\xa8\xa9])"
    rb"|(?P<nothing>\x1b\[[\d;?]*[A-Za-z]|[\x00-\x08\x0e-\x1b\x7f])"  # colours of a terminal
)
_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A file without the control characters that stood in it."""

    data: bytes
    notes: tuple[Rejection, ...] = ()  # one that tells of them, if there were any


def without_controls(data: bytes) -> CleanText:
    """Return a text without control characters: those that are white space become a space.

    What holds many is no text (or UTF-16 without its mark) and stays as it is, as do line marks of
    Unicode that end most of a text's lines.
    """
    if encoding := UTF16_MARKS.get(data[:2]):
        text = data[2:].decode(encoding, "replace").encode("utf-8", "replace")
        clean = without_controls(text)
        if clean.data == text:
            return CleanText(data)
        return CleanText(data[:2] + clean.data.decode().encode(encoding), clean.notes)
    marked = _LINE_MARKS.search(data) is not None and _are_marks_within(data)
    if not marked and _BYTES.search(data) is None:
        return CleanText(data)
    body = data.rstrip(_FILL)
    if len(body) - len(body.translate(None, _NO_TEXT)) > max(_FEW, _MANY * len(body)):
        return CleanText(data)
    found = [
        each
        for each in _WITHIN.finditer(body)
        if each.lastgroup != "break" and (marked or each[0][0] < 0x80)
    ]
    clean_data = _WITHIN.sub(lambda each: _instead(each, marked=marked), body)
    return CleanText(clean_data, (_note(body, found),) if found else ())


def _instead(found: re.Match[bytes], *, marked: bool) -> bytes:
    if found.lastgroup == "nothing":
        return b""
    return found[0] if found[0][0] >= 0x80 and not marked else b" "


def _are_marks_within(data: bytes) -> bool:
    """Return whether Unicode's line marks stand within lines: most lines end in another way."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False  # halves of another encoding's letters
    return len(_LINE_MARKS.findall(data)) <= 1 + data.count(b"\n") + data.count(b"\r")


def _note(body: bytes, found: list[re.Match[bytes]]) -> Rejection:
    first = found[0]
    before = body[: first.start()].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    name = f"U+{ord(first[0].decode()[0]):04X}"
    told = f"a control character ({name}) was"
    count = sum(1 if each[0][:1] == b"\x1b" else len(each[0].decode()) for each in found)
    if count > 1:
        told = f"{count} control characters (the first: {name}) were"
    return Rejection(before.count(b"\n") + 1, f"{told} taken out of the text")
