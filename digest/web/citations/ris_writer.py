"""Papers as RIS: a tag and a value a line, which ends in CRLF.

By EndNote's "RIS Format Specifications" (2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.composing.links import own_url
from digest.papers import Paper, arxiv_id_of, doi_of
from digest.web.citations.person import person_of


def written_ris(papers: Sequence[Paper]) -> str:
    """Return a record for each paper."""
    return "".join(
        f"{tag}  - {' '.join(value.split())}\r\n" for paper in papers for tag, value in _tags(paper)
    )


def _tags(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if paper.venue else "UNPB"
    yield "TI", paper.title
    for name in paper.authors:
        yield "AU", person_of(name).inverted
    if paper.venue:
        yield "T2", paper.venue
    if day := paper.published:
        yield "PY", f"{day.year:04}"
        yield "DA", f"{day.year:04}/{day.month:02}/{day.day:02}"
    if doi := doi_of(paper):
        yield "DO", doi
    if arxiv_id := arxiv_id_of(paper):
        yield "M1", f"arXiv:{arxiv_id}"
    if url := own_url(paper):
        yield "UR", url
    for keyword in paper.keywords:
        yield "KW", keyword
    if paper.abstract:
        yield "AB", paper.abstract
    yield "ER", ""
