"""What other programs write around keywords → our own terms, as long. Pure.

Forms for which `search_syntax` has no name of its own: the arXiv's API, Ovid (`moss.ti,ab.`), EBSCO
(`TI "moss"`, `(MH "Mosses+")`), ProQuest (`MESH.EXACT("moss")`), IEEE Xplore (`"Document
Title":moss`), Embase (`'moss'/exp`, `moss:ti,ab`), Cochrane (`[mh moss]`); and lists of keywords as
RIS, BibTeX, LaTeX, JSON and the heads of papers give them.
"""

from __future__ import annotations

import re

from subscribers.keyword_lines import is_plain_label
from subscribers.same_length import blanked, inner_only

_ARXIV_QUERY = re.compile(r"\bsearch_query=")
# Ovid's fields after a word, and its sign for a subject heading with all below it.
_OVID_FIELDS = re.compile(r"\.((?:ti|ab|tw|mp|kw|kf|hw|sh|af|au)(?:,\w\w)*)\.(?=[\s)]|\Z)")
_OVID_HEADING = re.compile(r"\b(?:exp|EXP) ([^/,;\n()]+)/(?=[\s)]|\Z)")
_OVID_SCOPES = {"ti": "[ti]", "au": "[au]"}
_EBSCO_FIELD = re.compile(
    r"(?<![\w\"“”'])((?:TI|AB|AU|SU|DE|KW|MH|MM|MJ|TX|AF|SO|PT|LA|DT|JN)[ \t]+)"
    r"(?=[\"“]|\([^()]*(?:\b(?:AND|OR|NOT)\b|\"))"
)
_EBSCO_ALONE = re.compile(
    r"\(((?:TI|AB|AU|SU|DE|KW|MH|MM|MJ|TX|AF|SO|PT|LA|DT|JN)[ \t]+[\"“][^\"“”\n]*[\"”])\)"
)
_EBSCO_HEADING = re.compile(r"\b((?:MH|MM|MJ|DE|SU)[ \t:]+[\"“][^\"“”\n]*)\+(?=[\"”])")
_PROQUEST_HEADING = re.compile(r"\b((?:mesh|mjmesh|mainsubject|su|subject)\.exact)(?=\()", re.I)
_XPLORE_FIELD = re.compile(r"[\"“]([A-Z][A-Za-z ]{2,30})[\"”][ \t]*:(?=\S)")
_XPLORE_NAMES = {
    "document title": "ti:", "publication title": "source:", "authors": "au:", "author": "au:",
    "author affiliations": "aff:", "all metadata": "all:", "abstract": "ab:",
    "full text & metadata": "all:", "full text only": "all:", "author keywords": "kw:",
    "index terms": "kw:", "ieee terms": "kw:", "mesh_terms": "mh:",
}  # fmt: skip
_EMBASE_HEADING = re.compile(r"(?<=['’])/(?:exp|de|mj|br)(?:/mj)?\b")
_EMBASE_FIELDS = re.compile(r"(?<=[\w'’\"”]):((?:ti|ab|kw|de|tn|oa)(?:,\w\w)+)(?=[\s)]|\Z)")
_COCHRANE_HEADING = re.compile(r"\[mh[ \t]+\^?([^\[\]\n]+)\]")
_LISTED_TAG = re.compile(r"(?m)^[ \t]*(?:KW|OT|MH|DE|ID)[ \t]*- (?=[ \t]*\S)")
_BIBTEX = re.compile(
    r"\b((?:author[_ ]?)?keywords?)([ \t]*)=([ \t]*)[{\"]([^{}\"\n]*)[}\"]", re.IGNORECASE
)
_LATEX_KEYWORDS = re.compile(r"\\keywords?\{([^{}]*)\}")
_LATEX_FACE = re.compile(r"\\(?:text(?:bf|it|sc|sf|tt|rm)|emph|underline)\{([^{}\n]*)\}")
_JSON_NAME = re.compile(r"[\"“]([A-Za-z][A-Za-z _]{2,20})[\"”]([ \t]*:[ \t\n]*)(?=\[)")
_HEADED = re.compile(
    r"(?m)^[ \t]*([^\W\d_][\w ]{2,24}?)[ \t]*([—–=-]|--)(?=[ \t]*[^\W_]|[ \t]*[\[\"“])"
)


