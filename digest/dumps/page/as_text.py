"""The saved page of papers as text, in any dress: plain, quoted, wrapped, or as Markdown."""

from __future__ import annotations

import re
from datetime import date, datetime

from digest.dumps import mail_body, text
from digest.dumps.interface import Dump
from digest.dumps.page import recognising
from digest.dumps.page.daily_mail import read_saved
from digest.dumps.page.folded_lines import renumbered, unfolded
from digest.dumps.page.pieces import Source
from digest.dumps.page.plain import read_text
from digest.dumps.page.records import to_dump
from digest.errors import DumpError

_OTHER_FORMATS = re.compile(
    rb"\s*(?:<(?:!doctype|html|\?xml|rss|feed)|\{\s*[\"}]|\[\s*(?:[\"{\]]|\[\s*[\"\d\[{])|\{\\rtf)",
    re.IGNORECASE,
)

_MAIL = re.compile(rb"^MIME-Version:\s", re.IGNORECASE | re.MULTILINE)


class PageText:
    """The saved page as text."""

    name = "page-text"
    version = 7

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are a saved page's text; never raises."""
        head = _body(head)
        if _OTHER_FORMATS.match(head.removeprefix(b"\xef\xbb\xbf")):
            return False
        end = max(head.rfind(b"\n"), head.rfind(b"\r")) + 1
        whole = head[:end] if len(head) >= 60_000 and end > 0 else head
        try:
            return recognising.is_page(read_saved(page_source(whole)[0]))
        except DumpError:
            return False

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a whole page. Raises DumpError when it is none; see `Format.parse`.

        Of a mail that was saved whole the lines are those of its body.
        """
        data = _body(data)
        source, lines = page_source(data)
        reading = read_saved(source)
        if not recognising.is_page(reading):
            raise recognising.refusal(reading, lines)
        return to_dump(reading, self, now=now, captured_on=captured_on)


def _body(data: bytes) -> bytes:
    """Return the text of a mail that was saved whole (`.eml`); anything else as it is."""
    if _MAIL.search(data[:16_384].replace(b"\r\n", b"\n").partition(b"\n\n")[0]) is None:
        return data
    return mail_body.mail_body(data, ("text/plain", "text/html"))


def page_source(data: bytes) -> tuple[Source, tuple[str, ...]]:
    """Return a page's pieces and its lines, whole, in whatever encoding and however it was cut.

    Raises DumpError when it is no text.
    """
    whole = unfolded(text.as_utf8(data))
    lines = page_lines(whole.data)
    return renumbered(read_text(lines), whole.spans), lines.all


def page_lines(data: bytes) -> text.Lines:
    """Return the lines of a page in whatever encoding. Raises DumpError when it is no text."""
    return text.with_marked_ends(text.decode_text(text.as_utf8(data)))
