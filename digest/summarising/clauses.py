"""Shortening a sentence at the end of a clause, never inside a word, a bracket or a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wcwidth import wcwidth

from digest.summarising.endings import may_end

# Where a sentence may stop, best first: what the first leave out adds to what is said. Each begins
# with one set of characters, which the engine looks for without trying the rest each time.
_BOUNDARIES = (
    re.compile(
        r"[;；，, —](?:(?<=[;；，])|(?:(?<=,) |(?<= ))(?=which |where |while |whereas |thereby "
        r"|leading to |resulting in |such as |i\.e\.)"
        r"|(?<=,) (?=and |but |allowing |enabling |achieving |making |yielding |including |with "
        r"|as well as )"
        r"|(?<= )[–—-]+ |(?<=—)(?<!\d—))"
    ),
    re.compile(
        r"[,:、： ](?:(?<=[,:])(?= )|(?<=[、：])"
        r"|(?<= )(?=by \w+ing |using |based on |through |via |\())"
    ),
    re.compile(
        r" (?=(?:for|from|in(?! terms)|on|with|and|or|across|over|under|during|without|against|when"
        r"|because|since|if|unless|after|before|despite|within"
        r"|für|mit|und|oder|durch|pour|avec|et|dans|sur|para|con|y|en|com) )"
    ),
    re.compile(r"\s"),
)
# Which kind is taken where it leaves at least so much of the limit, in the order of asking.
_PREFERENCE = ((0, 0.7), (1, 0.65), (2, 0.6), (0, 0.4), (1, 0.4), (2, 0.3), (0, 0.3), (1, 0.3))
_RESORT = ((0, 0.15), (1, 0.15), (2, 0.15), (3, 0.0))  # where something must be shown
# Begins with one set of characters, which the engine looks for without trying the rest each time.
_WHOLE = re.compile(
    r"[$\\(\[\"“](?:(?<=\$)[^$\n]{1,300}\$|(?<=\\)\(.{1,300}?\\\)"
    r"|(?<=\()[^()]{0,300}(?:\([^()]{0,100}\)[^()]{0,300}){0,8}(?:\)|$)"
    r"|(?<=\[)[^\][]{1,300}\]|(?<=\")[^\"]{1,100}\"|(?<=“)[^”]{1,100}”)"
)
_BEGINS_WHOLE = ("(", "[", "$", '"', "“")  # without one, no need to look
_TRAILING = " ,;:–—-，；：、("
_LOOKAHEAD = 12  # characters: the word that begins what is left out
_LONGEST_BOUNDARY = 4  # characters before the word of the next clause
_NOT_ASCII = re.compile(r"[^ -~]")


def width(text: str) -> int:
    """Return how many columns a text takes: wide (Chinese, Japanese, Korean) characters count 2."""
    if text.isascii():
        return len(text)
    return len(text) + sum([max(wcwidth(c), 0) - 1 for c in _NOT_ASCII.findall(text)])


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` columns; what is cut ends with an ellipsis.

    Empty when not even one word fits.
    """
    if width(text) <= limit:
        return text
    reach = _reach(text, limit - 1)
    return _cut(text, reach, _PREFERENCE + _RESORT) or _last_resort(text, reach)


def whole_clauses(text: str, limit: int) -> str:
    """Return what `shortened` would where that ends with a clause or a phrase, else nothing."""
    return text if width(text) <= limit else _cut(text, _reach(text, limit - 1), _PREFERENCE)


def _cut(text: str, reach: int, preference: Sequence[tuple[int, float]]) -> str:
    """Cut a text at its best boundary of at most so many characters; empty without one."""
    for kind, least in preference:
        earliest = reach * least
        start = max(int(earliest) - _LONGEST_BOUNDARY, 0)
        found = _BOUNDARIES[kind].finditer(text, start, min(reach + _LOOKAHEAD, len(text)))
        for end in reversed([each.start() for each in found]):
            if end < earliest:
                break
            if end <= reach and may_end(text, end) and not _in_a_whole(text, end):
                kept = text[:end].rstrip(_TRAILING)
                if kept:
                    return kept + "…"
    return ""


def _in_a_whole(text: str, at: int) -> bool:
    """Return whether a place is inside a link, a bracket, a formula or a quotation."""
    if text[at] != " " and "://" in text[text.rfind(" ", 0, at) + 1 : at]:
        return True
    if not any(map(text.__contains__, _BEGINS_WHOLE)):
        return False
    return any(found.start() < at < found.end() for found in _WHOLE.finditer(text))


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
