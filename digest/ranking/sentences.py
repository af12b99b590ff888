"""Where the sentences of an abstract begin and end.

A stop ends a sentence where a capital, a digit or a bracket follows its space, or where an
extraction ate the space (`is slow.We propose`);
not after an abbreviation, an initial or in `i.i.d.`
"""

from __future__ import annotations

import re

_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*|[。！？]+[”」』）]*")
# What follows a stop whose space an extraction ate; `2.5`, `v1.2` and addresses are nothing such.
_EATEN_SPACE = re.compile(r"[A-Z][a-z]*[ ,]")
# What a stop belongs to. `etc.`, `al.` and an initial end a sentence only by chance: kept together.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"~-])(?:"
    r"e\.\s?g|i\.\s?e|al|vs|cf|figs?|eqs?|eqns?|secs?|tabs?|refs?|ch|chap|resp|approx"
    r"|nos?|vol|pp?"
    r"|dr|prof|st|mr|mrs|ms|jr|w\.r\.t|i\.i\.d|a\.k\.a|s\.t|u\.s|u\.k|viz|ca|incl|inc|ltd|dept|univ"
    r"|z\.\s?b|d\.\s?h|u\.\s?a|bzw|ggf|vgl|sog|abb|nr|bspw"
    r"|[a-z])\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 9
# After these a capital is a name or a number more often than a new sentence, unless it is one of:
_OPENERS = re.compile(
    r"\s+(?:We|Our|This|These|The|In|It|However|To|For|Here|They|Moreover|Thus|As|But)\s"
)
_MAY_END = re.compile(r"(?:al|etc|i\.i\.d|u\.s|u\.k|w\.r\.t|inc|ltd|[^\W\d_])\.$", re.IGNORECASE)


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence of a paragraph, without the space between."""
    bounds: list[tuple[int, int]] = []
    start = 0
    for found in _STOP.finditer(text):
        end = found.end()
        if _ends(text, start, found.start(), end):
            start = _add(bounds, text, start, end)
    _add(bounds, text, start, len(text))
    return bounds


def _ends(text: str, start: int, stop: int, end: int) -> bool:
    """Return whether the stop at `stop`, with its closing quotes up to `end`, ends a sentence."""
    if text[stop] in "。！？":
        return True
    following = text[end : end + 1]
    if not following.isspace():
        return (
            (text[stop - 1 : stop].islower() or text[stop - 1 : stop] in ")]")
            and stop > 0
            and _EATEN_SPACE.match(text, end) is not None
            and not _belongs_to_word(text, start, end)
        )
    following = text[end + 1 : end + 2]
    if following.isspace():
        following = text[end:].lstrip()[:1]
    if not following or "a" <= following <= "z":
        return False
    return text[end - 1] != "." or stop != end - 1 or not _belongs_to_word(text, start, end)


def _belongs_to_word(text: str, start: int, end: int) -> bool:
    """Return whether the stop before `end` is an abbreviation's, not a sentence's."""
    if text[end - 3 : end - 1].isalpha() and text[end - 6 : end - 1].isalpha():
        return False  # a word of five letters or more: the usual case, known without a search
    before = text[max(start, end - _LONGEST_ABBREVIATION) : end]
    if not _ABBREVIATION.search(before):
        return False
    return not (_MAY_END.search(before) and _OPENERS.match(text, end))


def _add(bounds: list[tuple[int, int]], text: str, start: int, end: int) -> int:
    """Keep a sentence without the space around it; return where the next may begin."""
    while start < end and text[start].isspace():
        start += 1
    last = end
    while last > start and text[last - 1].isspace():
        last -= 1
    if start < last:
        bounds.append((start, last))
    return end
