"""Papers as a list in Markdown (https://spec.commonmark.org/)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.composing.links import own_url
from digest.papers import Paper, arxiv_id_of, doi_of

_MOST_NAMES = 12
# What may begin a markup within a line, of CommonMark or of what notebooks and forges add to it;
# a hyphen, a bracket or most colons there are only themselves.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&^@]|==|:(?=//|[\w+-]+:))")


def written_markdown(papers: Sequence[Paper], heading: str = "") -> str:
    """Return a line for each paper: its title, linked, who wrote it, where and when."""
    lines = "\n".join(map(_line, papers))
    return f"# {_escaped(heading)}\n\n{lines}\n" if heading else f"{lines}\n"


def _line(paper: Paper) -> str:
    title, url = _escaped(paper.title), own_url(paper)
    names = ", ".join(paper.authors[:_MOST_NAMES])
    if len(paper.authors) > _MOST_NAMES:
        names += ", et al."
    day = paper.published.isoformat() if paper.published else ""
    where = ", ".join(filter(None, (f"*{_escaped(paper.venue)}*" if paper.venue else "", day)))
    told = [f"**[{title}](<{url}>)**" if url else f"**{title}**", _escaped(names), where]
    if arxiv_id := arxiv_id_of(paper):
        told.append(f"arXiv:{arxiv_id}")
    if doi := doi_of(paper):
        told.append(f"doi:{_escaped(doi)}")
    return "- " + ". ".join(filter(None, told))


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
