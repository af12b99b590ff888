"""bioRxiv and medRxiv: the JSON of their `details` interface, a page at a time (30 or 100).

Every version of a preprint is an entry of its own; one DOI is one paper, at its first entry.
Answers of `pubs`, whose fields begin with `preprint_`, are read too.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from digest.dumps import fields, json_text, record
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.dumps.names import split_names
from digest.errors import DumpError, SourceRefused
from digest.papers import Link, PaperRecord, find_doi

_SIGN = re.compile(r'"(?:messages|collection)"\s*:\s*\[')
_PAGED = re.compile(
    r"(?P<before>/(?:details|pubs)/[\w-]+/(?:\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d|\d+d?))"
    r"(?:/(?P<cursor>\d+))?(?=/json\b|/?(?:[?#]|$))"
)
_SITES = {"biorxiv": "https://www.biorxiv.org", "medrxiv": "https://www.medrxiv.org"}
_GOOD = ("ok", "no posts found", "no results found")


class Biorxiv:
    """Answers of bioRxiv's and medRxiv's `details` interface."""

    name = "biorxiv"
    version = 4

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are a `details` answer; never raises."""
        text = json_text.json_opening(head)
        return text[:1] == "{" and _SIGN.search(text) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read one page of an answer. Raises DumpError when it is none or is a refusal."""
        text = json_text.decode_json(data)
        start = json_text.list_at(text, "collection")
        messages = _messages(text)
        if start is None and not messages:
            json_text.load_json(text)  # says where it is broken
            raise DumpError("no collection of preprints", line=1)
        status = fields.text(messages[0].get("status")) if messages else ""
        found = list(json_text.elements_of_lists(text, "collection")) if start is not None else []
        if not found and status.lower() not in (_GOOD if start is None else ("", *_GOOD)):
            raise SourceRefused(f"the service refused: {status[:200] or 'no reason given'}", line=1)
        harvest = Harvest()
        for element in found:
            harvest.take(element, _record)
        return harvest.dump(self, captured_on)


def next_cursor(data: bytes) -> int | None:
    """Return the cursor of the next page, or None when this page is the last.

    Never raises: a page that cannot be read has no next one.
    """
    try:
        messages = _messages(json_text.decode_json(data))
    except DumpError:
        return None
    if not messages:
        return None
    cursor, shown, total = (fields.count(messages[0].get(k)) for k in ("cursor", "count", "total"))
    if cursor is None or not shown or total is None or cursor + shown >= total:
        return None
    return cursor + shown


def next_address(address: str, data: bytes) -> str | None:
    """Return the address of the page after this one, or None (it is the last, or not paged)."""
    cursor = next_cursor(data)
    found = _PAGED.search(address)
    if cursor is None or not found or cursor <= int(found["cursor"] or 0):
        return None  # a cursor that does not move would fetch for ever
    return f"{address[: found.start()]}{found['before']}/{cursor}{address[found.end() :]}"


def _messages(text: str) -> list[dict[str, Any]]:
    start = json_text.list_at(text, "messages")
    found = json_text.elements(text, start) if start is not None else ()
    return [each.value for each in found if isinstance(each.value, dict)]


def _record(entry: Entry) -> PaperRecord:
    doi = find_doi(entry.text("doi", "preprint_doi"))
    server = entry.text("server", "preprint_platform").lower()
    links = []
    if doi:
        site = _SITES.get(server, "https://doi.org")
        links.append(
            Link("paper", f"{site}/content/{doi}" if server in _SITES else f"{site}/{doi}")
        )
    return record.build_record(
        title=fields.without_markup(entry.title("title", "preprint_title")),
        abstract=fields.without_markup(entry.text("abstract", "preprint_abstract")),
        position=entry.position,
        line=entry.line,
        authors=split_names(entry.text("authors", "preprint_authors"), inverted=True),
        published=entry.day("date", "preprint_date"),
        links=links,
        keywords=filter(None, [entry.text("category", "preprint_category")]),
        doi=doi,
        version=fields.count(entry.values.get("version")),
        revised=entry.day("date", "preprint_date"),
        organisations=filter(
            None,
            [
                entry.text(
                    "author_corresponding_institution",
                    "preprint_author_corresponding_institution",
                )
            ],
        ),
        venue=entry.text("published_journal"),
    )
