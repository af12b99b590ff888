"""Misspelt keywords, told where nobody types into a page: the page's own suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from digest.app.application import App
from digest.choosing.word_statistics import read_statistics
from digest.web.vocabulary import Budget, Vocabulary
from subscribers.errors import ProfileError
from subscribers.profile import parse_stored

_WORDS = 1_000  # looked up for one command: some seconds


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A word that stands in no paper of the archive, and words of titles that are written alike."""

    word: str
    suggestions: tuple[str, ...]

    def __str__(self) -> str:
        close = " or ".join(f"“{each}”" for each in self.suggestions)
        return f"“{self.word}”: no paper has this word; did you mean {close}?"


class Misspellings:
    """Looks for misspelt words in readers' keywords; nothing is corrected."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._budget = Budget(_WORDS)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        stores = self._app.stores
        background, _ = read_statistics(stores.archive, stores.facts)
        newest = stores.archive.newest(self._app.settings.ranking.memory)
        return Vocabulary.with_stems(newest, frozenset(background.frequency))

    def of(self, keywords: str) -> Iterator[Misspelt]:
        """Yield the first misspelt word of each item of a keyword text."""
        try:
            wanted = parse_stored(keywords).wanted if keywords.strip() else ()
        except ProfileError:  # what is wrong there is told elsewhere
            wanted = ()
        found = (self._vocabulary.misspelt(item, self._budget) for item in wanted)
        yield from dict.fromkeys(Misspelt(word, close) for word, close in found if word)
