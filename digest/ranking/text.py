"""Display text → stemmed tokens that remember where they stood.

A token is a run of letters and digits; what joins two runs with a hyphen is kept twice, as its
parts and as one word, so that `pre-training`, `pre training` and `pretraining` meet.
Letters are compared in NFKC, casefolded and without accents, so the 𝒌 of a formula is a k.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from digest.ranking.spelling import one_spelling
from subscribers.profile_words import FUNCTION_WORDS

# `C++`, `C#`, `A*`, `.NET` keep their sign; `Alzheimer's` loses its 's (within the token's span).
_TOKEN = re.compile(
    r"(?<![\w.])\.(?:NET|net)\b|[^\W\d_](?:\+\+|#|\*)(?!\w)|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*(?:['’]s\b)?"
)
_HYPHENS = frozenset("-‐‑\u00ad")


class Token(NamedTuple):
    """One word of a text."""

    stem: str
    start: int  # offsets into the text it was read from
    end: int
    hyphen: bool  # a hyphen, and nothing else, stands between it and the next token


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a word's Snowball (English) stem: `networks`, `Networks` → `network`."""
    if word.isascii() and word.isalnum():  # the usual case, and the same: nothing to normalise
        return _stemmed(one_spelling(word.lower()))
    folded = unicodedata.normalize("NFKC", word).casefold()
    for apostrophe in ("'s", "’s"):
        folded = folded.removesuffix(apostrophe)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in decomposed if not unicodedata.combining(c)) or folded
    return _stemmed(one_spelling(folded))


# What Snowball cuts down to another word: `tokenization` to `token`, `generative` to `generation`'s
# stem, `relativity` to `relation`'s. See docs/ranking.md for what each is worth.
_MADE = re.compile(r"(.{3,}i)z(?:e[drs]?|ers|ing|able|ations?)")
_QUALITY = re.compile(r"(.{3,}iv)(?:ity|ities)")


def _stemmed(word: str) -> str:
    if made := _MADE.fullmatch(word):
        return f"{made[1]}z"
    if quality := _QUALITY.fullmatch(word):
        return f"{quality[1]}ity"
    return word if word.endswith("ative") else str(_snowball()(word))


@lru_cache(maxsize=1)
def _snowball():  # type: ignore[no-untyped-def]
    return Stemmer.Stemmer("english", 0).stemWord  # without its cache: `stem` has a quicker one


def tokens_of(text: str) -> list[Token]:
    """Return a text's tokens in reading order, function words included."""
    if text.isalnum() and text.isascii():  # most words of most profiles: one token
        return [Token(stem(text), 0, len(text), False)]
    found = []
    matches = list(_TOKEN.finditer(text))
    for match, following in zip(matches, [*matches[1:], None], strict=False):
        hyphen = (
            following is not None
            and following.start() == match.end() + 1
            and text[match.end()] in _HYPHENS
        )
        found.append(Token(stem(match.group()), match.start(), match.end(), hyphen))
    return found


def compounds(text: str, tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield (stem of the joined word, first, last token index) of each hyphenated pair or run."""
    for first, token in enumerate(tokens):
        last = first
        while token.hyphen and tokens[last].hyphen and last + 1 < len(tokens):
            last += 1
            joined = text[token.start : tokens[last].end]
            yield stem("".join(c for c in joined if c not in _HYPHENS)), first, last


def is_content(stemmed: str) -> bool:
    """Whether a stem carries meaning of its own: `of` and `the` do not."""
    return stemmed not in _FUNCTION_STEMS


_FUNCTION_STEMS = frozenset(map(stem, FUNCTION_WORDS)) | FUNCTION_WORDS
