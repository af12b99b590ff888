"""Quoted-printable (RFC 2045, 6.7) in pieces that can be joined in any order.

Each piece begins and ends at column 0, so a mail's body is a plain concatenation. Three more
properties are made here once, so that nothing has to look at a finished mail again:

- no line begins with a dot: the body needs no dot-stuffing (RFC 5321, 4.5.2);
- no line ends in white space and none holds two white spaces in a row: the body is its own
  canonical form under DKIM's relaxed rules (RFC 6376, 3.4.4);
- no `=_` ever occurs: a boundary that begins with `=_` cannot be in a body (RFC 2045, 6.7).
"""

from __future__ import annotations

import re

LINE = 75  # characters before the soft break's own "=": 76 in all
SOFT_BREAK = b"=\r\n"

# Whatever cannot stand for itself: controls, "=", non-ASCII, a tab, a space before a line's
# end or after another space.
_UNSAFE = re.compile(rb"[^\n -<>-~]| (?=\n|\Z)|(?<= ) ")
_EQUALS, _SPACE = b"= "
_GUARDED = b".F"  # a line that begins so may need an escape: a dot, and "From "
_PRINTABLE = bytes(range(0x20, 0x7F))
_ESCAPE = {bytes([byte]): f"={byte:02X}".encode() for byte in range(256)}


def encode(text: str) -> bytes:
    """Return text as quoted-printable UTF-8 that begins and ends at column 0.

    Line ends (LF, CRLF, CR) become CRLF. A text without a final line end gets a soft break.
    """
    if text.isascii() and (made := _one_line(text.encode("ascii"))) is not None:
        return made
    return _by_hand(text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def _one_line(raw: bytes) -> bytes | None:
    """Encode one line of printable ASCII, as most fills are; None: look more closely."""
    if not raw:
        return b""
    if raw[0] in _GUARDED or raw[-1] == _SPACE or b"  " in raw or raw.translate(None, _PRINTABLE):
        return None
    line = raw.replace(b"=", b"=3D")
    if len(line) <= LINE:
        return line + SOFT_BREAK
    parts: list[bytes] = []
    at, rest = 0, len(line)
    while rest > LINE:
        end = at + LINE
        if line[end - 1] == _EQUALS:  # an escape is not split
            end -= 1
        elif line[end - 2] == _EQUALS:
            end -= 2
        if line[end] in _GUARDED:
            return None
        parts.append(line[at:end])
        rest -= end - at
        at = end
    parts += (line[at:], b"")
    return SOFT_BREAK.join(parts)


def _by_hand(raw: bytes) -> bytes:
    """Encode any text; what many mails have in common is encoded once."""
    escaped = _UNSAFE.sub(_escape, raw)
    lines = escaped.split(b"\n")
    last = lines.pop()
    out = bytearray()
    for line in lines:
        _wrap(line, out)
        out += b"\r\n"
    if last:
        _wrap(last, out)
        out += SOFT_BREAK
    return bytes(out)


def _escape(found: re.Match[bytes]) -> bytes:
    return _ESCAPE[found[0]]


def _wrap(line: bytes, out: bytearray) -> None:
    """Append one hard line to out, with soft breaks, none of them inside an escape."""
    at = 0
    while True:
        rest = len(line) - at
        head = line[at : at + 5]
        guard = b"=2E" if head[:1] == b"." else b"=46" if head == b"From " else b""
        room = LINE - (2 if guard else 0)
        if rest <= room:
            out += guard + line[at + 1 :] if guard else line[at:]
            return
        end = at + room
        cut = line.find(b"=", max(end - 2, at), end)
        if cut >= 0:
            end = cut
        out += (guard + line[at + 1 : end] if guard else line[at:end]) + SOFT_BREAK
        at = end
