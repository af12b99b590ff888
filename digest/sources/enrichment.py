"""Filling in what a page does not print: a title without an id is looked up elsewhere.

Optional and never in the way: a lookup that fails leaves the paper as it was. Answers are cached,
fruitless ones too, but never what is no answer. A doubtful match is no match: a wrong link is
worse than none.
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
from digest.papers import PaperRecord, find_arxiv_id, title_key

Service = Literal["arxiv", "hugging-face"]

ARXIV = "https://export.arxiv.org"
LONGEST_KEPT = 1_000_000  # bytes; five papers are 20 KB
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
    base: str = ""  # another address of the service, a mirror's for instance; "": its own

    def enrich(self, record: PaperRecord, *, now: datetime) -> PaperRecord:
        """Return the record with its gaps filled, or as it was; never raises for the service."""
        if record.arxiv_id or record.doi:
            return record
        told = self._answered(lookup_address(record.title, self.service, self.base), now)
        found = best_match(record.title, told)
        return filled_in(record, found) if found else record

    def find(self, text: str, *, now: datetime) -> PaperRecord | None:
        """Return the paper that an arXiv id or a title names; None when that is not clear."""
        if number := find_arxiv_id(text):
            told = self._answered(paper_address(number, self.service, self.base), now)
            return next((each for each in told if each.arxiv_id == number), None)
        return best_match(text, self._answered(lookup_address(text, self.service, self.base), now))

    def _answered(self, address: str, now: datetime) -> tuple[PaperRecord, ...]:
        """Return the papers that the service has at an address."""
        kept = self.cache.answer(address)
        body = self.fetch(address) if kept is None else kept
        told = None if body is None else candidates(body, self.service, now=now)
        if body is None or told is None:
            return ()
        if kept is None and len(body) <= LONGEST_KEPT:
            self.cache.keep(address, body)
        return told


def lookup_address(title: str, service: Service, base: str = "") -> str:
    """Return the address that searches a service, or what `base` has in its place."""
    words = _WORDS.findall(title)[:30]
    if service == "arxiv":
        query = urlencode({"search_query": f'ti:"{" ".join(words)}"', "max_results": 5})
        return f"{base.rstrip('/') or ARXIV}/api/query?{query}"
    query = urlencode({"q": " ".join(words)[:250]})
    return f"{base.rstrip('/') or SITE}/api/papers/search?{query}"


def paper_address(arxiv_id: str, service: Service, base: str = "") -> str:
    """Return the address at which a service tells of one paper, or what `base` has in its place."""
    if service == "arxiv":
        return f"{base.rstrip('/') or ARXIV}/api/query?{urlencode({'id_list': arxiv_id})}"
    return f"{base.rstrip('/') or SITE}/api/papers/{arxiv_id}"


def candidates(body: bytes, service: Service, *, now: datetime) -> tuple[PaperRecord, ...] | None:
    """Return the papers in a service's answer; None when it is none (a busy service's page)."""
    reader: Format = Arxiv() if service == "arxiv" else HuggingFaceJson()
    try:
        return reader.parse(body, now=now, captured_on=None).records
    except DumpError:
        return None


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


def filled_in(record: PaperRecord, found: PaperRecord) -> PaperRecord:
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
        ai_summary=record.ai_summary or found.ai_summary,
        ai_summary_model=(record if record.ai_summary else found).ai_summary_model,
        ai_keywords=record.ai_keywords or found.ai_keywords,
        organisations=record.organisations or found.organisations,
        venue=record.venue or found.venue,
        comment=record.comment or found.comment,
        github_url=record.github_url or found.github_url,
        github_stars=record.github_stars or found.github_stars,
        submitter=record.submitter or found.submitter,
    )


def _alike(one: str, other: str) -> bool:
    if [n.lower() for n in _NUMERAL.findall(one)] != [n.lower() for n in _NUMERAL.findall(other)]:
        return False
    return fuzz.ratio(one.casefold(), other.casefold(), score_cutoff=ALIKE) > 0
