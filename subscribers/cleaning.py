"""Keyword text as it was pasted → the same text, as long, without what nobody typed. Pure.

Every character keeps its place, so that a problem's place is right in the reader's own text.
"""

from __future__ import annotations

import re

from subscribers.boolean_query import groups, looks_like_a_query
from subscribers.keyword_lines import LINE_ENDS
from subscribers.messages import Message, message
from subscribers.search_syntax import OPERATOR_AT_END, OPERATOR_AT_START

_UNSEEN = str.maketrans(dict.fromkeys("\u200b\u2060\ufeff\u200e\u200f", " "))
_TAG = re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_BLOCKS = frozenset(
    ["br", "p", "li", "ul", "ol", "div", "tr", "td", "th", "h1", "h2", "h3", "h4", "table"]
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#39|#34|apos);")
_MEANT = {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&apos;": "'", "&amp;": "&"}
_PLUSES = re.compile(r"\+(AND|OR|ANDNOT|NOT)\+")


def cleaned(text: str) -> tuple[str, list[Message]]:
    """Return the text to read, and what was left out of it."""
    remarks = []
    if not text.isascii():
        text = text.translate(_UNSEEN)
    if "<" in text and _TAG.search(text):
        text = _TAG.sub(
            lambda tag: _blank(tag[0], "\n" if tag["name"].lower() in _BLOCKS else " "), text
        )
        remarks.append(message("signs of HTML such as <b> were left out"))
    if "&" in text:
        text = _ENTITY.sub(lambda found: _MEANT.get(found[0], " ").ljust(len(found[0])), text)
    if "+" in text:
        text = _PLUSES.sub(lambda found: f" {found[1]} ", text)
    if looks_like_a_query(text) and any(end in text for end in LINE_ENDS):
        text = _on_one_line(text)
    return text, remarks


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
