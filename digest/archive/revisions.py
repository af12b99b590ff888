"""Newer versions of papers that the archive has: which records tell of one. Pure.

A version is news in two cases: the source announces it (arXiv's `replace`), or it counts it higher
than the one we knew, under another title or abstract. A version that we hear of for the first
time without an announcement is only remembered: what we have may well be its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.archive.diff import Known
from digest.archive.merging import ends_cut_off
from digest.archive.title_blocks import blocking_hashes
from digest.papers import Paper, PaperRecord, Revision, keys_of, title_key

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class RevisePaper:
    """A paper of the archive of which a source tells a newer version."""

    id: int
    revision: Revision
    changes: Mapping[str, Any]  # title and abstract of the newer version, where they differ
    offer: bool  # show it again to whom it was sent; False: remember the version
    new_keys: tuple[str, ...] = ()  # of a title that is new; other papers may own them
    new_blocks: tuple[int, ...] = ()


def revisions(
    records: Sequence[PaperRecord],
    announced: Sequence[PaperRecord],
    known: Known,
    *,
    show: bool,
) -> tuple[RevisePaper, ...]:
    """Plan which papers of the archive are newer versions in a dump, one intent a paper.

    announced: replacements, which are no papers of the dump. show: whether the operator wants
    newer versions shown; else they are only remembered, and the texts stay as they are.
    """
    told = [(record, False) for record in records] + [(record, True) for record in announced]
    told = [(record, news) for record, news in told if record.version is not None]
    identifiers = [_identifiers(record) for record, _ in told]
    owners = known.by_keys([key for keys in identifiers for key in keys]) if told else {}
    found: dict[int, RevisePaper] = {}
    for (record, news), keys in zip(told, identifiers, strict=True):
        papers = [owners[key] for key in keys if key in owners]
        revised = _revised(papers[0], record, news=news, show=show) if papers else None
        if revised and (
            revised.id not in found or found[revised.id].revision.version < revised.revision.version
        ):
            found[revised.id] = revised
    return tuple(found.values())


def _revised(paper: Paper, record: PaperRecord, *, news: bool, show: bool) -> RevisePaper | None:
    version = record.version or 0
    if version <= (paper.version or 0):
        return None
    changes = _changes(paper, record)
    is_news = news or (paper.version is not None and bool(changes))
    revision = Revision(version, record.revised)
    if not (show and is_news):
        return RevisePaper(paper.id, revision, {}, offer=False)
    # Whom should a paper be shown again that nobody was offered yet, or never will be?
    offer, retitled = bool(paper.edition), "title" in changes
    keys = keys_of(record) if retitled else ()
    blocks = blocking_hashes(record.title) if retitled else ()
    return RevisePaper(paper.id, revision, changes, offer, keys, blocks)


def _changes(paper: Paper, record: PaperRecord) -> dict[str, Any]:
    """Return the newer title and abstract, each with its source text, where the words differ."""
    changes: dict[str, Any] = {}
    if record.title.strip() and title_key(record.title) != title_key(paper.title):
        changes |= {"title": record.title, "source_title": record.source_title}
    whole = record.abstract.strip() and not ends_cut_off(record.abstract)
    if whole and _words(record.abstract) != _words(paper.abstract):
        changes |= {"abstract": record.abstract, "source_abstract": record.source_abstract}
    return changes


def _identifiers(record: PaperRecord) -> list[str]:
    """Return the keys that name a paper for sure: a title may be another paper's."""
    return [key for key in keys_of(record) if not key.startswith("title:")]


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
