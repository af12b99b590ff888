"""Shortening a sentence at the end of a clause, never inside a word, a bracket or a formula."""

from __future__ import annotations

import re

from wcwidth import wcwidth

# Where a sentence may stop, best first: what the first leave out adds to what is said.
_BOUNDARIES = (
    re.compile(
        r"[;；]|,? (?=which |where |while |whereas |thereby |leading to |resulting in |such as "
        r"|i\.e\.)"
        r"|, (?=and |but |allowing |enabling |achieving |making |yielding |including |with "
        r"|as well as )"
        r"| [–—-]+ |(?<!\d)—|，"
    ),
    re.compile(r"[,:、：] ?| (?=by \w+ing |using |based on |through |via |\()"),
    re.compile(r" (?=for |from |in (?!terms )|on |with |and |across |over )"),
    re.compile(r"\s"),
)
# Which kind is taken where it leaves at least so much of the limit, in the order of asking.
_PREFERENCE = ((0, 0.7), (1, 0.65), (2, 0.6), (0, 0.4), (1, 0.4), (3, 0.0))
# Begins with one set of characters, which the engine looks for without trying the rest each time.
_WHOLE = re.compile(
    r"[h$\\(\[\"“](?:(?<=h)ttps?://\S+|(?<=\$)[^$\n]{1,300}\$|(?<=\\)\(.{1,300}?\\\)"
    r"|(?<=\()[^()]{0,300}(?:\([^()]{0,100}\)[^()]{0,300}){0,8}(?:\)|$)"
    r"|(?<=\[)[^\][]{1,300}\]|(?<=\")[^\"]{1,100}\"|(?<=“)[^”]{1,100}”)"
)
_BEGINS_WHOLE = ("(", "[", "$", "://", '"', "“")  # without one, no need to look
_TRAILING = " ,;:–—-，；：、("
# A shortened sentence must not end on one of these: it would promise what does not come.
_DANGLING = re.compile(
    r"\s(?:a|an|the|of|to|in|on|for|with|and|or|by|that|which|is|are|be|than|from|as|at|our|its|we"
    r"|their|this|these|can|not|no|both|between|such|via|into|more|most|e\.g\.|i\.e\.|show|shows"
    r"|achieves?|obtains?|overall|often|any|direct|demonstrates?|find|reveal|prove|indicate|suggest|confirm|observe|used|same"
    r"|while|where|when|if|as well|using|other|how|whether|new|first|up|over|about|under|but|so"
    r"|have|has|was|were|will|may|without|only|very|much|well|one|two|three|per|within|across|through)$",
    re.IGNORECASE,
)
# Neither on a word that promises what it stands before, as do `rooted in` and `the following`.
_WAITING_WORDS = """
after against along although among around because before behind beyond despite during following
outside since though together toward towards unless until upon whereas whose
applied based calculated compared computed conditioned contingent depend dependent depending
depends derived differ differs due evaluated focus focuses indicative related relies rely resulting
rooted tested trained
almost enable enables enabling even further highly including least nearly rather require
requires requiring improve improves called outperform outperforms reduce reduces reveals
associated average best computational existing fixed former general higher joint latter lower
maximum minimum optimal random recent simple single standard unique
certain conditional current different important less many multiple previous several showing various
"""
_WAITING = frozenset(_WAITING_WORDS.split())
# What stands before a unit or a noun: `by 1.4 points`, `a two-player game`.
_QUALIFYING = re.compile(r"[~≈<>±+-]?\d[\d.,–-]*|(?!state-of-)\w+-(?:\w+-)*[a-z]+")
_BELONGING = (" of ", " to ", " than ", " as ")  # to the word before
_ONE_WORD_CLAUSE = re.compile(r"[;:] [a-z]+$")  # `…; formally`


def width(text: str) -> int:
    """Return how many columns a text takes: wide (Chinese, Japanese, Korean) characters count 2."""
    if text.isascii():
        return len(text)
    return sum([max(wcwidth(c), 0) for c in text])


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` columns; what is cut ends with an ellipsis.

    Empty when not even one word fits.
    """
    if width(text) <= limit:
        return text
    reach = _reach(text, limit - 1)
    inside: list[tuple[int, int]] = []
    if any(mark in text for mark in _BEGINS_WHOLE):
        inside = [found.span() for found in _WHOLE.finditer(text) if found.start() < reach]
    for kind, least in _PREFERENCE:
        ends = [found.start() for found in _BOUNDARIES[kind].finditer(text, 0, reach + 1)]
        for end in reversed(ends):
            if end < reach * least:
                break
            if end <= reach and not any(a < end < b for a, b in inside) and _closed(text, end):
                return text[:end].rstrip(_TRAILING) + "…"
    return _last_resort(text, reach)


def _closed(text: str, end: int) -> bool:
    """Return whether a text may end there: no word is left waiting for another."""
    word = text[text.rfind(" ", 0, end) + 1 : end]
    if word.lower() in _WAITING or text.startswith(_BELONGING, end):
        return False
    if text.startswith(" ", end) and _QUALIFYING.fullmatch(word):
        return False
    tail = text[max(0, end - 20) : end]
    return _DANGLING.search(tail[-12:]) is None and _ONE_WORD_CLAUSE.search(tail) is None


def _reach(text: str, columns: int) -> int:
    """Return how many characters fit into so many columns."""
    if text.isascii():
        return columns
    used = 0
    for at, character in enumerate(text):
        used += max(wcwidth(character), 0)
        if used > columns:
            return at
    return len(text)


def _last_resort(text: str, reach: int) -> str:
    """Cut between two words, or between two characters of a script without spaces."""
    end = text.rfind(" ", 0, reach + 1)
    if end <= 0:
        if text[:reach].isascii():
            return ""  # one word longer than the limit: a link, or nothing that can be read
        end = reach
    kept = text[:end].rstrip(_TRAILING)
    return kept + "…" if kept else ""
