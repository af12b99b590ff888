"""Words that the end of a line has broken, as PDF readers copy them: `a long para-` / `graph`.

A hyphen at a line's end may be the word's own (`state-` / `of-the-art`). The text itself tells:
it writes most words more than once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from digest.dumps.page.pieces import Piece

_HEAD = re.compile(r"(?<![\w-])([A-Za-z]?[a-z]+)[-‐]$")
_SOFT_HYPHEN = "\u00ad"
_TAIL = re.compile(r"[a-z]+(?![\w-])")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
# What no English word is, but many end in: `embed-` / `ding`, but not `fine-` / `grained`.
_SYLLABLES = re.compile(
    "[dfglmnptvz]?ing(?:s|ly)?|[dnpstz]?ed|[aeiou]?[st]?ions?(?:al(?:ly)?)?"
    "|[aeiou]?[tr]?ments?|ness|[tlsc]?ably|[bdgt]?ly|ity|ities|ally|ical(?:ly)?|[ai]nce|[ai]tive(?:ly)?"
    "|tive|sive|tures?|tors?|ters?|ders?|gence|tics?|rithms?|ularly?|ous(?:ly)?|ize[ds]?|izing"
)
# Words that are joined to others by a hyphen and seldom stand alone.
_COMPOUNDED_WORDS = (
    "fine coarse grained end state art real time high low level long short term range large small"
    " scale zero few one shot open source world domain well ill self free aware based driven"
    " guided wise specific agnostic trained tuned tuning supervised conditioned dimensional order"
    " quality resource rank task modal view step hop turn form text image speech token model data"
    " human machine computer in the loop out of distribution sample box black white hand object"
    " plug play trade off non linear two three stage way vision language"
)
_COMPOUNDED = frozenset(_COMPOUNDED_WORDS.split())
# Beginnings of words with a hyphen of their own, which stand nowhere alone.
_PREFIX = re.compile(
    "self|non|pre|post|multi|semi|co|re|cross|meta|inter|sub|anti|quasi|pseudo|intra|ultra|hyper"
    "|micro|macro|bi|tri|un"
)


def rejoined(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with each broken word whole, at the beginning of the later line.

    Only where more of them stand elsewhere in the text without the hyphen than with it: many
    programs break lines at a word's own hyphens and nowhere else.
    """
    breaks = {
        at: (head[1], tail[0])
        for at, (one, two) in enumerate(pairwise(pieces))
        if (head := _HEAD.search(one.text)) and (tail := _TAIL.match(two.text))
        if not (two.gap or two.heading or two.item or one.heading or one.whole or two.whole)
    }
    if not breaks:
        return list(pieces)
    words = Counter(word.lower() for piece in pieces for word in _WORD.findall(piece.text))
    words.subtract(part.lower() for parts in breaks.values() for part in parts)
    known = {word for word, count in words.items() if count > 0}
    whole = sum(
        (head + tail).lower() in known or _SYLLABLES.fullmatch(tail) is not None
        for head, tail in breaks.values()
    )
    if whole <= sum(f"{head}-{tail}".lower() in known for head, tail in breaks.values()):
        return list(pieces)
    compounds = {part for word in known if "-" in word for part in word.split("-")} | _COMPOUNDED
    found = list(pieces)
    for at, (begun, rest) in breaks.items():
        if _is_broken(begun.lower(), rest, known, compounds):
            one, two = found[at], found[at + 1]
            found[at] = _changed(one, one.text[: -len(begun) - 1].rstrip())
            found[at + 1] = _changed(two, begun + two.text)
    return [piece for piece in found if piece.text]


def _is_broken(head: str, tail: str, known: set[str], compounds: set[str]) -> bool:
    """Return whether a hyphen between two parts is a line's, not the word's own."""
    if head + tail in known:
        return True
    if f"{head}-{tail}" in known or _PREFIX.fullmatch(head):
        return False
    words = [part in known or part in compounds for part in (head, tail)]
    return _SYLLABLES.fullmatch(tail) is not None or not all(words)


def without_soft_hyphens(lines: Sequence[str]) -> list[str]:
    """Return lines with each word whole that a soft hyphen (U+00AD) breaks over a line's end."""
    found = list(lines)
    for at in range(len(lines) - 1):
        line = found[at].rstrip()
        if line.endswith(_SOFT_HYPHEN) and lines[at + 1].lstrip()[:1].islower():
            before, _, begun = line[:-1].rpartition(" ")
            found[at], found[at + 1] = before.rstrip(), begun + found[at + 1].lstrip()
    return found


def _changed(piece: Piece, text: str) -> Piece:
    at = piece.raw.rfind(piece.text)
    raw = piece.raw[:at] + text if at >= 0 else text
    return replace(piece, text=text, raw=raw)
