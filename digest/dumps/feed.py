"""Any RSS or Atom feed: journals, blogs, repositories.

Summaries are HTML in most feeds; they become text. feedparser reads what is not even well formed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from digest.dumps import feed_wrapping, fields, record, xml_tree
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.dumps.links import doi_in_address
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id

MAX_BYTES = 16 * 1024 * 1024
_MAX_BROKEN = 512 * 1024  # feedparser needs quadratic time where XML is not well formed
_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)
_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_LIBRARY = re.compile(rb"purl\.org/(?:net/biblio|ontology/bibo)|zotero\.org/namespaces")
_LATE_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?(\s+)(<\?xml[^<>]{0,200}\?>)")
_BARE_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#?\w{1,32};)", re.DOTALL)
_REFERENCE = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,32})|([0-9]{1,32}));", re.IGNORECASE)
_IDENTIFIERS = ("prism_doi", "dc_identifier", "doi", "id", "link")
_DAYS = ("published", "updated", "created", "prism_publicationdate", "prism_coverdate")


class Feed:
    """RSS 0.9 to 2.0 and Atom, from anybody."""

    name = "feed"
    version = 5

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin a feed; never raises."""
        root = xml_tree.root_name(head)
        return root in ("rss", "feed", "atom:feed") or (
            root == "rdf:RDF" and _LIBRARY.search(head) is None
        )

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a feed. Raises DumpError when it is none."""
        if len(data) > MAX_BYTES:
            raise DumpError(f"more than {MAX_BYTES:,} bytes: no feed is that large")
        if found := _ENTITIES.search(data):
            line = data.count(b"\n", 0, found.start()) + 1
            raise DumpError("XML that declares entities is refused", line=line)
        data = _repaired(data)
        if len(data) > _MAX_BROKEN and (broken := xml_tree.parse_xml(data)[1]):
            raise broken
        told = _read(data)
        if not told.get("version") and not told.entries:
            raise _refusal(told)
        lines = _lines_of_items(data)
        harvest = Harvest()
        for number, entry in enumerate(told.entries, start=1):
            values = _values(entry, site=fields.text(told.feed.get("link")))
            harvest.add(Entry(number, next(lines, None), values), _record)
        if told.get("bozo") and (error := _breakage(told)) and not _are_several(data):
            harvest.reject(error.line, error.reason)
        return harvest.dump(self, captured_on or _day_of(told.feed))


def _are_several(data: bytes) -> bool:
    """Return whether whole feeds stand one behind another: then all of them were read."""
    try:
        return xml_tree.parse_xml(data)[1] is None
    except DumpError:
        return False


def _repaired(data: bytes) -> bytes:
    """Return a feed without what is no well-formed XML but harmless; its lines stay where they are.

    White space before the declaration goes behind it, a bare `&` (`D&D`) becomes `&amp;`, a
    reference to no character (`&#x110000;`, `&#xD800;`) the sign for one that is unknown.
    """
    data = _LATE_DECLARATION.sub(rb"\2\1", data)
    data = _REFERENCE.sub(_possible_reference, data)
    return _BARE_AMPERSAND.sub(lambda found: found[0] if len(found[0]) > 1 else b"&amp;", data)


def _possible_reference(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else b"&#xFFFD;"


def _read(data: bytes) -> Any:
    """Return feedparser's reading. Raises DumpError where feedparser itself fails."""
    try:
        # Only a stream is safe: feedparser opens a string or bytes that name a file or an address.
        return feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # it has failed on hostile feeds with many kinds of error
        raise DumpError(f"feedparser failed on it: {error!r}", line=1) from error


def _breakage(told: Any) -> DumpError | None:
    """Return what was not well formed; a wrongly declared encoding is none of it."""
    error = told.get("bozo_exception")
    line = getattr(error, "getLineNumber", lambda: None)()
    if line is None:
        return None
    return DumpError(f"broken XML, read as far as it goes: {error.getMessage()}", line=line)


def _refusal(told: Any) -> DumpError:
    broken = _breakage(told)
    return (
        DumpError(f"no feed: {broken.reason}", line=broken.line) if broken else DumpError("no feed")
    )


def _lines_of_items(data: bytes) -> Iterator[int]:
    line, counted = 1, 0
    for found in _ITEM.finditer(data):
        line, counted = line + data.count(b"\n", counted, found.start()), found.start()
        yield line


def _values(entry: Any, *, site: str) -> dict[str, object]:
    identifiers = [text for key in _IDENTIFIERS if (text := fields.text(entry.get(key)))]
    link = _address(entry, site)
    title = feed_wrapping.unmarked(fields.text_of_html(fields.text(entry.get("title"))))
    bodies = [feed_wrapping.unwrap(body, title=title) for body in _bodies(entry)]
    told = max(bodies, key=lambda body: len(body.abstract))
    authors = feed_wrapping.author_names(entry.get("authors"))
    dois = [*map(doi_in_address, identifiers), *(body.doi for body in bodies)]
    return {
        "title": title,
        "abstract": told.abstract,
        "authors": list(authors or next(filter(None, (b.authors for b in bodies)), ())),
        "day": _day_of(entry) or next(filter(None, (body.day for body in bodies)), None),
        "link": link,
        "categories": [tag.get("term") for tag in entry.get("tags", [])],
        "arxiv": next(filter(None, map(_arxiv_id, identifiers)), None),
        "doi": next(filter(None, dois), None),
        "venue": entry.get("prism_publicationname") or fields.first(body.venue for body in bodies),
    }


def _address(entry: Any, site: str) -> str | None:
    """Return an entry's address; a relative one is below the site that the feed names."""
    for told in (entry.get("link"), entry.get("id")):
        if address := fields.web_address(told):
            return address
    relative = fields.text(entry.get("link"))
    try:
        return fields.web_address(urljoin(site, relative)) if relative and site else None
    except ValueError:
        return None


def _bodies(entry: Any) -> Iterator[str]:
    yield fields.text(entry.get("summary"))
    for content in entry.get("content", []):
        yield fields.text(content.get("value"))


def _arxiv_id(identifier: str) -> str | None:
    """Return an arXiv id only from what says that it is one: any number could look like it."""
    return find_arxiv_id(identifier) if "arxiv" in identifier.lower() else None


def _day_of(told: Any) -> date | None:
    """Return the day as the feed wrote it; feedparser guesses what a date leaves open."""
    return next(filter(None, (read_day(told.get(key)) for key in _DAYS if key in told)), None)


def _record(entry: Entry) -> PaperRecord:
    values = entry.values
    return record.build_record(
        title=entry.title("title"),
        abstract=entry.text("abstract"),
        position=entry.position,
        line=entry.line,
        authors=entry.names("authors"),
        published=values["day"],
        links=[Link("paper", values["link"])] if values["link"] else [],
        keywords=entry.words("categories"),
        arxiv_id=values["arxiv"],
        doi=values["doi"],
        venue=entry.text("venue"),
    )
