"""A paper, and the keys by which two records are known to be the same paper.

Pure: nothing here reads a file, a clock or a database.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

LinkKind = Literal["paper", "code", "project", "discussion"]

# Ids before April 2007 begin with an archive's name; any other word before seven digits is
# somebody's address (`/news/2024123`), not a paper. https://info.arxiv.org/help/arxiv_identifier.html
_OLD_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|econ|eess|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th"
    "|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|q-fin|quant-ph|solv-int|stat"
    "|supr-con"
)
_ARXIV_ID = re.compile(
    r"(?<![\w.])(?:(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
    rf"|(?P<archive>{_OLD_ARCHIVES})(?:\.[A-Z]{{2}})?/(?P<number>\d{{7}}))(?:v\d+)?(?!\w)"
)
_VERSION = re.compile(r"v\d+$")
_IDLE_DOT = re.compile(r"\.(?!\d)")
_LEADING_DOT = re.compile(r"(?<!\d)\.")
_NO_KEY = re.compile(r"[^a-z0-9+#*.]")
_IDLE_SIGNS = re.compile(r"(^|[^a-z+#*])[+#*]+")
_ARXIV_DOI = re.compile(r"^10\.48550/arxiv\.", re.IGNORECASE)
# bioRxiv and medRxiv append a version to the DOI in addresses.
_PREPRINT_VERSION = re.compile(r"^(10\.(?:1101|64898)/[\d.]+)v\d+.*$")
_DOI_SIGN = r"[^\s\"<>{}|\\^`]"
# Until about 2001 publishers put a SICI (ANSI/NISO Z39.56) into a DOI, with the signs of that.
# Others hold angle brackets, too: those that no tag of HTML is, and behind which the DOI goes on;
# a number is no tag, and may end one: `…3.0.CO;2-<12>`.
_IN_ANGLES = (
    r"(?:<\d{1,6}>|<(?!/|(?:br|p|hr|div|span|img|li|td|tr|wbr)\b)[^\s<>\"'=@/]{1,40}>"
    r"(?=[\w;(-]))(?![^\s\"']{0,200}</)"
)
_DOI = re.compile(
    rf"\b(10\.\d{{4,9}}(?:\.\d{{1,9}})*/(?:{_DOI_SIGN}{{1,80}}<[^\s<>\"]{{1,40}}>\d\.\d\.[A-Z]{{2}};\d(?:-(?:[\w#]|<\d{{1,3}}>))?"
    rf"|(?:{_DOI_SIGN}|{_IN_ANGLES})+))",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPED_ANGLE = re.compile(r"\\+([<>])")
_DOI_ENDS = ".,;:'/…”’»"
# What tells a parent and a child of one name apart: a pattern, for all who read or write names.
NAME_SUFFIX = r"(?:Jr|Sr|Jnr|Snr|2nd|3rd|II|III|IV)"
_NO_FAMILY = re.compile(  # suffixes, degrees and initials, which may stand behind a family name
    rf"(?:{NAME_SUFFIX}|Ph\.?D|M\.?D)\.?|(?:[A-Z]\.?-?){{1,3}}"
)
_BRACKETS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Link:
    """An http(s) address that belongs to a paper."""

    kind: LinkKind
    url: str  # absolute, http or https, already cleaned


@dataclass(frozen=True, slots=True)
class Revision:
    """A newer version of a paper, as a reason to show it again."""

    version: int  # as its source counts: v2
    on: date | None  # the day that the source gives it
    edition: int | None = None  # the edition that offers it; None: the next one


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """What one dump told of one paper: it goes into the archive, it has no number yet."""

    title: str  # Unicode for display, one line
    abstract: str  # Unicode for display, one paragraph; may be empty
    source_title: str  # exactly what the source had
    source_abstract: str
    authors: tuple[str, ...] = ()  # names, when the source gives them
    author_count: int | None = None  # when it gives only their number (or len(authors))
    published: date | None = None
    comments: int | None = None
    upvotes: int | None = None
    links: tuple[Link, ...] = ()
    keywords: tuple[str, ...] = ()  # the source's own keywords or categories
    arxiv_id: str | None = None  # without version
    doi: str | None = None  # lower case
    position: int = 0  # place in its dump, from 0: the page's own order
    line: int | None = None  # where its title stands in the dump, from 1
    version: int | None = None  # of the paper, when the source counts them
    revised: date | None = None  # the day of this version
    ai_summary: str | None = None  # the source's own summary by a model, for display
    ai_summary_model: str | None = None  # the model that wrote it, as the source names it
    ai_keywords: tuple[str, ...] = ()  # keywords that a model gave; they are in `keywords`, too
    organisations: tuple[str, ...] = ()  # affiliations of authors, or whom the source names
    venue: str | None = None  # journal or conference: "NeurIPS 2026"; no preprint server
    comment: str | None = None  # the authors' remark: "12 pages, accepted at …"
    github_url: str | None = None  # the paper's repository, when the source names one
    github_stars: int | None = None
    submitter: str | None = None  # who put it on the source's page


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the archive: a record with its number."""

    id: int  # our one internal number, from 1
    title: str
    abstract: str
    source_title: str = ""
    source_abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    published: date | None = None
    comments: int | None = None
    upvotes: int | None = None
    links: tuple[Link, ...] = ()
    keywords: tuple[str, ...] = ()
    arxiv_id: str | None = None
    doi: str | None = None
    position: int = 0
    first_seen: datetime | None = None  # aware, UTC
    edition: int | None = None  # the edition that offered it; None: not offered yet
    keys: tuple[str, ...] = field(default=())  # see keys_of
    version: int | None = None  # the newest that a source told
    updated: Revision | None = None  # why it is offered again; None: it is new
    ai_summary: str | None = None
    ai_summary_model: str | None = None
    ai_keywords: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    venue: str | None = None
    comment: str | None = None
    github_url: str | None = None
    github_stars: int | None = None
    submitter: str | None = None


