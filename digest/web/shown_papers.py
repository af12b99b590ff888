"""Papers as pages, feeds and files may show them. Pure."""

from __future__ import annotations

from dataclasses import replace

from digest.composing.excerpt import harmless
from digest.papers import Paper


def legible(paper: Paper) -> Paper:
    """Return a paper without the signs in its words that act on what stands around them.

    Marks that turn the direction of text, control characters, and what neither XML 1.0 (2.2) nor
    UTF-8 can hold: one title with such a sign would make a whole feed unreadable. Mails leave out
    the same.
    """
    told = (paper.title, paper.abstract, paper.venue or "", *paper.authors, *paper.keywords)
    if all(map(str.isprintable, told)):  # so are nearly all
        return paper
    return replace(
        paper,
        title=harmless(paper.title),
        abstract=harmless(paper.abstract),
        venue=harmless(paper.venue) if paper.venue else paper.venue,
        authors=tuple(map(harmless, paper.authors)),
        keywords=tuple(map(harmless, paper.keywords)),
    )
