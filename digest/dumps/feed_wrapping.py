"""What journals wrap around an abstract in their feeds: citations, dates, names, links.

Pure. A paragraph that only cites the paper is no part of its abstract, but it may name its
authors or its DOI. The layouts were seen at Nature, PLOS, PNAS and Science (Atypon),
ScienceDirect, the American Physical Society, Wiley, PubMed, ACS and RSC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from digest.dumps import fields
from digest.dumps.dates import read_day
from digest.dumps.names import names_of_fields, split_names
from digest.papers import find_doi, title_key

_CITATION = re.compile(
    r"""
      .{1,150},\ Published\ online:\ .{4,40};.*            # Nature
    | (?:Publication\ date|Source):\ .{1,300}              # ScienceDirect
    | \[[^\[\]]{3,80}\]\ Published\ .{6,40}                # Physical Review
    | .{2,150},\ (?:Volume|Vol\.?|Issue)\ [\w ().-]{1,20},?.{0,80}\d{4}\.?  # Atypon
    | .{2,150},\ (?:Ahead\ of\ Print|EarlyView|Early\ View|Accepted\ Article)\.?
    | [^.]{2,100}\.\ (?:19|20)\d\d\b.{0,80}\bdoi:\ ?10\.\d{4,9}/\S{1,200}.{0,80}  # PubMed, above
    | PMID:\ ?\d+.{0,200}                                  # PubMed, below
    | (?:doi|DOI):?\ ?10\.\d{4,9}/\S+(?:,\ [\w -]{3,40})?  # ACS; RSC adds the kind of article
    | [A-Z][\w.& ]{1,60},\ (?:19|20)\d\d,\ [A-Z][\w, ()-]{2,60}  # RSC: Chem. Sci., 2026, …
    | The\ content\ of\ this\ RSS\ Feed\ \(c\).{0,80}        # RSC, below
    | (?:Open\ Access\ *)?This\ article\ is\ licensed\ under\ .{0,200}
    | (?:Copyright\ )?(?:©|\(c\)).{0,120}
    | (?:ABSTRACT|Abstract|SUMMARY|Summary|Significance)[.:]?
    """,
    re.VERBOSE,
)
_OF_CITATION = (  # what a citation tells of the paper
    re.compile(r"Publication date: (?:Available online )?(?P<day>.+)"),  # ScienceDirect
    re.compile(r"Source: (?P<venue>.{2,150}?)(?:, (?:Volume|Issue|Part|Article)\b.*)?"),
    re.compile(r"(?P<venue>[^.]{2,100})\. (?P<day>(?:19|20)\d\d \w{3} \d{1,2});.*"),  # PubMed
    re.compile(r"(?P<venue>[^.]{2,100})\. (?:19|20)\d\d\b.*\bdoi:.*"),
)
_BY = re.compile(r"(?:[Bb]y|Author\(s\):|Authors?:)\s+(?P<names>.{3,20000})")
_HEADING = re.compile(
    r"(?:ABSTRACT[\s:.]+|(?:Abstract|Significance|Summary)(?:[:.]\s+|(?=[A-Z][a-z]*\s)))(?=\S)"
)
_CITED = re.compile(r"<cite[^<>]*>.*?</cite>", re.DOTALL | re.IGNORECASE)  # ACS: the journal
_MARK = re.compile(r"^\[(?:ASAP|Articles? ASAP|Just Accepted|Early View|Ahead of Print)\]\s+", re.I)
_LONGEST_CITATION = 600  # characters
_MOST_WORDS = 6  # of a name


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """An abstract by itself, and what its wrapping told."""

    abstract: str
    authors: tuple[str, ...] = ()
    doi: str | None = None
    venue: str = ""
    day: date | None = None


def unwrap(html: str, *, title: str) -> Unwrapped:
    """Return the abstract in a feed's HTML without the paragraphs that only cite the paper.

    What only repeats the title is no abstract either.
    """
    kept: list[str] = []
    authors: tuple[str, ...] = ()
    doi: str | None = None
    cited: dict[str, str] = {}
    is_cited = False
    for paragraph in fields.paragraphs_of_html(_CITED.sub("", html)):
        if len(paragraph) <= _LONGEST_CITATION and _CITATION.fullmatch(paragraph):
            doi = doi or find_doi(paragraph)
            is_cited = True
            for form in _OF_CITATION:
                cited = {
                    **(found.groupdict() if (found := form.fullmatch(paragraph)) else {}),
                    **cited,
                }
        elif not kept and (names := _byline(paragraph, bare=is_cited)):
            authors = authors or names
        else:
            kept.append(paragraph)
    abstract = _HEADING.sub("", " ".join(kept), count=1) if kept else ""
    if title and abstract and title_key(abstract) == title_key(title):
        abstract = ""
    return Unwrapped(abstract, authors, doi, cited.get("venue", ""), read_day(cited.get("day")))


def unmarked(title: str) -> str:
    """Return a title without what a journal says of its state: `[ASAP]`."""
    return _MARK.sub("", title)


def author_names(told: object) -> tuple[str, ...]:
    """Return a feed's authors, once each, as they are read, however it lists them.

    Takes one name each, all in one (`Ann Moss, Bo Li and Cy Fern`, `Ann Moss; Bo Li`), and names
    turned round (`Moss, A., Li, B. C.`).
    """
    each = [told] if isinstance(told, str) else _names(told)
    found = [" ".join(fields.without_markup(name).split()) for name in each[: fields.MAX_NAMES]]
    # Several are one name each, if not more by a semicolon.
    names = names_of_fields(found) if len(found) > 1 else split_names("".join(found))
    return tuple(dict.fromkeys(name for name in names if name))


def _names(told: object) -> list[str]:
    if not isinstance(told, list):
        return []
    names = [each.get("name") if isinstance(each, dict) else each for each in told]
    return [name for name in map(fields.text, names) if name]


def _byline(paragraph: str, *, bare: bool) -> tuple[str, ...]:
    """Return the names of `by A, B`; none when this is a sentence that begins with `By`.

    bare: whether two or more whole names may stand there without `by`, as behind RSC's citation.
    """
    if found := _BY.fullmatch(paragraph):
        names = split_names(found["names"].rstrip(". "))
        return tuple(names) if _are_names(names) else ()
    if not bare or paragraph[-1] in ".?!:" or len(paragraph) > _LONGEST_CITATION:
        return ()
    names = split_names(paragraph)
    whole = len(names) > 1 and all(len(name.split()) > 1 and name[0].isupper() for name in names)
    return tuple(names) if whole and _are_names(names) else ()


def _are_names(names: Sequence[str]) -> bool:
    return all(_looks_like_name(name.split()) for name in names)


def _looks_like_name(words: Iterable[str]) -> bool:
    several = list(words)
    return (
        0 < len(several) <= _MOST_WORDS
        and several[-1][0].isupper()
        and not any(character.isdigit() for word in several for character in word)
    )
