"""Keyword text as it was pasted → the same text, as long, without what nobody typed. Pure.

Every character keeps its place, so that a problem's place is right in the reader's own text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from subscribers.boolean_query import groups, looks_like_a_query
from subscribers.keyword_lines import LINE_ENDS, is_label
from subscribers.messages import Message, message
from subscribers.other_engines import in_our_terms
from subscribers.profile_words import DASHES
from subscribers.same_length import blanked, inner_only
from subscribers.search_syntax import OPERATOR_AT_END, OPERATOR_AT_START
from subscribers.sentences import without_sentences, without_what_lists

_UNSEEN = str.maketrans(dict.fromkeys("\u200b\u2060\ufeff\u200e\u200f", " "))
_TAG = re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_WITHIN_A_LINE = frozenset(
    (
        *("a", "b", "big", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span"),
        *("strong", "sub", "sup", "tt", "u", "var"),
    )
)  # all others part what they stand between: <li>, <br>, <kwd>, <td>
_ALONE = frozenset(("br", "p", "li", "hr", "td", "tr", "th"))  # what HTML lets stand unclosed
_WRITTEN_OUT_TAG = re.compile(r"&lt;/?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*?)?/?&gt;")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#39|#34|apos);")
_MEANT = {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&apos;": "'", "&amp;": "&"}
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ROMAN_WITHIN = re.compile(r"(?<!\S)\(?(i{1,3}|iv|vi{0,3}|ix|x)\)[ \t]+(?=\S)")
_ROMAN = re.compile(r"^[ \t]*\(?(i{1,3}|iv|vi{0,3}|ix|x)[.)][ \t]+(?=\S)", re.I | re.M)
_LETTERED = re.compile(r"(?<!\S)\(?([a-z])\)\s+(?=\S)")
_LABEL_WITHIN = re.compile(r";(?=[ \t]*([^,;:：\n]{2,30})[:：]\s)")
_BOLD = re.compile(r"(\*\*|__)(?=[^\s*_])([^*\n]*?[^\s*_])\1(?!\w)")
_LATEX = re.compile(r"\$\\([A-Za-z]+)\$(\S*)")
_HEADING = re.compile(r"^#{1,6} +([^\n:]*[^\s:])[ \t]*(?=\n+[ \t]*(?:[-*•–]|\d+[.)])[ \t])", re.M)
_SYMBOLS = re.compile("^([ \t]*)(?:[\uf000-\uf0ff]|o(?=\t))", re.M)  # Word's bullets
_CIRCLED = re.compile("[①-⑳⑴-⒇❶-❿➀-➓⓵-⓾]")
_DOUBLED = re.compile(r'""(?=[^\s",;][^"\n]*"")|(?<=[^\s",;])""')  # as CSV writes one
# A minus within brackets: `(-video, -audio)`, `[-video generation]` keep out what they hold.
_MINUS_WITHIN = re.compile(
    rf"(?<!\S)[(\[] ?(?=[{re.escape(DASHES)}][^\W\d])([^()\[\]\n]*)[)\]](?=[\s,;.]|\Z)"
)
_PLUSES = re.compile(r"\+(AND|OR|ANDNOT|NOT)\+")


class Cleaned(NamedTuple):
    """A text without what nobody typed."""

    text: str
    remarks: list[Message]  # what was left out of it
    sentences: list[int]  # where what is left of whole sentences begins


def cleaned(text: str) -> Cleaned:
    """Return the text to read, and what was left out of it."""
    remarks = []
    if not text.isascii():
        text = text.translate(_UNSEEN)
        if _CIRCLED.match(text.lstrip()):
            text = _CIRCLED.sub("\n", text)
    for sign, tags in (("<", _TAG), ("&lt;", _WRITTEN_OUT_TAG)):
        if sign in text and (names := _names_of(tags.findall(text), text)):
            text = tags.sub(
                lambda tag: _without_tag(tag) if tag["name"].lower() in names else tag[0], text
            )
            remarks.append(message("signs of HTML such as <b> were left out"))
    text = _SYMBOLS.sub(r"\1•", text)
    if '""' in text:
        text = _DOUBLED.sub(lambda found: ' "' if found.end() < len(text) else '" ', text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: _MEANT.get(found[0], " ").ljust(len(found[0])), text)
    if "**" in text or "__" in text:
        text = _BOLD.sub(lambda found: f"  {found[2]}  ", text)
    if "$" in text:
        text = _LATEX.sub(lambda found: (found[1] + found[2]).ljust(len(found[0])), text)
    if "#" in text:
        text = _HEADING.sub(lambda found: f"{found[1]}:".ljust(len(found[0])), text)
    if "(" in text or "[" in text:
        text = _MINUS_WITHIN.sub(_without_brackets, text)
    text, said, sentences = without_sentences(text)
    remarks += said
    text, said = without_what_lists(text)
    remarks += said
    if "+" in text:
        text = _PLUSES.sub(lambda found: f" {found[1]} ", text)
    text = _listed(in_our_terms(text))
    if looks_like_a_query(text) and any(end in text for end in LINE_ENDS):
        text = _on_one_line(text)
    return Cleaned(text, remarks, sentences)


def _without_brackets(found: re.Match[str]) -> str:
    """Return what stands in brackets as exclusions, each of several words as a phrase."""
    inside = found[1].rstrip()
    if "," in inside or " " not in inside:
        return inner_only(found)
    return f'{inside[0]}"{inside[1:]}"'.rjust(found.end(1) - found.start()).ljust(len(found[0]))


def _listed(text: str) -> str:
    """Return the text with lists within a line, `a) … b) …` or `…; never: …`, on several."""
    romans = [found[1].lower() for found in _ROMAN.finditer(text)]
    if len(romans) > 1 and romans[:2] == ["i", "ii"]:
        text = _ROMAN.sub(blanked, text)
    within = [found[1] for found in _ROMAN_WITHIN.finditer(text)]
    if len(within) > 1 and tuple(within) == _ROMANS[: len(within)]:
        text = _ROMAN_WITHIN.sub(lambda found: _blank(found[0], "\n"), text)
    letters = _LETTERED.findall(text)
    if len(letters) > 1 and letters == [chr(ord("a") + at) for at in range(len(letters))]:
        text = _LETTERED.sub(lambda found: _blank(found[0], "\n"), text)
    if ";" in text:
        text = _LABEL_WITHIN.sub(lambda found: "\n" if is_label(found[1]) else ";", text)
    return text


def _names_of(tags: list[str], text: str) -> frozenset[str]:
    """Return which are tags: those of a line, those that are closed too; `<image>` is a word."""
    return frozenset(
        name
        for name in map(str.lower, tags)
        if name in _ALONE | _WITHIN_A_LINE or f"/{name}" in text.lower()
    )


def _without_tag(tag: re.Match[str]) -> str:
    return _blank(tag[0], " " if tag["name"].lower() in _WITHIN_A_LINE else "\n")


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
