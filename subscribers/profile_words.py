"""What a word of a profile is: its edges, its folded form, and what no text may hold. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

DASHES = "-‐‑‒–—−－"

# English words that stand in nearly every paper, whatever it is about.
_FUNCTION_WORDS = """
a about above after again against all also although am among an and any are as at be because been
before being below between both but by can cannot could did do does doing down during each either
few for from further had has have having he her here hers him his how however i if in into is it
its itself just may me might more most must my no nor not of off on once only or other our out
over own per same shall she should since so some such than that the their them then there these
they this those though through thus to too toward towards under until up upon us versus very via vs
was we were what when where whether which while who whom whose why will with within without would
yet you your
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())

_OPENED_BY = {")": "(", "]": "["}
_SIGNS_OF_NAMES = "+#*"  # C++, C#, A*
_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PLAIN = str.maketrans({"’": "'"} | dict.fromkeys(DASHES, "-"))  # as typewriters have them


@lru_cache(maxsize=4096)  # readers share most of their words
def normalised(token: str) -> tuple[str, ...]:
    """Return the words of a token as they are compared: NFKC, casefolded, no edge punctuation."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", token).casefold())
    words = (bare(word) for word in folded.translate(_PLAIN).split())
    return tuple(word for word in words if word)


def bare(token: str) -> str:
    """Return the token without punctuation at its edges; `C++`, `C#`, `A*` keep their signs."""
    if token.isalpha():
        return token
    start, end = 0, len(token)
    while start < end and not _is_of_word(token[start]):
        start += 1
    while end > start and not _is_of_word(token[end - 1]):
        end -= 1
    if start and token[start - 1] == "." and token[start:end].upper() == "NET":
        start -= 1  # the platform, not a net
    while end < len(token) and _closes(token[start : end + 1]):
        end += 1  # SE(3), p(doom)
    core_end = end
    while core_end > start and end < len(token) and token[end] in _SIGNS_OF_NAMES:
        end += 1
    has_letter = any(unicodedata.category(c)[0] in "LN" for c in token[start:end])
    return token[start:end] if has_letter else ""


def _closes(token: str) -> bool:
    """Return whether a token ends with a bracket that it opens itself, not as its first sign."""
    opening = _OPENED_BY.get(token[-1], "")
    return bool(opening) and 0 < token.count(opening) == token.count(token[-1])


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def is_control(character: str) -> bool:
    """Return whether a character shows nothing but acts: control, surrogates, private use, bidi."""
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Co", "Zl", "Zp")
        or character in _TURNS_TEXT
    )