_PRINTED = re.compile(
    r"\A(\s*(?:Key ?words(?: and phrases)?|KEY ?WORDS|Index [Tt]erms|INDEX TERMS|Mots[- ]cl[ée]s"
    r"|Palabras clave|Palavras-chave|Schl(?:üssel|ag)wörter|关键词|关键字))"
    r"[ \t](?=[ \t]*[^\s—–=:：-][^\n]*[,;·•；，、])"
)
_BY_DASHES = re.compile(r"(?m)^([^:\n]{2,30}):[ \t]+- (?=\S)[^\n]*? - [^\n]*$")
_RULED_OFF = re.compile(r"(?m)^[ \t]*(?:-{3,}|\*{3,}|_{3,}|={3,})[ \t]*$")  # front matter, headings
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]+)\]\((?:https?:|mailto:|/|#)[^()\s]*\)")
_PERCENT = re.compile(r"%(20|22|2C|2c|3A|3a)")
_MEANT_BY_PERCENT = {"20": " ", "22": '"', "2C": ",", "3A": ":"}
_PLUS_FOR_SPACE = re.compile(r"(?<=[^\W\d_]{2})\+(?=[^\W\d_]{2})")
_AND_SO_ON = re.compile(r"(?<=[,;，；\n])[ \t]*(?:\.{3,}|…)[ \t]*(?=[,;\n]|\Z)")
_ARROW = re.compile(r"(?<=[\w)+#])(?:[ \t]*(?:<?[-=]+>)[ \t]*|[→⇒↔⟶➝])(?=[\w(])")


def in_our_terms(text: str) -> str:
    """Return the text with what others write around words blank, or as we name it."""
    return _without_their_fields(_without_lists_signs(_without_codes(text)))


def _without_codes(text: str) -> str:
    """Leave out what programs write for a space, a link, a face of type."""
    if not text.isascii() or ">" in text:
        text = _ARROW.sub(blanked, text)
    if "%" in text:
        text = _PERCENT.sub(lambda found: _MEANT_BY_PERCENT[found[1].upper()].ljust(3), text)
    if "+" in text:
        text = _PLUS_FOR_SPACE.sub(blanked, text)
    if "](" in text:
        text = _MARKDOWN_LINK.sub(inner_only, text)
    if "\\" in text:
        text = _LATEX_FACE.sub(inner_only, text)
        text = _LATEX_KEYWORDS.sub(lambda found: f"keywords: {found[1]}".ljust(len(found[0])), text)
    return text


def _without_lists_signs(text: str) -> str:
    """Leave out how a list of keywords begins and goes on, but for its `Keywords:`."""
    if not text[:40].islower():
        text = _PRINTED.sub(lambda found: f"{found[1]}:", text)
    if "..." in text or "…" in text:
        text = _AND_SO_ON.sub(blanked, text)
    if "=" in text:
        text = _BIBTEX.sub(_as_label, text)
    if "[" in text and text.lstrip()[:1] != "{":
        text = _JSON_NAME.sub(lambda found: f" {found[1]} {found[2]}", text)
    if any(sign in text for sign in "-–—=*_"):
        text = _RULED_OFF.sub(blanked, text)
        text = _BY_DASHES.sub(_with_commas, text)
        text = _LISTED_TAG.sub(blanked, text)
        text = _HEADED.sub(_with_colon, text)
    return text


def _without_their_fields(text: str) -> str:
    """Write the fields of other engines as `search_syntax` knows them."""
    if "=" in text:
        text = _ARXIV_QUERY.sub(blanked, text)
    if "[" in text:
        text = _COCHRANE_HEADING.sub(inner_only, text)
    if "/" in text:
        text = _OVID_HEADING.sub(lambda found: f"    {found[1]} ", text)
        text = _EMBASE_HEADING.sub(blanked, text)
    if "." in text:
        text = _OVID_FIELDS.sub(
            lambda found: _OVID_SCOPES.get(found[1], "").ljust(len(found[0])), text
        )
        text = _PROQUEST_HEADING.sub(lambda found: "su:".rjust(len(found[0])), text)
    if ":" in text:
        text = _XPLORE_FIELD.sub(_as_field, text)
        text = _EMBASE_FIELDS.sub(blanked, text)
    if '"' in text or "“" in text or "(" in text:
        text = _EBSCO_HEADING.sub(lambda found: f"{found[1]} ", text)
        text = _EBSCO_ALONE.sub(lambda found: f" {found[1]} ", text)
        text = _EBSCO_FIELD.sub(lambda found: f"{found[1].rstrip()}:".rjust(len(found[0])), text)
    return text


def _as_label(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2]}{found[3]} {found[4]} ".ljust(len(found[0]))


def _as_field(found: re.Match[str]) -> str:
    name = _XPLORE_NAMES.get(found[1].casefold())
    return name.rjust(len(found[0])) if name else found[0]


def _with_commas(found: re.Match[str]) -> str:
    """Return `keywords:   moss , ferns` for `keywords: - moss - ferns`."""
    if not is_plain_label(found[1]):
        return found[0]
    head, items = found[0].split(":", 1)
    return f"{head}:{items.replace(' - ', '   ', 1).replace(' - ', ' , ')}"


def _with_colon(found: re.Match[str]) -> str:
    """Return `Keywords:` for the `Keywords—` that journals print."""
    if not is_plain_label(found[1]):
        return found[0]
    at = found.start(2) - found.start()
    return f"{found[0][:at]}:".ljust(len(found[0]))
