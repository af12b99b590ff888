"""Checks of a mail's bytes, as they would leave: what only shows once it is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy

from digest.composing.checks.finding import Finding

_LONGEST_LINE = 998  # octets, RFC 5322, 2.1.1
_FOLDED_AT = 78
_NEEDED = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Unsubscribe")
_ADDRESS = re.compile(rb"<[^<>\s]+>")


def bytes_findings(raw: bytes, *, bulk: bool = True) -> Iterator[Finding]:
    """Yield what is wrong with a mail's bytes: its lines, its headers, its way out (RFC 8058).

    With `bulk` false (a confirmation, say) no List-Unsubscribe is asked for.
    """
    head, _, _ = raw.partition(b"\r\n\r\n")
    yield from _line_findings(raw, head)
    parsed = message_from_bytes(raw, policy=policy.compat32)
    for name in _NEEDED:
        given = parsed.get_all(name, [])
        if len(given) != 1 and (bulk or name != "List-Unsubscribe"):
            yield Finding("header", "error", f"there are {len(given)} {name} headers, not one")
    if bulk:
        yield from _leaving_findings(head)
    kinds = [part.get_content_type() for part in parsed.walk()]
    if "text/plain" not in kinds:
        yield Finding("parts", "error", f"there is no text part: {', '.join(kinds)}")


def _line_findings(raw: bytes, head: bytes) -> Iterator[Finding]:
    lines = raw.split(b"\r\n")
    longest = max(map(len, lines))
    if longest > _LONGEST_LINE:
        yield Finding("lines", "error", f"a line has {longest} octets; {_LONGEST_LINE} are allowed")
    if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
        yield Finding("lines", "error", "there is a bare CR or LF")
    for line in head.split(b"\r\n"):
        if len(line) > _FOLDED_AT and b" " in line.lstrip().partition(b": ")[2]:
            text = line[:50].decode("ascii", "replace")
            yield Finding("header", "warning", f"a header line could be folded: {text}…")
        if not line.isascii():
            yield Finding("header", "error", f"a header is not ASCII: {line[:50]!r}")


def _leaving_findings(head: bytes) -> Iterator[Finding]:
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", head)
    found = re.search(rb"(?im)^List-Unsubscribe: ([^\r\n]*)", unfolded)
    if not found:
        return
    value = found[1]
    if b"=?" in value or not _ADDRESS.search(value):
        yield Finding("unsubscribe", "error", "List-Unsubscribe is broken; the button would be too")
    post = re.search(rb"(?im)^List-Unsubscribe-Post: ([^\r\n]*)", unfolded)
    if b"<https://" in value and (not post or post[1].strip() != b"List-Unsubscribe=One-Click"):
        message = (
            "an https List-Unsubscribe needs List-Unsubscribe-Post: List-Unsubscribe=One-Click"
        )
        yield Finding("unsubscribe", "error", message)
