"""CSL JSON, what Zotero and other reference managers export, and Crossref's answers in its form.

https://docs.citationstyles.org/en/stable/specification.html; Crossref puts titles into lists and
dates under more names (https://api.crossref.org/swagger-ui/index.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from digest.dumps import fields
from digest.dumps.bibliographic_record import Told, listed
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.json_family import JsonPapers, Values, at, first_text, json_objects, texts

_SIGN = re.compile(
    r'"(?:date-parts|container-title|citation-key|message-type|non-dropping-particle)"\s*:'
    r'|"author"\s*:\s*\[\s*\{\s*"(?:family|literal|given|ORCID|suffix|sequence)"\s*:'
    r'|"type"\s*:\s*"(?:article(?:-\w+)?|paper-conference|chapter|thesis|report|manuscript'
    r'|journal-article|proceedings-article|posted-content|book-chapter)"'
)
_DAYS = ("published-online", "published", "published-print", "issued", "posted", "available-date")


def _told(values: Values) -> Told:
    if isinstance(inner := values.get("message"), dict):  # Crossref's answers, in a list
        values = inner
    authors = json_objects(values.get("author"))
    title = first_text(values.get("title"))
    if title and (subtitle := first_text(values.get("subtitle"))):
        title = title if subtitle.lower() in title.lower() else f"{title}: {subtitle}"
    return Told(
        title=title,
        abstract=fields.text(values.get("abstract")),
        authors=filter(None, map(_name, authors)),
        day=next(filter(None, (_day(values.get(key)) for key in _DAYS)), None),
        dois=texts(values.get("DOI")),
        addresses=[a for a in (*texts(values.get("URL")), _landing(values)) if a],
        arxiv=[*texts(values.get("note")), *_archived(values)],
        keywords=[*listed_words(values.get("keyword")), *texts(values.get("subject"))],
        organisations=_organisations(values, authors),
        venue=first_text(
            values.get("container-title"), values.get("event-title"), at(values, "event", "name")
        ),
    )


def listed_words(told: Any) -> list[str]:
    """Return keywords from a list of them, or from one text with semicolons or commas."""
    if isinstance(told, list):
        return texts(told)
    text = fields.text(told)
    return listed(text if ";" in text else text.replace(",", ";"))


def _name(author: Values) -> str:
    """Return a name as it is read, its particles (`van`, `de la`) before the family name."""
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    name = " ".join(filter(None, (fields.text(author.get(part)) for part in parts)))
    return name or first_text(author.get("literal"), author.get("name"))


def _day(told: Any) -> date | None:
    """Return the whole day of a CSL date: parts (numbers or texts), `raw` or `literal`."""
    if isinstance(told, str):
        return read_day(told)
    parts = at(told, "date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and len(first) >= 3:
        return day_of_parts(*first[:3])
    return read_day(first_text(at(told, "raw"), at(told, "literal")))


def _landing(values: Values) -> str:
    return fields.text(at(values, "resource", "primary", "URL"))


def _archived(values: Values) -> list[str]:
    """Return a number with its archive: Zotero and pandoc tell an arXiv id in two fields."""
    archives = texts(values.get("archive")) + texts(values.get("publisher"))
    numbers = texts(values.get("number")) + texts(values.get("archive_location"))
    return [f"{archive} {number}" for archive in archives for number in numbers]


def _organisations(values: Values, authors: list[Values]) -> Iterator[str]:
    for author in authors:
        for told in json_objects(author.get("affiliation")):
            yield fields.text(told.get("name"))
        yield from texts(author.get("affiliation"))
    for institution in json_objects(values.get("institution")):
        yield fields.text(institution.get("name"))


CSL_JSON = JsonPapers(
    name="csl-json",
    sign=_SIGN,
    lists=("items", "references"),
    paper=("title", "DOI", "author"),
    told=_told,
)