def keys_of(record: PaperRecord) -> tuple[str, ...]:
    """Return every key under which a record is known, strongest first.

    A key is `arxiv:ID`, `doi:DOI` or `title:KEY`; matching any one is the same paper, unless the
    identifiers contradict each other (see `contradiction`). arXiv's own DOIs
    (`10.48550/arXiv.…`) are arXiv ids.
    """
    keys = []
    if arxiv_id := arxiv_id_of(record):
        keys.append(f"arxiv:{arxiv_id}")
    if doi := doi_of(record):
        keys.append(f"doi:{doi}")
    keys.append(f"title:{title_key(record.source_title or record.title)}")
    displayed = f"title:{title_key(record.title)}"
    if displayed not in keys:
        keys.append(displayed)
    return tuple(keys)


def twin_key(record: PaperRecord) -> str:
    """Return a further key for a record whose title another paper has, and no identifier its own.

    It is made of what tells the two apart: address, authors, else the abstract.
    """
    page = next((link.url for link in record.links if link.kind == "paper"), "")
    told = page or "\n".join(record.authors) or record.abstract
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"title:{title_key(record.title)}|{digest}"  # no title's own key holds a |


def arxiv_id_of(record: PaperRecord | Paper) -> str | None:
    """Return a record's arXiv id without version, also when only arXiv's DOI tells it."""
    if record.arxiv_id:
        return bare_arxiv_id(record.arxiv_id)
    if record.doi and _ARXIV_DOI.match(record.doi):
        return bare_arxiv_id(_ARXIV_DOI.sub("", record.doi))
    return None


def doi_of(record: PaperRecord | Paper) -> str | None:
    """Return a record's DOI in lower case without version; arXiv's own DOIs are arXiv ids."""
    if not record.doi or _ARXIV_DOI.match(record.doi):
        return None
    return _PREPRINT_VERSION.sub(r"\1", record.doi.strip().lower())


def two_arxiv_ids(a: PaperRecord | Paper, b: PaperRecord | Paper) -> bool:
    """Return whether two records carry different arXiv ids: then they are never one paper."""
    ours, theirs = arxiv_id_of(a), arxiv_id_of(b)
    return bool(ours and theirs and ours != theirs)


def contradiction(a: PaperRecord | Paper, b: PaperRecord | Paper) -> str | None:
    """Return why two records that look alike cannot be one paper by their identifiers, or None.

    One arXiv id settles it: a preprint may carry its own DOI in one source and the journal's in
    another. Without one, two DOIs are two works (journals print many an "Editorial").
    """
    if two_arxiv_ids(a, b):
        return f"two arXiv ids: {arxiv_id_of(a)} and {arxiv_id_of(b)}"
    ours, theirs = doi_of(a), doi_of(b)
    same_arxiv_id = arxiv_id_of(a) is not None and arxiv_id_of(a) == arxiv_id_of(b)
    if ours and theirs and ours != theirs and not same_arxiv_id:
        return f"two DOIs: {ours} and {theirs}"
    return None


