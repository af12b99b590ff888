"""BibTeX and BibLaTeX: what each entry that `bibtex_scan` finds tells of a paper."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date, datetime

from digest.dumps import decoding, fields, record, tex, venues
from digest.dumps.bibliographic_record import listed, remarks
from digest.dumps.bibtex_inheritance import EntriesByKey
from digest.dumps.bibtex_scan import scan
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.dumps.links import doi_address, doi_in_address, doi_told
from digest.dumps.names import given_first, separate_at_and, separate_names, without_marks
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, find_arxiv_id

_SIGN = re.compile(
    r"^[ \t]*@[ \t]*[A-Za-z][\w.:+/-]*\s*+[{(]\s*+"
    r"(?:[^,={}()\"@]{0,200},|(?:[\w-]+\s++)?[\w-]+\s*+=)",
    re.MULTILINE,
)
_NO_PAPERS = ("set", "xdata")
_PERSON = re.compile(
    r"\b(given|family|prefix|suffix)\s*=\s*(?:\{([^{}]*)\}|\"([^\"]*)\"|([^,{}\"]+))"
)
_GROUP = re.compile(r"\{(?:[^{}]|\{[^{}]*\})*\}")
_REMARKS = ("note", "addendum")  # what a bibliography prints; `annote` is the reader's own
_LESS_AND_GREATER = (  # as Mendeley and Zotero write the signs of HTML
    (re.compile(r"\{\\textless(?:\{\})?\}|\\textless(?:\{\}|\s)?|\{?\$<\$\}?"), "<"),
    (re.compile(r"\{\\textgreater(?:\{\})?\}|\\textgreater(?:\{\}|\s)?|\{?\$>\$\}?"), ">"),
)
# Accents whose backslash a program has escaped: `R$\backslash$'enyi` (Mendeley).
_ESCAPED_ACCENT = re.compile(
    r"(?:\{?\$\\backslash\$\}?|\{\\textbackslash(?:\{\})?\}|\\textbackslash\{\})"
    r"(?=(?:['`^\"~=.]|[uvHckr](?=\{))\{?(?:\\[ij]|[A-Za-z]))"
)
# An entity of HTML whose `&` was escaped: `{\&}amp$\mathsemicolon$` (Crossref), `\&lt;` (Mendeley).
_ENTITY = re.compile(r"(?:\{\\&\}|\\&|&)(#?\w{2,8})(?:;|\$\\mathsemicolon\$)")


class BibTeX:
    """A bibliography in BibTeX."""

    name = "bibtex"
    version = 7

    def recognises(self, head: bytes) -> bool:
        """Return whether an entry (`@article{key,`) begins a line of these bytes; never raises."""
        return _SIGN.search(decoding.opening(head)) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a bibliography. Raises DumpError when there is no entry in it."""
        blocks = list(scan(decoding.decode_tagged(data)))
        by_key = EntriesByKey(blocks)
        harvest = Harvest()
        papers = [block for block in blocks if block.kind not in _NO_PAPERS]
        for number, block in enumerate(papers, start=1):
            if block.problem:
                harvest.reject(block.line, f"@{block.kind}: {block.problem}")
            else:
                entry = Entry(number, block.line, by_key.whole_fields(block))
                if block.is_open:
                    entry.problems.append("no closing brace: it may be cut off")
                harvest.add(entry, _record)
        if not harvest.records and not harvest.rejections:
            raise DumpError("no BibTeX entry", line=1)
        return harvest.dump(self, captured_on)


def _record(entry: Entry) -> PaperRecord:
    for value in entry.values.values():
        decoding.refuse_undecoded(value, entry.line or 1)
    doi = doi_told(_bare(entry.text("doi"))) or doi_in_address(_bare(entry.text("url")))
    arxiv_id = _arxiv_id(entry)
    words = map(entry.text, ("author_keywords", "author-keywords", "keywords", "keyword"))
    keywords = [word for told in words for word in re.split(r"\s*[;,]\s*", _without_html(told))]
    return record.build_record(
        title=_title(entry),
        abstract=_without_html(entry.text("abstract")),
        position=entry.position,
        line=entry.line,
        authors=_authors(entry.text("author")),
        published=_published(entry),
        links=_links(entry, arxiv_id, doi),
        keywords=[tex.to_unicode(word, source="bibtex") for word in fields.words(keywords)],
        arxiv_id=arxiv_id,
        doi=doi,
        organisations=_organisations(entry),
        venue=_venue(entry),
        comment=remarks(map(entry.text, _REMARKS)),
        tex_source="bibtex",
    )


