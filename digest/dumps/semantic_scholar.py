"""Semantic Scholar's graph and recommendation answers (https://api.semanticscholar.org/api-docs)."""

from __future__ import annotations

import re

from digest.dumps import fields
from digest.dumps.bibliographic_record import Told
from digest.dumps.dates import read_day
from digest.dumps.json_family import JsonPapers, Values, at, first_text, json_objects, texts


def _told(values: Values) -> Told:
    for wrapping in ("citingPaper", "citedPaper", "paper"):  # of a list of citations
        if isinstance(inner := values.get(wrapping), dict):
            values = inner
    authors = json_objects(values.get("authors"))
    arxiv = first_text(at(values, "externalIds", "ArXiv"), values.get("arxivId"))
    # Its own page is the last resort: readers want the paper.
    pages = [
        f"https://arxiv.org/abs/{arxiv}" if arxiv else "",
        fields.text(at(values, "openAccessPdf", "url")),
        fields.text(values.get("url")),
    ]
    doi = first_text(at(values, "externalIds", "DOI"), values.get("doi"))
    return Told(
        title=first_text(values.get("title")),
        abstract=fields.text(values.get("abstract")),
        authors=filter(None, (fields.text(each.get("name")) for each in authors)),
        day=read_day(values.get("publicationDate") or values.get("publicationdate")),
        dois=[doi] if doi else [],
        addresses=[f"https://doi.org/{doi}"] if doi and not arxiv else filter(None, pages),
        keywords=texts(values.get("fieldsOfStudy")),
        organisations=[name for each in authors for name in texts(each.get("affiliations"))],
        venue=first_text(
            values.get("venue"),
            at(values, "publicationVenue", "name"),
            at(values, "journal", "name"),
        ),
        ai_summary=fields.text(at(values, "tldr", "text")),
        ai_summary_model=fields.text(at(values, "tldr", "model")),
    )


SEMANTIC_SCHOLAR = JsonPapers(
    name="semantic-scholar",
    sign=re.compile(
        r'"(?:paperId|corpusId|corpusid|citingPaper|citedPaper|recommendedPapers)"\s*:'
        r'|\{\s*"total"\s*:\s*\d+\s*,\s*"(?:offset|token)"\s*:'
    ),
    lists=("data", "recommendedPapers", "papers"),
    paper=("title", "citingPaper", "citedPaper"),
    told=_told,
)
