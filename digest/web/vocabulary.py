"""The words of recent titles: what a misspelt keyword may have meant, and what to try."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from rapidfuzz import fuzz, process

from digest.papers import Paper
from digest.ranking.text import is_content, stem, tokens_of
from subscribers.profile import Item
from subscribers.profile_words import normalised

if TYPE_CHECKING:
    from digest.ranking.features import Document

TOPICS = 12  # to press
_HYPHENS = "-\u2010\u2011"
_LEAST = 80.0  # of 100: how much alike two words are that may be one
_LONGEST = 40  # characters; what is longer is no misspelt word
_WORDS = 20  # looked up for one preview


class Budget:
    """How many more words of one preview are looked up; each of them once."""

    def __init__(self, words: int = _WORDS) -> None:
        self._left = words
        self._known: dict[str, tuple[str, ...]] = {}

    def spend(self) -> bool:
        """Take one word from what is left; return whether there was one."""
        self._left -= 1
        return self._left >= 0

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        """What was found for each word."""
        return self._known


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of some titles."""

    words: tuple[str, ...]
    stems: frozenset[str]  # of the whole papers
    topics: tuple[str, ...]  # pairs of words that stand in most titles, the commonest first

    @classmethod
    def of(cls, papers: Sequence[Paper], documents: Iterable[Document]) -> Self:
        """Gather the words of papers' titles. `documents`: the papers, taken apart."""
        stems = frozenset().union(*(document.stems() for document in documents))
        return cls(_title_words(papers), stems, _topics(papers))

    @classmethod
    def with_stems(cls, papers: Sequence[Paper], stems: frozenset[str]) -> Self:
        """Gather the words of papers' titles alone; `stems`: all that are known, there or not."""
        return cls(_title_words(papers), stems, ())

    def close_to(self, words: Iterable[str], budget: Budget) -> tuple[str, ...]:
        """Return up to three words of titles that are written much like some others."""
        found: dict[str, None] = {}
        for word in dict.fromkeys(words):
            if word not in budget.known:
                if len(word) > _LONGEST or not budget.spend():
                    continue
                budget.known[word] = self._like(word)
            found.update(dict.fromkeys(budget.known[word]))
        return tuple(found)[:3]

    def misspelt(self, item: Item, budget: Budget) -> tuple[str, tuple[str, ...]]:
        """Return the first word of an item that stands nowhere, and what is written much like it.

        Empty when there is none.
        """
        if item.scope in ("author", "org"):
            return "", ()
        for typed in dict.fromkeys(item.text.split()):
            words = normalised(typed)
            stems = (token.stem for word in words for token in tokens_of(word))
            if self.stems.isdisjoint(stems) and (close := self.close_to(words, budget)):
                return typed, close
        return "", ()

    def _like(self, word: str) -> tuple[str, ...]:
        close = process.extract(
            word, self.words, scorer=fuzz.ratio, processor=None, limit=3, score_cutoff=_LEAST
        )
        return tuple(near for near, _, _ in close if near != word)[:2]


def _title_words(papers: Sequence[Paper]) -> tuple[str, ...]:
    whole = {word for paper in papers for word in _words(paper.title)}
    parts = {part for word in whole for part in re.split(f"[{_HYPHENS}]", word)}
    return tuple(sorted(word for word in whole | parts if len(word) > 3))


def _words(title: str) -> list[str]:
    return [word.strip(".,:;!?()[]{}\"'“”‘’") for word in title.casefold().split()]


def _topics(papers: Sequence[Paper]) -> tuple[str, ...]:
    """Return what many titles are about: two words that stand together in at least two of them."""
    written: dict[tuple[str, str], Counter[str]] = {}
    for paper in papers:
        tokens = tokens_of(paper.title)
        seen = set()
        for one, other in pairwise(tokens):
            between = paper.title[one.end : other.start]
            pair = (one.stem, other.stem)
            outside = paper.title[: one.start][-1:] + paper.title[other.end :][:1]
            if between.strip() or pair in seen or not all(map(_tells, pair)):
                continue
            if any(sign in _HYPHENS for sign in outside):  # "in-context learning" is not torn
                continue
            seen.add(pair)
            as_written = paper.title[one.start : other.end].casefold()
            written.setdefault(pair, Counter())[as_written] += 1
    ranked = sorted(written.values(), key=lambda forms: (-forms.total(), min(forms)))
    names = [forms.most_common(1)[0][0] for forms in ranked if forms.total() > 1]
    chosen: dict[str, None] = {}
    for name in names:
        if not {stem(word) for word in name.split()} & {
            stem(word) for other in chosen for word in other.split()
        }:
            chosen[name] = None
    return tuple(chosen)[:TOPICS]


def _tells(stemmed: str) -> bool:
    return is_content(stemmed) and len(stemmed) > 2 and stemmed.isalpha()
