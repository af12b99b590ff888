"""What a word of a profile is: its edges, its folded form, and what no text may hold. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

DASHES = "-‐‑‒–—−－"

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
    core_end = end
    while core_end > start and end < len(token) and token[end] in _SIGNS_OF_NAMES:
        end += 1
    has_letter = any(unicodedata.category(c)[0] in "LN" for c in token[start:end])
    return token[start:end] if has_letter else ""


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def is_control(character: str) -> bool:
    """Tell whether a character shows nothing but acts: controls, surrogates, private use, bidi."""
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Co", "Zl", "Zp")
        or character in _TURNS_TEXT
    )
