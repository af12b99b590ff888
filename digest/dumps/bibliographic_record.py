"""From what a bibliographic source tells of one paper to its record: what all of them do alike.

Pure. A format says which of its fields hold what (`Told`); identifiers, links and markup are
dealt with here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from digest.dumps import fields, record
from digest.dumps.entries_to_dump import Entry, Unreadable
from digest.dumps.links import doi_address, doi_in_address, doi_told
from digest.dumps.names import names_of_fields
from digest.papers import NAME_SUFFIX, Link, PaperRecord, find_arxiv_id

_ADDRESS = re.compile(r"https?://(?:(?!;? ?https?://)\S)+", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(
    r"\s?(?:Electronic address:\s?)?[\w.+-]{1,64}@[\w.-]{1,200}", re.IGNORECASE
)
_HEADING = re.compile(
    r"<(?:jats:)?title>\s*(?:abstract|summary)\s*</(?:jats:)?title>", re.IGNORECASE
)
_FAMILY_FIRST = re.compile(
    r"(?P<family>[^\W\d_][^,.\d]*?[^\W\d_A-Z])\s(?P<initials>(?:\s?[^\W\d_a-z]\.?-?){1,4}?)"
    rf"(?P<suffix>\s{NAME_SUFFIX}\.?)?"
)
_NO_INITIALS = ("AI", "UK", "US", "USA", "EU", "UN", "II", "III", "IV")  # Kettle AI is no person
_KEYWORD_END = re.compile(r"[;|\n]")
# What databases and reference managers note of their own record, not of the paper: Scopus'
# `Export Date: …` and `cited By 0`, Zotero's `Publisher: …`, ProQuest's `Date revised - …`.
_OF_RECORD = re.compile(
    r"""
    (?:  (?: access(?:ed|ion\ number) | archive\ location | chemicals(?:/cas)? | citation\ key
           | cited\ (?:by|references) | coden | conference\ (?:name|title|code|date|location)
           | copyright | correspondence\ address | date\ (?:revised|created|completed) | doi
           | _?eprint | export\ date | funding(?:\ (?:details|text(?:\ \d)?))? | isbn | issn
           | issue | journal\ abbreviation | language | last\ updated | manufacturers
           | molecular\ sequence\ numbers | number | open\ access | page\ count | place
           | pmc?id | publisher | query\ date | references | reference\ type | report\ number
           | section | series | source | supp ?notes | tradenames | url | volume
           | zuletzt\ aktualisiert )
         \s? (?: : | [-–] (?:\s|$) )
       | cited\ by\ \d | pmid\b | \d{4}-\d{3}[\dx]\b | arxiv:?\ ?[\w./-]+ (?:\ \[[\w.-]+\])? \.? $
       | asreview_ | journal\ article
    ).*
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What one entry tells, each as its source writes it."""

    title: str
    abstract: str = ""
    authors: Iterable[str] = ()  # given names first
    day: date | None = None
    dois: Iterable[str] = ()  # texts that may hold the paper's DOI, the surest first
    addresses: Iterable[str] = ()  # of the paper, the best first; one field may hold several
    arxiv: Iterable[str] = ()  # texts that hold an arXiv id if they say "arXiv"
    keywords: Iterable[str] = ()
    organisations: Iterable[str] = ()
    venue: str = ""
    comment: str = ""
    ai_summary: str = ""
    ai_summary_model: str = ""
    submitter: str = ""


def record_told(entry: Entry, told: Told) -> PaperRecord:
    """Return the record of an entry. Raises Unreadable when it has no title."""
    title = fields.without_markup(told.title).strip()
    if not title:
        raise Unreadable("no title")
    written = [address for text in told.addresses for address in _addresses(text)]
    addresses = [address for address in map(fields.web_address, written) if address]
    dois = [doi for doi in map(doi_told, told.dois) if doi]
    dois += filter(None, map(doi_in_address, written))  # also where its `<` spoils the address
    hints = [*told.arxiv, *addresses, *dois]
    arxiv_ids = (find_arxiv_id(hint) for hint in hints if "arxiv" in hint.lower())
    return record.build_record(
        title=title,
        abstract=fields.without_markup(_HEADING.sub("", told.abstract, count=1)),
        position=entry.position,
        line=entry.line,
        authors=dict.fromkeys(list(told.authors)[: fields.MAX_NAMES]),
        published=told.day,
        links=_links(addresses, dois),
        keywords=dict.fromkeys(map(fields.without_markup, told.keywords)),
        arxiv_id=next(filter(None, arxiv_ids), None),
        doi=dois[0] if dois else None,
        organisations=map(_without_mail, told.organisations),
        venue=fields.without_markup(told.venue),
        comment=told.comment,
        ai_summary=told.ai_summary,
        ai_summary_model=told.ai_summary_model,
        submitter=told.submitter,
    )


def people_in_fields(told: Sequence[str]) -> list[str]:
    """Return the names in a source's fields of authors, as they are read; see `names_of_fields`."""
    return [*map(initials_first, names_of_fields(told))]


def initials_first(name: str) -> str:
    """Return a name as it is read when it has its initials behind: `Moss AB` → `A. B. Moss`."""
    found = _FAMILY_FIRST.fullmatch(name.strip())
    if not found or found["initials"] in _NO_INITIALS:
        return name
    letters = re.findall(r"[^\W\d_]", found["initials"])
    if not all(map(str.isupper, letters)):
        return name
    initials = " ".join(f"{letter}." for letter in letters)
    return f"{initials} {found['family']}{found['suffix'] or ''}"


def remarks(notes: Iterable[str]) -> str:
    """Return what notes say of the paper, as one text, without what a database says of itself."""
    told = (fields.without_markup(note).strip() for note in notes)
    return "; ".join(note for note in told if note and not _OF_RECORD.fullmatch(note))


def listed(told: str) -> list[str]:
    """Return the words of a field that lists several: `sampling; rare events`."""
    parted = _KEYWORD_END.split(told)
    return [word for each in parted if (word := each.strip(" ,;"))]


def _addresses(told: str) -> list[str]:
    return [piece.rstrip(";") for piece in _ADDRESS.findall(told)]


def _links(addresses: Sequence[str], dois: Sequence[str]) -> list[Link]:
    if addresses:
        return [Link("paper", addresses[0])]
    return [Link("paper", doi_address(dois[0]))] if dois else []


def _without_mail(organisation: str) -> str:
    return _MAIL_ADDRESS.sub("", organisation).strip(" .;,")
