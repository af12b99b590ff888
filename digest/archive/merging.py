"""One paper told by several sources: the best of each field, and who told it.

Pure. `contradiction` says when two records cannot be one paper whatever else agrees;
`improvements` says what a paper gains from another record of it. Ingesting the same dumps in
another order ends in the same counts, dates, links and keywords; of two equally good titles or
abstracts the first stays, so that what a reader saw does not flicker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from digest.papers import Paper, PaperRecord, arxiv_id_of, doi_of

_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*$")
_TEX_LEFT = re.compile(r"\\[A-Za-z]+|\$|[_^]\{")

T = TypeVar("T")


Facts = Paper | PaperRecord  # both carry all that a source can tell

# Every field that a source can tell; `position` and `line` belong to a dump, not to the paper.
FIELDS = (
    "title",
    "abstract",
    "source_title",
    "source_abstract",
    "authors",
    "author_count",
    "published",
    "comments",
    "upvotes",
    "links",
    "keywords",
    "arxiv_id",
    "doi",
    "ai_summary",
    "ai_summary_model",
    "ai_keywords",
    "organisations",
    "venue",
    "comment",
    "github_url",
    "github_stars",
    "submitter",
)


def improvements(existing: Facts, incoming: Facts) -> dict[str, Any]:
    """Return the fields of `existing` that `incoming` betters, with their new values.

    The caller has made sure that both are the same paper.
    """
    better: dict[str, Any] = {}
    if _better_title(existing.title, incoming.title):
        better |= {"title": incoming.title, "source_title": incoming.source_title}
    if _better_abstract(_own_abstract(existing), _own_abstract(incoming)):
        better |= {"abstract": incoming.abstract, "source_abstract": incoming.source_abstract}
    if not existing.ai_summary and incoming.ai_summary:  # with its model: they belong together
        better |= {
            "ai_summary": incoming.ai_summary,
            "ai_summary_model": incoming.ai_summary_model,
        }
    better |= {
        "authors": _fuller_authors(existing.authors, incoming.authors),
        "author_count": _greatest(
            existing.author_count, incoming.author_count, len(incoming.authors) or None
        ),
        "published": _first_day(existing.published, incoming.published),
        "comments": _greatest(existing.comments, incoming.comments),
        "upvotes": _greatest(existing.upvotes, incoming.upvotes),
        "links": _union(existing.links, incoming.links, key=lambda link: link.url),
        "keywords": _union(existing.keywords, incoming.keywords, key=str.casefold),
        "arxiv_id": arxiv_id_of(existing) or arxiv_id_of(incoming),
        # A journal's DOI tells more than arXiv's own, which repeats the arXiv id.
        "doi": doi_of(existing) or doi_of(incoming) or existing.doi or incoming.doi,
        "ai_keywords": _union(existing.ai_keywords, incoming.ai_keywords, key=str.casefold),
        "organisations": _union(existing.organisations, incoming.organisations, key=str.casefold),
        "venue": existing.venue or incoming.venue,
        # Authors add to their comment: "12 pages" becomes "12 pages, accepted at …".
        "comment": max(existing.comment, incoming.comment, key=lambda told: len(told or "")),
        "github_url": existing.github_url or incoming.github_url,
        "github_stars": _greatest(existing.github_stars, incoming.github_stars),
        "submitter": existing.submitter or incoming.submitter,
    }
    return {name: value for name, value in better.items() if value != getattr(existing, name)}


def provenance_of(record: Facts, source: str) -> dict[str, str]:
    """Return the provenance of a record that one source told alone: its filled fields."""
    return {name: source for name in FIELDS if getattr(record, name) not in (None, "", ())}


def ends_cut_off(text: str) -> bool:
    """Return whether a source shortened a text: it ends in an ellipsis."""
    return _CUT_OFF.search(text) is not None


def _better_title(ours: str, theirs: str) -> bool:
    if not theirs.strip():
        return False
    return _title_faults(theirs) < _title_faults(ours)


def _title_faults(title: str) -> tuple[bool, bool, bool, bool]:
    """Rate what is wrong with a title, the worst first."""
    shouted = title.isupper() and len(title) > 20  # an acronym alone is no shout
    return (not title.strip(), ends_cut_off(title), bool(_TEX_LEFT.search(title)), shouted)


def _own_abstract(facts: Facts) -> str:
    """Return the authors' abstract: a model's summary that stands in for it is none."""
    return "" if facts.abstract == facts.ai_summary else facts.abstract


def _better_abstract(ours: str, theirs: str) -> bool:
    """Prefer a whole abstract to a cut one and to none; a longer cut to a shorter.

    A revised abstract of the same completeness does not replace the one that readers were sent.
    """
    if not theirs.strip():
        return False
    if not ours.strip() or (ends_cut_off(ours) and not ends_cut_off(theirs)):
        return True
    if ends_cut_off(theirs) and not ends_cut_off(ours):
        return False
    return len(theirs) > len(ours) and (ends_cut_off(ours) or theirs.startswith(ours.rstrip(". ")))


def _fuller_authors(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """Prefer more names; among as many, the longer ones ("Ada Lovelace" to "A. Lovelace")."""
    return max(ours, theirs, key=lambda names: (len(names), sum(map(len, names))))


def _greatest(*counts: int | None) -> int | None:
    """Counts only grow, so the greatest is the newest, in whatever order dumps come in."""
    return max((count for count in counts if count is not None), default=None)


def _first_day(*days: date | None) -> date | None:
    """The earliest day that a source names: listings and replacements come later."""
    return min((day for day in days if day is not None), default=None)


def _union(ours: Iterable[T], theirs: Iterable[T], *, key: Callable[[T], str]) -> tuple[T, ...]:
    seen: dict[str, T] = {}
    for thing in (*ours, *theirs):
        seen.setdefault(key(thing), thing)
    return tuple(seen.values())
