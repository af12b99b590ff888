"""Acronyms as the archive itself defines them: "reinforcement learning (RL)".

Source: Schwartz & Hearst, A Simple Algorithm for Identifying Abbreviation Definitions (2003), cut
down to forms whose letters are the initials of the words before the bracket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources

from digest.ranking.text import is_content, stem, tokens_of

_SHORT = re.compile(r"\(([A-Z][A-Za-z0-9-]{0,8}[A-Z0-9]s?|[A-Z]{2,10}s?)\)")
_LONGEST = 10  # words looked back at
DOMINANT = 0.7  # share of a short form's definitions that its long form must have
DEFINED = 0.1  # share of the papers with the short form that define it: `aim` is also a word

Acronyms = Mapping[str, Mapping[str, int]]  # short stem → long form's stems → papers defining it


def definitions(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (stem of the short form, stems of the long form) for each definition in a text."""
    for found in _SHORT.finditer(text):
        short = found[1]
        letters = re.sub(r"s$|[^A-Za-z]", "", short).lower()
        before = tokens_of(text[max(0, found.start() - 160) : found.start()])[-_LONGEST:]
        words = [(token.stem, token.stem[0]) for token in before]
        long = _spelled(words, letters)
        if long and len(long) > 1:
            yield stem(short), long


def _spelled(words: Sequence[tuple[str, str]], letters: str) -> tuple[str, ...] | None:
    """Return the last words whose initials are the letters; function words may stand between."""
    at = len(words) - 1
    for letter in reversed(letters):
        while at >= 0 and words[at][1] != letter and not is_content(words[at][0]):
            at -= 1
        if at < 0 or words[at][1] != letter:
            return None
        at -= 1
    return tuple(stemmed for stemmed, _ in words[at + 1 :])


def long_form(short: str, known: Acronyms, papers_with_short: int) -> tuple[str, ...] | None:
    """Return what a short form stands for here; None when it is unclear or a plain word too."""
    forms = known.get(short)
    if not forms:
        return None
    total = sum(forms.values())
    best = max(sorted(forms), key=lambda form: forms[form])
    clear = forms[best] >= DOMINANT * total and total >= DEFINED * papers_with_short
    return tuple(best.split()) if clear else None


@lru_cache(maxsize=1)
def standard() -> Mapping[str, tuple[str, ...]]:
    """Return the shipped list: stem of a short form → stems of its long form."""
    text = resources.files("digest.ranking").joinpath("data/acronyms.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = [line.split(": ", 1) for line in lines]
    return {
        stem(form): tuple(token.stem for token in tokens_of(long))
        for short, long in pairs
        for form in (f"{short}s", short)  # a stemmer leaves the `s` of what has no vowel
    }
