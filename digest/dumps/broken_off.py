"""Whether a file's container breaks off, as downloads do: said beside what came before. Pure.

JSON and XML name the place themselves; a text shows it by its last sentence (`page/reading.py`).
"""

from __future__ import annotations

import re

_TAIL = 4_096  # bytes
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_HTML_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_BOUNDARY = re.compile(
    rb"^content-type: multipart/related;[^\0]{0,400}?boundary=\"?([^\"\s;]+)", re.I | re.M
)


def break_of(data: bytes) -> str:
    """Return how a file breaks off, for a sentence; "" when it does not, or cannot tell."""
    head, tail = data[:_TAIL].lstrip(b"\xef\xbb\xbf\r\n "), data[-_TAIL:].rstrip(b"\0\r\n\t ")
    if head.startswith(b"{\\rtf"):
        return "" if tail.endswith(b"}") else "no last brace of the RTF"
    if found := _BOUNDARY.search(head):
        ended = b"--" + found[1] + b"--" in tail
        return "" if ended else "no last boundary of the MHTML"
    # Tags at the end may be left out, as SingleFile does: then the last one that is there ends it.
    if _HTML.match(head) and not tail.endswith(b">") and not _HTML_END.search(tail):
        return "no end of the HTML"
    return ""
