"""Keyword text as it was pasted → the same text, as long, without what nobody typed. Pure.

Every character keeps its place, so that a problem's place is right in the reader's own text.
"""

from __future__ import annotations

import re

from subscribers.boolean_query import groups, looks_like_a_query
from subscribers.keyword_lines import LINE_ENDS, is_label
from subscribers.messages import Message, message
from subscribers.search_syntax import OPERATOR_AT_END, OPERATOR_AT_START
from subscribers.sentences import without_sentences

_UNSEEN = str.maketrans(dict.fromkeys("\u200b\u2060\ufeff\u200e\u200f", " "))
_TAG = re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_BLOCKS = frozenset(
    ["br", "p", "li", "ul", "ol", "div", "tr", "td", "th", "h1", "h2", "h3", "h4", "table"]
)
_WRITTEN_OUT_TAG = re.compile(r"&lt;/?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*?)?/?&gt;")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#39|#34|apos);")
_MEANT = {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&apos;": "'", "&amp;": "&"}
_ARXIV_QUERY = re.compile(r"\bsearch_query=")
# Ovid's fields after a word, and its sign for a subject heading with all below it.
_OVID_FIELDS = re.compile(r"\.((?:ti|ab|tw|mp|kw|kf|hw|sh|af|au)(?:,\w\w)*)\.(?=[\s)]|\Z)")
_OVID_HEADING = re.compile(r"\bexp ([^/,;\n()]+)/(?=[\s)]|\Z)")
_OVID_SCOPES = {"ti": "[ti]", "au": "[au]"}
_LETTERED = re.compile(r"(?<!\S)\(?([a-z])\)\s+(?=\S)")
_LABEL_WITHIN = re.compile(r";(?=[ \t]*([^,;:：\n]{2,30})[:：]\s)")
_BOLD = re.compile(r"(\*\*|__)(?=[^\s*_])([^*\n]*?[^\s*_])\1(?!\w)")
_LATEX = re.compile(r"\$\\([A-Za-z]+)\$(\S*)")
_HEADING = re.compile(r"^#{1,6} +([^\n:]*[^\s:])[ \t]*(?=\n+[ \t]*(?:[-*•–]|\d+[.)])[ \t])", re.M)
_PLUSES = re.compile(r"\+(AND|OR|ANDNOT|NOT)\+")


def cleaned(text: str) -> tuple[str, list[Message]]:
    """Return the text to read, and what was left out of it."""
    remarks = []
    if not text.isascii():
        text = text.translate(_UNSEEN)
    for signs, tags in (("<", _TAG), ("&lt;", _WRITTEN_OUT_TAG)):
        if signs in text and tags.search(text):
            text = tags.sub(
                lambda tag: _blank(tag[0], "\n" if tag["name"].lower() in _BLOCKS else " "), text
            )
            remarks.append(message("signs of HTML such as <b> were left out"))
    if "&" in text:
        text = _ENTITY.sub(lambda found: _MEANT.get(found[0], " ").ljust(len(found[0])), text)
    if "**" in text or "__" in text:
        text = _BOLD.sub(lambda found: f"  {found[2]}  ", text)
    if "$" in text:
        text = _LATEX.sub(lambda found: (found[1] + found[2]).ljust(len(found[0])), text)
    if "#" in text:
        text = _HEADING.sub(lambda found: f"{found[1]}:".ljust(len(found[0])), text)
    text, said = without_sentences(text)
    remarks += said
    if "+" in text:
        text = _PLUSES.sub(lambda found: f" {found[1]} ", text)
    text = _listed(_from_elsewhere(text))
    if looks_like_a_query(text) and any(end in text for end in LINE_ENDS):
        text = _on_one_line(text)
    return text, remarks


def _from_elsewhere(text: str) -> str:
    """Return the text with what the arXiv's API and Ovid write around words in our terms."""
    if "=" in text:
        text = _ARXIV_QUERY.sub(lambda found: _blank(found[0], " "), text)
    if "/" in text:
        text = _OVID_HEADING.sub(lambda found: f"    {found[1]} ", text)
    if "." in text:
        text = _OVID_FIELDS.sub(
            lambda found: _OVID_SCOPES.get(found[1], "").ljust(len(found[0])), text
        )
    return text


def _listed(text: str) -> str:
    """Return the text with lists within a line, `a) … b) …` or `…; never: …`, on several."""
    letters = _LETTERED.findall(text)
    if len(letters) > 1 and letters == [chr(ord("a") + at) for at in range(len(letters))]:
        text = _LETTERED.sub(lambda found: _blank(found[0], "\n"), text)
    if ";" in text:
        text = _LABEL_WITHIN.sub(lambda found: "\n" if is_label(found[1]) else ";", text)
    return text


def _blank(tag: str, end: str) -> str:
    return end.rjust(len(tag))


def _on_one_line(text: str) -> str:
    """Return the text with a query that goes on over several lines on one."""
    joined = list(text)
    depth = 0
    opened: list[int] = []
    for at, here in enumerate(text):
        if here in "(（" and groups(text, at):
            depth += 1
        elif here in ")）" and depth:
            depth -= 1
            if depth == 0:
                opened = []
        elif here in LINE_ENDS:
            if depth:
                opened.append(at)
                joined[at] = " "
            elif _goes_on(text, at):
                joined[at] = " "
    for at in opened:  # its bracket was never closed: it ends with its line
        joined[at] = text[at]
    return "".join(joined)


def _goes_on(text: str, at: int) -> bool:
    """Return whether the line that ends at a place ends, or the next begins, with an operator."""
    return bool(
        OPERATOR_AT_END.search(text[max(0, at - 12) : at]) or OPERATOR_AT_START.match(text, at)
    )
