"""Google Scholar's alert mails: a heading with a link, a line of authors, a snippet.

A snippet is cut off, and so may be the authors; both are completed when another source tells
more. Google gives no day but the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.dumps import decoding, fields, mail_body
from digest.dumps.bibliographic_record import Told, record_told
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.dumps.names import split_names
from digest.errors import DumpError
from digest.papers import PaperRecord

_SIGN = re.compile(rb"gse_alrt_title|scholar\.google\.[a-z.]{2,6}/scholar_url\?", re.IGNORECASE)
_SENDER = re.compile(rb"scholar[\w-]*@google\.com", re.IGNORECASE)
_TITLES = "a[class*=gse_alrt_title], h3 a[href*=scholar_url]"
_KIND = re.compile(r"^\s*(?:\[[A-Z]{3,8}\]\s*)+")  # [PDF] [HTML]
_DASH = re.compile(r"\s+[-–—]\s+")
_YEAR = re.compile(r",?\s*(?:19|20)\d\d$")


class ScholarAlert:
    """A Google Scholar alert."""

    name = "scholar-alert"
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether a result of an alert is in these first bytes; never raises."""
        shown = b"<" in head and _SIGN.search(head) is not None
        return shown or mail_body.came_from(head, _SENDER)

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read an alert. Raises DumpError when there is no result in it."""
        markup = decoding.decode_tagged(mail_body.mail_body(data))
        if fields.nested_too_deeply(markup):
            raise DumpError("HTML nested too deeply", line=1)
        harvest = Harvest()
        lines = _lines_of(markup)
        number = 0
        # A node that fits both parts of the selector is found twice.
        found = {node.mem_id: node for node in LexborHTMLParser(markup).css(_TITLES)}
        for number, node in enumerate(found.values(), start=1):
            harvest.add(Entry(number, next(lines, None), {"node": node}), _paper)
        if number == 0:
            raise DumpError("a mail of Google Scholar without a result", line=1)
        return harvest.dump(self, captured_on)


def _lines_of(markup: str) -> Iterator[int]:
    line, counted = 1, 0
    for found in re.finditer(r"<a\b[^>]*(?:gse_alrt_title|scholar_url)[^>]*>", markup):
        line, counted = line + markup.count("\n", counted, found.start()), found.start()
        yield line


def _paper(entry: Entry) -> PaperRecord:
    node: LexborNode = entry.values["node"]
    byline, snippet = _below(node)
    authors, *published = _DASH.split(byline, maxsplit=1)
    authors = authors.rstrip("… .")
    venue = _YEAR.sub("", _DASH.split(published[0])[0].strip()) if published else ""
    told = Told(
        title=_KIND.sub("", _text(node)),
        abstract=snippet,
        authors=split_names(authors, inverted=False),
        addresses=filter(None, [_target(node.attributes.get("href") or "")]),
        arxiv=[byline],
        venue="" if "…" in venue else venue,
    )
    return record_told(entry, told)


def _below(title: LexborNode) -> tuple[str, str]:
    """Return the line of authors and the snippet that stand below a title."""
    heading = title
    while heading.parent is not None and heading.tag != "h3" and heading.next is None:
        heading = heading.parent
    found: list[str] = []
    node = heading.next
    while node is not None and node.tag != "h3" and len(found) < 2:
        if node.css_first(_TITLES) is not None:
            break
        if node.tag not in ("-text", "-comment", "br") and (text := _block(node)):
            found.append(text)
        node = node.next
    return (found[0] if found else "", found[1] if len(found) > 1 else "")


def _target(address: str) -> str | None:
    """Return where Google's redirect leads."""
    if "/scholar_url" not in address:
        return fields.web_address(address)
    try:
        asked = parse_qs(urlsplit(address).query)
    except ValueError:
        return None
    return fields.web_address(next(iter(asked.get("url", [])), ""))


def _block(node: LexborNode) -> str:
    return fields.text_of_html(node.html or "")


def _text(node: LexborNode) -> str:
    return " ".join(node.text().split())
