"""COinS: a paper as an OpenURL ContextObject, for the title of an empty span in a page.

Zotero's button and other extensions read it there. ANSI/NISO Z39.88-2004; the span's class and
form are of http://ocoins.info (the page is gone; web.archive.org keeps it).
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlencode

from digest.composing.links import own_url
from digest.papers import Paper, arxiv_id_of, doi_of
from digest.web.citations.person import person_of

_MOST_NAMES = 50


def context_object(paper: Paper) -> str:
    """Return a paper as key/encoded-value pairs, to be escaped once more as HTML."""
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rfr_id", "info:sid/digest"),
        ("rft.genre", "article" if paper.venue else "preprint"),
        ("rft.atitle", paper.title),
    ]
    if paper.venue or arxiv_id_of(paper):
        pairs.append(("rft.jtitle", paper.venue or f"arXiv:{arxiv_id_of(paper)}"))
    if paper.published:
        pairs.append(("rft.date", paper.published.isoformat()))
    if paper.authors and (first := person_of(paper.authors[0])).given:
        family = " ".join(filter(None, (first.particle, first.family)))
        pairs += [("rft.aufirst", first.given), ("rft.aulast", family)]
    pairs += [("rft.au", name) for name in paper.authors[:_MOST_NAMES]]
    if doi := doi_of(paper):
        pairs.append(("rft_id", f"info:doi/{doi}"))
    if url := own_url(paper):
        pairs.append(("rft_id", url))
    return urlencode(pairs, quote_via=quote)


def coins_span(paper: Paper) -> str:
    """Return the span itself."""
    return f'<span class="Z3988" title="{escape(context_object(paper))}"></span>'
