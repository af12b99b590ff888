"""Which papers of the archive a person means by a text."""

from __future__ import annotations

from digest.papers import Paper, bare_arxiv_id, find_arxiv_id, find_doi, title_key
from digest.storage.archive import ArchiveStore


def papers_named(archive: ArchiveStore, text: str, *, most: int | None = None) -> list[Paper]:
    """Return the papers that a link, an arXiv id, a DOI or a title names, the newest first.

    A title: whoever is called exactly so, else those in whose titles it stands, at most `most`.
    """
    keys = []
    if arxiv_id := find_arxiv_id(text):
        keys.append(f"arxiv:{bare_arxiv_id(arxiv_id)}")
    if doi := find_doi(text):
        keys.append(f"doi:{doi}")
    if keys:
        return sorted(archive.by_keys(keys), key=_age)
    key = title_key(text)
    alike = archive.titled(text, most)
    called_so = {each.id: each for each in alike if title_key(each.title) == key}
    called_so |= {each.id: each for each in archive.by_keys([f"title:{key}"])}
    return sorted(called_so.values(), key=_age) or alike


def _age(paper: Paper) -> int:
    return -paper.id


def numbered_or_named(archive: ArchiveStore, text: str) -> list[Paper]:
    """Return the same for an operator, who may also give a paper's number."""
    by_number = archive.get([int(text)]) if text.isdecimal() and len(text) < 18 else {}
    return list(by_number.values()) or papers_named(archive, text)
