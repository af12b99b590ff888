"""arXiv's listings as people save them: the pages `/list/cs.CL/new`, `/recent` and of a month.

Only `/new` prints abstracts. Replacements are newer versions, not new papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.dumps import decoding, fields, record
from digest.dumps.affiliations import split_byline, unnamed
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_SIGN = re.compile(
    rb"<dl\b[^>]*\bid=[\"']?articles|class=[\"']?list-title|\barxiv\.org/list/[\w.-]+/",
    re.IGNORECASE,
)
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|!--|\?xml)", re.IGNORECASE)
_DAY = re.compile(r"(?:\w{3,9}, )?\d{1,2} \w{3,9} \d{4}|\w{3}, \d{1,2} \w{3} \d{4}")
_CODE = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")
_LABEL = re.compile(r"^\s*(?:Title|Authors?|Comments|Subjects|Journal-ref|DOI):\s*")


class _Item(NamedTuple):
    term: LexborNode  # <dt>: its number and its links
    told: LexborNode | None  # <dd>: everything else
    section: str  # the heading above it
    day: date | None


class ArxivList:
    """A saved listing of arXiv."""

    name = "arxiv-list"
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are a page of arXiv's listings; never raises."""
        return _HTML.match(head) is not None and _SIGN.search(head) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a listing. Raises DumpError when there is no entry in it."""
        markup = decoding.decode_tagged(data)
        if fields.nested_too_deeply(markup):
            raise DumpError("HTML nested too deeply", line=1)
        lines = _Lines(markup)
        harvest = Harvest()
        number = 0
        days: list[date | None] = []
        for number, item in enumerate(_items(LexborHTMLParser(markup)), start=1):
            address = _address(item.term)
            entry = Entry(number, lines.of(address), {"item": item, "address": address})
            replaced = item.section.lower().startswith("replace")
            (harvest.replace if replaced else harvest.add)(entry, _paper)
            days.append(item.day)
        if number == 0:
            raise DumpError("a page of arXiv without a list of papers", line=1)
        latest = max((day for day in days if day), default=None)
        return harvest.dump(self, captured_on or latest)


class _Lines:
    """Finds on which line of the markup each address stands, going forward once."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._at, self._line = 0, 1

    def of(self, address: str) -> int:
        """Return the line of the next place where an address stands."""
        found = self._markup.find(address, self._at) if address else -1
        if found >= 0:
            self._line += self._markup.count("\n", self._at, found)
            self._at = found
        return self._line


def _items(tree: LexborHTMLParser) -> Iterator[_Item]:
    section, day = "", None
    term: LexborNode | None = None
    for node in tree.css("h1, h2, h3, dl dt, dl dd"):
        if node.tag == "dd":
            if term is not None:
                yield _Item(term, node, section, day)
            term = None
            continue
        if term is not None:
            yield _Item(term, None, section, day)
        term = node if node.tag == "dt" else None
        if term is None:
            section = _text(node)
            if found := _DAY.search(section):
                day = read_day(found[0]) or day
    if term is not None:
        yield _Item(term, None, section, day)


def _paper(entry: Entry) -> PaperRecord:
    item: _Item = entry.values["item"]
    number = find_arxiv_id(entry.values["address"]) or find_arxiv_id(_text(item.term))
    title = _told(item, ".list-title")
    if number is None or not title:
        raise Unreadable(f"no {'title' if number else 'arXiv id'}")
    links = item.told.css(".list-authors a") if item.told else []
    names = [name for link in links if (name := _text(link))]
    authors, more = unnamed(_told(item, ".list-authors"))
    byline = split_byline(authors)
    return record.build_record(
        title=title,
        abstract=_told(item, "p.mathjax, p.abstract"),
        position=entry.position,
        line=entry.line,
        authors=names or byline.names,
        author_count=len(names or byline.names) + more or None,
        published=item.day,
        links=[Link("paper", f"https://arxiv.org/abs/{number}")],
        keywords=_CODE.findall(_told(item, ".list-subjects")),
        arxiv_id=number,
        doi=find_doi(_told(item, ".list-doi")),
        organisations=byline.organisations,
        venue=_told(item, ".list-journal-ref"),
        comment=_told(item, ".list-comments"),
    )


def _told(item: _Item, selector: str) -> str:
    node = item.told.css_first(selector) if item.told else None
    return _LABEL.sub("", _text(node)) if node else ""


def _text(node: LexborNode) -> str:
    return " ".join(node.text().split())


def _address(term: LexborNode) -> str:
    links = (link.attributes.get("href") or "" for link in term.css("a"))
    return next((link for link in links if "/abs/" in link), "")