def _title(entry: Entry) -> str:
    """Return title and subtitle as one."""
    title, subtitle = _without_html(entry.title("title")), _without_html(entry.text("subtitle"))
    if not subtitle or subtitle.lower() in title.lower():
        return title
    return f"{title} {subtitle}" if title[-1] in ".:?!" else f"{title}: {subtitle}"


def _venue(entry: Entry) -> str:
    """Return the journal or the proceedings, also where ADS names it by a macro (`\\apj`)."""
    told = entry.text("journal", "journaltitle", "booktitle")
    return venues.of_macro(told) or _without_html(told)


def _organisations(entry: Entry) -> list[str]:
    """Return the affiliations of Scopus and Web of Science, and where a thesis was written."""
    told = entry.text("affiliations", "affiliation")
    if "uthor)" in told:  # Web of Science: `Moss, A (Corresponding Author), Univ Tests, …`
        told = ""
    named = [*listed(told), entry.text("school"), entry.text("institution")]
    return [tex.to_unicode(_without_html(name), source="bibtex") for name in named]


def _without_html(told: str) -> str:
    """Return text without the tags and entities of HTML that programs wrap in TeX."""
    told = _ESCAPED_ACCENT.sub(r"\\", told) if "backslash" in told else told
    signs = _ENTITY.sub(r"&\1;", told)
    for pattern, sign in _LESS_AND_GREATER:
        signs = pattern.sub(sign, signs)
    bare = fields.without_markup(signs)
    return told if bare == told else bare


def _bare(told: str) -> str:
    """Return an address or an identifier without what TeX needs around its signs."""
    for pattern, sign in _LESS_AND_GREATER:
        told = pattern.sub(sign, told)
    return re.sub(r"\\url\b|[\\{}]", "", told).strip()


def _authors(told: str) -> list[str]:
    told = _without_html(told)
    within = separate_at_and(told[1:-1]) if _GROUP.fullmatch(told) else []
    if len(within) > 1 and all("," in name for name in within):
        told = told[1:-1]  # {{Moss, Ann and Li, Bo}}: braces too many; {Barnes and Noble} stays
    names = separate_at_and(told) if "family" in told and "=" in told else separate_names(told)
    return list(filter(None, map(_name, names[: fields.MAX_NAMES])))


def _name(told: str) -> str:
    """Return a name as it is read: given names first."""
    parts = {found[1]: found[2] or found[3] or found[4] for found in _PERSON.finditer(told)}
    if "family" in parts:  # biber: given=Sam, family=Researcher, prefix=von
        ordered: Sequence[str] = [
            parts.get(key, "") for key in ("given", "prefix", "family", "suffix")
        ]
        told = " ".join(filter(None, ordered))
    else:
        told = given_first(told)
    return without_marks(tex.to_unicode(told, source="bibtex").strip())


def _published(entry: Entry) -> date | None:
    """Return the day, when the entry tells a whole one."""
    whole = entry.text("date", "year")
    return read_day(whole) or day_of_parts(*(entry.text(key) for key in ("year", "month", "day")))


def _arxiv_id(entry: Entry) -> str | None:
    archive = entry.text("archiveprefix", "eprinttype").lower()
    eprint = entry.text("eprint", "arxivid")
    if archive == "arxiv" or "arxivid" in entry.values or eprint.lower().startswith("arxiv:"):
        return find_arxiv_id(eprint)
    cited = " ".join(map(entry.text, ("url", "journal", "note", "howpublished", "number")))
    if entry.text("journal").lower() in ("arxiv", "corr"):  # DBLP and Scholar: the id is a volume
        return find_arxiv_id(entry.text("volume").removeprefix("abs/")) or find_arxiv_id(cited)
    return find_arxiv_id(cited) if "arxiv" in cited.lower() else None


def _links(entry: Entry, arxiv_id: str | None, doi: str | None) -> list[Link]:
    address = fields.web_address(html.unescape(_bare(entry.text("url"))))
    if not address and (doi or arxiv_id):
        address = doi_address(doi) if doi else f"https://arxiv.org/abs/{arxiv_id}"
    return [Link("paper", address)] if address else []
