"""Filling in what a page does not print: a title without an id is looked up elsewhere.

Optional and never in the way: a lookup that fails leaves the paper as it was, and its answer is
cached, a fruitless one too. A doubtful match is no match: a wrong link is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlencode

from rapidfuzz import fuzz

from digest.dumps.arxiv import Arxiv
from digest.dumps.hf_json import SITE, HuggingFaceJson
from digest.dumps.interface import Format
from digest.errors import DumpError
from digest.papers import PaperRecord, title_key

Service = Literal["arxiv", "hugging-face"]

ALIKE = 97.0  # percent of title similarity; below it, two titles are two papers
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)
_NUMERAL = re.compile(r"\d+|\b[ivx]+\b", re.IGNORECASE)


class AnswerCache(Protocol):
    """Keeps answers between runs."""

    def answer(self, address: str) -> bytes | None:
        """Return what this address answered, or None when it was never asked."""

    def keep(self, address: str, body: bytes) -> None:
        """Keep an answer."""


Fetch = Callable[[str], bytes | None]  # an address → its body, or None when it cannot be had


@dataclass(frozen=True, slots=True)
class Enricher:
    """Looks papers up at one service."""

    service: Service
    fetch: Fetch
    cache: AnswerCache

    def enrich(self, record: PaperRecord, *, now: datetime) -> PaperRecord:
        """Return the record with its gaps filled, or as it was; never raises for the service."""
        if record.arxiv_id or record.doi:
            return record
        address = lookup_address(record.title, self.service)
        body = self.cache.answer(address)
        if body is None:
            body = self.fetch(address)
            if body is None:
                return record
            self.cache.keep(address, body)
        found = best_match(record.title, candidates(body, self.service, now=now))
        return filled(record, found) if found else record


def lookup_address(title: str, service: Service) -> str:
    """Return the address that searches a service for this title."""
    words = _WORDS.findall(title)[:30]
    if service == "arxiv":
        query = urlencode({"search_query": f'ti:"{" ".join(words)}"', "max_results": 5})
        return f"https://export.arxiv.org/api/query?{query}"
    return f"{SITE}/api/papers/search?{urlencode({'q': ' '.join(words)[:250]})}"


def candidates(body: bytes, service: Service, *, now: datetime) -> tuple[PaperRecord, ...]:
    """Return the papers in a service's answer; one that cannot be read holds none."""
    reader: Format = Arxiv() if service == "arxiv" else HuggingFaceJson()
    try:
        return reader.parse(body, now=now, captured_on=None).records
    except DumpError:
        return ()


def best_match(title: str, found: Iterable[PaperRecord]) -> PaperRecord | None:
    """Return the one candidate with this title, or None when none or several have it.

    Equal title keys match; so do titles that are at least ALIKE and have the same numerals
    ("GPT-3" is not "GPT-4", Part I is not Part II).
    """
    several = list(found)
    exact = [each for each in several if title_key(each.title) == title_key(title)]
    chosen = exact or [each for each in several if _alike(title, each.title)]
    ids = {each.arxiv_id or each.doi for each in chosen}
    return chosen[0] if len(ids) == 1 and None not in ids else None


def filled(record: PaperRecord, found: PaperRecord) -> PaperRecord:
    """Return a record whose gaps are filled from another; what it has itself stays."""
    known = {link.url for link in record.links}
    return replace(
        record,
        abstract=record.abstract or found.abstract,
        source_abstract=record.source_abstract or found.source_abstract,
        authors=record.authors or found.authors,
        author_count=record.author_count or found.author_count,
        published=record.published or found.published,
        links=(*record.links, *(link for link in found.links if link.url not in known)),
        keywords=record.keywords or found.keywords,
        arxiv_id=record.arxiv_id or found.arxiv_id,
        doi=record.doi or found.doi,
    )


def _alike(one: str, other: str) -> bool:
    if [n.lower() for n in _NUMERAL.findall(one)] != [n.lower() for n in _NUMERAL.findall(other)]:
        return False
    return fuzz.ratio(one.casefold(), other.casefold(), score_cutoff=ALIKE) > 0
