"""RIS, what reference managers and publishers export: `TY  - JOUR` … `ER  - `.

Read here and not by rispy, which gives no line numbers and drops a record that breaks off
without a word. The tags are those of EndNote's "RIS Format Specifications" (2011), and what
PubMed, Scopus, Web of Science and Wiley make of them.
"""

from __future__ import annotations

import re
from datetime import date

from digest.dumps import fields, record
from digest.dumps.bibliographic_record import listed, people_in_fields, remarks
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.entries_to_dump import Entry, Unreadable
from digest.dumps.links import doi_address, doi_in_address, doi_told
from digest.dumps.tagged_records import TaggedPapers, TaggedRecord, TagLayout
from digest.papers import Link, PaperRecord, find_arxiv_id

_SIGN = re.compile(r"^[ \t]*TY {0,3}- {0,3}[A-Za-z][A-Za-z ]{1,40}$", re.MULTILINE)
_LAYOUT = TagLayout(
    # `PMID  - 1` (APA), `KW - pots` (IEEE) and tabs are tags; `AIM - to see` is an abstract's.
    tag=re.compile(
        r"[ \t]{0,3}(TY(?=[ \t]{0,4}-[ \t]{0,3}(?:[A-Za-z][\w ]{0,60})?[ \t]*$)"
        r"|[A-Z][A-Z0-9](?=[ \t]{1,4}-(?:[ \t]|$))|[A-Z]{3,5}(?=[ ]{2}- ))[ \t]{0,4}-[ \t]?(.*)"
    ),
    first=frozenset({"TY"}),
    last="ER",
    has_preamble=True,
    file_tags=frozenset({"NL"}),  # Ovid's, behind the end of a record
    between=re.compile(
        r"\d{1,6}\.?|Link to the Ovid .*|Record #?\d+ of \d+.*|[-=_*#%~]+"
        r"|(?:Provider|Database|Content|Query|Source) ?: ?.*",
        re.IGNORECASE,
    ),
    joined=re.compile(r"^([ \t]*ER {0,3}-[ \t]*)(?=TY {1,3}- )"),
)
_BOOKS = ("BOOK", "EBOOK", "EDBOOK", "THES", "RPRT")
_MOST_IN_LINE = 10_000  # authors
# Whose an affiliation is: `A. Moss, Univ. Pots` (Embase), `Moss, Ann: Univ. Pots` (Ovid).
_WHOSE = re.compile(r"(?:[A-Z]\.-?){1,4} [\w' -]{2,40}, |[\w'-]+, [\w'. -]{1,40}: ")
_NUMBERS = re.compile(r"[A-Z]{5,8} \d{5,}")  # Cochrane's `PUBMED 30000001` in the venue's place
_MARKED = re.compile(r"\*(?=\w)")  # a main heading of MEDLINE and PsycINFO


def _paper(entry: Entry, piece: TaggedRecord) -> PaperRecord:
    title = piece.first("TI", "T1", "CT", "BT", "ST")
    if not title:
        raise Unreadable("no title (TI or T1)")
    if piece.tags[0][0] != "TY":
        entry.problems.append("no TY line: it may lack its beginning")
    cited = " ".join(piece.all("DO", "UR", "L1", "L2", "ID", "M1", "M3", "N1"))
    addresses = [
        a for told in piece.all("UR", "L2", "L1") for a in re.split(r"(?:;\s*|\s+)(?=http)", told)
    ]
    links = [Link("paper", a) for a in map(fields.web_address, addresses) if a]
    doi = next(filter(None, map(doi_told, piece.all("DO", "DI", "M3", "N1", "C7"))), None)
    doi = doi or next(filter(None, map(doi_in_address, addresses)), None)
    if not links and doi:
        links = [Link("paper", doi_address(doi))]
    authors = piece.all("AU", "A1")[:_MOST_IN_LINE] or piece.all("A2", "ED")[:_MOST_IN_LINE]
    return record.build_record(
        title=fields.without_markup(title),
        abstract=fields.without_markup(max(piece.all("AB", "N2"), key=len, default="")),
        position=entry.position,
        line=entry.line,
        authors=dict.fromkeys(people_in_fields(authors)),
        published=_published(piece),
        links=links[:1],
        keywords=_keywords(piece),
        arxiv_id=find_arxiv_id(cited) if "arxiv" in cited.lower() else None,
        doi=doi,
        organisations=_organisations(piece),
        venue=_venue(piece),
        comment=remarks(piece.all("N1")),
    )


def _keywords(piece: TaggedRecord) -> tuple[str, ...]:
    """Return the keywords: EndNote writes one a line, others part them by semicolons."""
    told = (word for line in piece.lines("KW") for word in re.split(r";\s*", line))
    return fields.words([_MARKED.sub("", word) for word in told])


def _organisations(piece: TaggedRecord) -> list[str]:
    """Return the affiliations, without whose they are and without addresses of mail."""
    told = (organisation for line in piece.lines("AD") for organisation in listed(line))
    return [_WHOSE.sub("", name, count=1) for name in told if "@" not in name]


def _venue(piece: TaggedRecord) -> str:
    """Return the journal or the proceedings; a book's second title is its series."""
    if piece.first("TY").strip().upper() in _BOOKS:
        return ""
    named = piece.all("JF", "T2", "JO", "C3", "JA", "J2", "J1")
    if piece.first("TI", "T1", "CT"):  # else BT is the title itself
        named = [*piece.all("JF", "T2", "JO", "C3", "BT"), *named]
    return fields.without_markup(next((x for x in named if not _NUMBERS.match(x)), ""))


def _published(piece: TaggedRecord) -> date | None:
    """Return the day, told whole or in parts: `PY  - 2020` and `DA  - MAR 5` (Web of Science)."""
    told = piece.all("DA", "Y1", "PY")
    if whole := next(filter(None, map(read_day, told)), None):
        return whole
    year = next((found[0] for text in told if (found := re.search(r"\b[12]\d{3}\b", text))), "")
    parts = (day_of_parts(year, text, "") for text in piece.all("DA") if year and year not in text)
    return next(filter(None, parts), None)


RIS = TaggedPapers(name="ris", sign=_SIGN, layout=_LAYOUT, paper=_paper, version=7)
