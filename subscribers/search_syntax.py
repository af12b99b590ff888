"""What other search engines write: operators, and names for where a word has to stand. Pure.

The names are those of the arXiv API, PubMed, Scopus, Web of Science, Google and Google Scholar, as
their help pages give them: `ti:`, `[tiab]`, `TITLE-ABS-KEY(…)`, `TS=(…)`, `intitle:`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from subscribers.messages import Message, message

Scope = Literal["title", "author", "org"]


# AND, OR and NOT in capitals, and the German ones: name → what it does.
OPERATORS = {
    "AND": "AND",
    "&&": "AND",
    "UND": "AND",
    "OR": "OR",
    "||": "OR",
    "ODER": "OR",
    "NOT": "NOT",
    "ANDNOT": "NOT",
    "AND-NOT": "NOT",
    "NICHT": "NOT",
}
_BEFORE, _AFTER = r"(?<![^\s)）\"“”„«»,;])", r"(?![^\s(（\"“”„«»])"
_WORDS = rf"{_BEFORE}(?:AND-?NOT|AND|OR|NOT|UND|ODER|NICHT){_AFTER}"
_MINUS = r"(?<![\w+)-])[-‐‑‒–—−－](?=\()"  # `-(…)`
OPERATOR = re.compile(
    rf"{_BEFORE}(?:(?:AND|BUT|and|but)[ \t]+NOT|UND[ \t]+NICHT){_AFTER}|{_WORDS}|&&|\|\||{_MINUS}"
)
OPERATOR_AT_END = re.compile(rf"{_WORDS}[ \t\r]*\Z")
OPERATOR_AT_START = re.compile(rf"\s*{_WORDS}")
QUERY = re.compile(rf"{_WORDS}|&&|\|\||(?<![\w+)-])[-‐‑‒–—−－+＋]\(")


class SearchField(NamedTuple):
    """What a field of another search engine is here."""

    name: str  # as it was typed
    scope: Scope | None  # None: anywhere
    known: bool = True  # False: there is nothing of the kind to ask for here
    remark: Message | None = None  # what it does here


_OWN: dict[str, Scope] = {"title": "title", "author": "author", "org": "org"}
_NAMES: dict[Scope, str] = {
    "title": "ti intitle titles titel titre",
    "author": "au auth authors inauthor autor autorin fau 1au author-name auteur authlastname",
    "org": "affil aff affiliation affilorg og oo organization organisation institution",
}
_ANYWHERE = """
abs abstract ab all any topic ts tiab tw text key keyword keywords kw title-abs-key title-abs
title-abs-key-auth intext su de mesh mh mm mj majr ot tx noft all-fields abstract-text
"""
_CATEGORIES = "cat category categories subject primarycat subj"
_UNKNOWN = """
jr jn jt co rn so source srctitle journal venue conference booktitle publisher
ta issn isbn year pubyear py dp pdat
date edat la lang language pt doctype dt subjarea filetype ext site inurl url link cite related ref
submitteddate lastupdateddate before after since until in allintitle allintext allinurl funding
fund-all exactsrctitle limit-to load-date wc sb crdt grant gr
"""
_SCOPES = {name: scope for scope, names in _NAMES.items() for name in names.split()} | _OWN
_ANY = frozenset((_ANYWHERE + _CATEGORIES).split())
A_CATEGORY = message(
    "a category such as cs.LG is looked for among the keywords that a source gives; papers"
    " without any never match it"
)
_REMARKS = dict.fromkeys(_CATEGORIES.split(), A_CATEGORY) | dict.fromkeys(
    ("mesh", "mh", "mm", "mj", "majr", "su", "de"),
    message("there are no subject headings here: their words are looked for in the papers"),
)
_NOT_HERE = frozenset(_UNKNOWN.split())

# `title: word` has always been ours; of the others the word follows at once, as in `ti:word`.
PREFIX = re.compile(
    r"(title|author|org|(?:all)?in(?:title|text|author))[:：][^\S\n\r\v\f\x85\u2028\u2029]*|([A-Za-z1][\w-]*)[:：](?=\S)",
    re.IGNORECASE,
)
# `SU(2)`, `SO(N)` and `AB(1)` are no fields.
CALL = re.compile(
    r"([A-Z][A-Z-]{3,})[ \t]*=?[ \t]*(?=\()"
    r"|([A-Z]{2,3})(?:[ \t]*=[ \t]*)?(?=\((?!(?:\d+|[A-Za-z])(?:\)|\s|\Z)))"
    r"|((?:ti|ab|au|noft|all|su)(?=\()|(?<![-+\w])[A-Za-z][\w-]*[:：](?=\())(?!\(\d)"
)
EQUALS = re.compile(r"([A-Z]{2,3}|authors?|title|abstract|keywords?|affiliation)=(?=[\w\"“])")
SUFFIX = re.compile(r"[ \t]?\[([A-Za-z][A-Za-z /-]*|1au)(?::[~\w-]+)?\]")

_LONG_TAGS = {  # PubMed writes them out
    "title/abstract": "tiab", "mesh terms": "mesh", "mesh major topic": "majr",
    "all fields": "all", "text word": "tw", "text words": "tw", "author - first": "au",
    "author - last": "au", "full author name": "fau", "other term": "ot", "mesh:noexp": "mesh",
    "date - publication": "dp", "publication date": "dp", "publication type": "pt",
    "supplementary concept": "mesh", "title/abstract/keyword": "tiab", "corporate author": "org",
    "journal": "ta", "language": "la", "lad": "au", "lastau": "au",
}  # fmt: skip


def search_field(name: str) -> SearchField | None:
    """Return what a name means as a field; None: it is no field that we know of."""
    folded = " ".join(name.casefold().split())
    folded = _LONG_TAGS.get(folded, folded)
    if folded in _SCOPES:
        return SearchField(name, _SCOPES[folded])
    if folded in _ANY:
        return SearchField(name, None, remark=_REMARKS.get(folded))
    return SearchField(name, None, known=False) if folded in _NOT_HERE else None


def field_called(found: re.Match[str]) -> SearchField | None:
    """Return the field that a `CALL` names."""
    return search_field((found[1] or found[2] or found[3]).rstrip(":："))