def other_authors(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Return whether both lists name authors, and no family name of one is among the other's names.

    However names are written: `Ann Moss`, `Moss, Ann`, `Moss AB, Jr.`; accents do not count.
    """
    families = [set(map(_family_name, each)) - {""} for each in (ours, theirs)]
    words = [{word for name in each for word in _name_words(name)} for each in (ours, theirs)]
    return all(families) and families[0].isdisjoint(words[1]) and families[1].isdisjoint(words[0])


def _family_name(name: str) -> str:
    """Return the last word of the family name, folded; '' when there is none."""
    before, comma, behind = name.partition(",")
    whole = before if comma and not _NO_FAMILY.fullmatch(behind.strip()) else name.replace(",", " ")
    words = whole.split()
    while len(words) > 1 and _NO_FAMILY.fullmatch(words[-1]):
        words.pop()
    return next(iter(_name_words(words[-1])[-1:]), "") if words else ""


def _name_words(name: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in bare if not unicodedata.combining(c)))


@lru_cache(maxsize=8192)
def title_key(title: str) -> str:
    """Return a title's key: NFKC, casefolded; letters, marks, digits, `+ # *` after a letter.

    `C`, `C++`, `C#` and `A*` differ, and so do `3.1` and `31`: a dot between digits stays. Case,
    spaces, hyphens and other punctuation do not count. A title with none of these is known by a
    hash of its raw text.
    """
    kept = _ascii_key(title.lower()) if title.isascii() else _any_key(title)
    if not kept:
        return "raw-" + hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return kept


def _ascii_key(folded: str) -> str:
    """Return what `_any_key` does of an ASCII title in lower case, ten times as fast."""
    compact = _NO_KEY.sub("", _IDLE_DOT.sub("", folded))
    return _LEADING_DOT.sub("", _IDLE_SIGNS.sub(r"\1", compact))


def _any_key(title: str) -> str:
    kept: list[str] = []
    folded = _folded(_folded(unicodedata.normalize("NFD", title)))
    for at, character in enumerate(folded):
        category = unicodedata.category(character)[0]
        follows_letter = bool(kept) and (kept[-1].isalpha() or kept[-1] in "+#*")
        in_number = bool(kept) and kept[-1].isdigit() and folded[at + 1 : at + 2].isdigit()
        if (
            category in "LMN"
            or (character in "+#*" and follows_letter)
            or (character == "." and in_number)
        ):
            kept.append(character)
    # A mark may now stand beside a letter that it was apart from: `K ¨ a` → `kä`.
    return unicodedata.normalize("NFC", "".join(kept))


def _folded(text: str) -> str:
    """Apply once what Unicode's toNFKC_Casefold (The Unicode Standard, 3.13) applies twice."""
    return unicodedata.normalize("NFKC", text.casefold())


def bare_arxiv_id(text: str) -> str:
    """Return an arXiv id without `arXiv:`, version and subject class.

    `arXiv:2401.01234v2` → `2401.01234`, `math.GT/0309136` → `math/0309136`.
    """
    return find_arxiv_id(text) or _VERSION.sub("", text.strip())


def find_arxiv_id(text: str) -> str | None:
    """Return the first arXiv id in an address or a citation, as `bare_arxiv_id` writes it."""
    found = _ARXIV_ID.search(text)
    if not found:
        return None
    return found["new"] or f"{found['archive']}/{found['number']}"


def find_doi(text: str) -> str | None:
    """Return the first DOI in a text, whole, lower case, without the sentence's punctuation.

    What HTML escapes (`&lt;`) is unescaped once, and so is what addresses and Markdown do:
    `10.1002/(SICI)…5:1%3C21::AID-X%3E3.0.CO;2-9`, `5:1\\<21`.
    """
    if "10." not in text:
        return None
    text = _ESCAPED_ANGLE.sub(r"\1", text) if "\\" in text else text
    told = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text
    found = _DOI.search(unquote(told) if _PERCENT.search(told) else told)
    return _without_sentence(found[1]).lower() if found else None


def _without_sentence(doi: str) -> str:
    """Return a DOI without the punctuation that a sentence hung on it; its own brackets stay."""
    while doi:
        opener = _BRACKETS.get(doi[-1])
        if not (doi[-1] in _DOI_ENDS or (opener and doi.count(doi[-1]) > doi.count(opener))):
            break
        doi = doi[:-1]
    return doi
