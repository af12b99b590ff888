"""JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import re
from datetime import date, datetime

from digest.dumps import feed_wrapping, fields, json_text, record
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_SIGN = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version')


class JsonFeed:
    """A feed in JSON."""

    name = "json-feed"
    version = 4

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are a JSON Feed; never raises."""
        text = json_text.json_opening(head)
        return text[:1] == "{" and _SIGN.search(text) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a feed. Raises DumpError when it is none."""
        text = json_text.decode_json(data)
        if json_text.list_at(text, "items") is None:
            json_text.load_json(text)  # says where it is broken
            raise DumpError("a JSON Feed without items", line=1)
        harvest = Harvest()
        for element in json_text.elements_of_lists(text, "items"):
            harvest.take(element, _record)
        return harvest.dump(self, captured_on)


def _record(entry: Entry) -> PaperRecord:
    address = fields.first(filter(None, map(fields.web_address, _addresses(entry))))
    identifiers = " ".join(_addresses(entry))
    return record.build_record(
        title=entry.title("title"),
        abstract=_abstract(entry),
        position=entry.position,
        line=entry.line,
        authors=entry.names("authors") or fields.names([entry.values.get("author")]),
        published=entry.day("date_published", "date_modified"),
        links=[Link("paper", address)] if address else [],
        keywords=entry.words("tags"),
        arxiv_id=find_arxiv_id(identifiers) if "arxiv" in identifiers.lower() else None,
        doi=find_doi(identifiers),
    )


def _addresses(entry: Entry) -> list[str]:
    return [entry.text(key) for key in ("external_url", "url", "id")]


def _abstract(entry: Entry) -> str:
    plain = entry.text("content_text", "summary")
    shown = feed_wrapping.unwrap(entry.text("content_html"), title=entry.text("title")).abstract
    return max(plain, shown, key=len)
