"""Papers as CSL JSON (https://docs.citationstyles.org/en/stable/specification.html)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from digest.composing.links import own_url
from digest.papers import Paper, arxiv_id_of, doi_of
from digest.web.citations.person import person_of


def written_csl_json(papers: Sequence[Paper]) -> str:
    """Return an item for each paper, in a list."""
    return json.dumps([_item(paper) for paper in papers], ensure_ascii=False, indent=2) + "\n"


def _item(paper: Paper) -> dict[str, Any]:
    arxiv_id, day = arxiv_id_of(paper), paper.published
    values = {
        "id": f"paper-{paper.id}",
        "type": "article-journal" if paper.venue else "article",  # the latter is a preprint
        "title": paper.title,
        "author": [_name(name) for name in paper.authors],
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "container-title": paper.venue,
        "DOI": doi_of(paper),
        "URL": own_url(paper),
        "archive": "arXiv" if arxiv_id else None,
        "archive_location": arxiv_id,
        "keyword": "; ".join(paper.keywords),
        "abstract": paper.abstract,
    }
    return {name: value for name, value in values.items() if value}


def _name(name: str) -> dict[str, str]:
    person = person_of(name)
    if not person.given:
        return {"literal": person.family}
    parts = {
        "given": person.given,
        "non-dropping-particle": person.particle,
        "family": person.family,
        "suffix": person.suffix,
    }
    return {part: value for part, value in parts.items() if value}
