"""The one builder of records: every format gives it what its source told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from digest.dumps import links as addresses
from digest.dumps import tex, venues
from digest.mail import without_holes
from digest.papers import Link, PaperRecord, find_arxiv_id

# The category Cc, less what is white space: tabs, line ends, U+001C to U+001F, U+0085.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def build_record(  # noqa: PLR0913 -- one keyword per field of PaperRecord
    *,
    title: str,
    abstract: str,
    position: int,
    line: int | None = None,
    authors: Iterable[str] = (),
    author_count: int | None = None,
    published: date | None = None,
    comments: int | None = None,
    upvotes: int | None = None,
    links: Iterable[Link] = (),
    keywords: Iterable[str] = (),
    arxiv_id: str | None = None,
    doi: str | None = None,
    version: int | None = None,
    revised: date | None = None,
    ai_summary: str = "",
    ai_summary_model: str = "",
    ai_keywords: Iterable[str] = (),
    organisations: Iterable[str] = (),
    venue: str = "",
    comment: str = "",
    github_url: str | None = None,
    github_stars: int | None = None,
    submitter: str = "",
    tex_source: tex.TexSource = "plain",
) -> PaperRecord:
    """Return a record whose display text is Unicode, on one line, without control characters.

    `title` and `abstract` are the source's own text, TeX and all; it is kept as it came.
    Links found in the abstract are added to `links`; an arXiv id or a DOI that the caller does
    not give is taken from a paper's own link (never from an abstract: it may cite another paper).
    `author_count` defaults to the number of `authors`. Keywords that a model gave are among the
    `keywords`, the repository is among the `links`. A `venue` that is a preprint server is none;
    without one, the `comment` may tell it ("Accepted at …"). `tex_source` says whose TeX it
    is (`tex.to_unicode`): only a saved page has lost its backslashes.
    """
    told = (*links, *_repository(github_url))
    remark = display_line(comment, source=tex_source)
    generated = _several(ai_keywords)
    names = _several(authors)
    paper_urls = [link.url for link in told if link.kind == "paper"]
    return PaperRecord(
        title=plain_text(tex.title_to_unicode(title, source=tex_source)),
        abstract=display_line(abstract, source=tex_source),
        source_title=title,
        source_abstract=abstract,
        authors=names,
        author_count=author_count if author_count is not None else len(names) or None,
        published=published,
        comments=comments,
        upvotes=upvotes,
        links=_once((*told, *addresses.extract(abstract))),
        keywords=tuple(dict.fromkeys((*_several(keywords), *generated))),
        arxiv_id=arxiv_id or next(filter(None, map(find_arxiv_id, paper_urls)), None),
        doi=doi or next(filter(None, map(addresses.doi_in_address, paper_urls)), None),
        position=position,
        line=line,
        version=version,
        revised=revised,
        ai_summary=display_line(ai_summary, source=tex_source) or None,
        ai_summary_model=plain_text(ai_summary_model) or None,
        ai_keywords=generated,
        organisations=tuple(dict.fromkeys(_several(organisations))),
        venue=venues.published_in(display_line(venue, source=tex_source))
        or venues.announced_in(remark),
        comment=remark or None,
        github_url=github_url,
        github_stars=github_stars,
        submitter=plain_text(submitter) or None,
    )


def _repository(address: str | None) -> tuple[Link, ...]:
    return (Link("code", address),) if address else ()


def _several(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(plain_text, texts)))


def _once(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return links without repeats of one address; the first, the source's own, stays."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url.rstrip("/").lower(), link)
    return tuple(found.values())


def display_line(text: str, *, source: tex.TexSource) -> str:
    """Return a source's text as readers see it: TeX as Unicode, on one line."""
    return plain_text(tex.to_unicode(text, source=source)) if text else ""


def plain_text(text: str) -> str:
    """Return outside text on one line: white space collapsed, control characters removed."""
    # What `split` takes for space, some of it control characters, parts words; the rest goes.
    return " ".join(_CONTROL.sub("", without_holes(text)).split())
