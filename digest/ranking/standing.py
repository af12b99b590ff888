"""Where features stand in the papers of an edition: a text is gone through once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from digest.ranking.features import Document, Feature
from digest.ranking.interface import Span
from digest.ranking.text import Token, compounds

if TYPE_CHECKING:
    from digest.papers import Paper

Shown = Literal["title", "abstract"]
SHOWN: tuple[Shown, ...] = ("title", "abstract")
Run = tuple[int, int]  # its first and its last token


class Standing:
    """The words of papers' titles and abstracts, to be looked up."""

    def __init__(self, papers: Sequence[Paper], documents: Sequence[Document]) -> None:
        self._papers = papers
        self._documents = documents
        self._runs: dict[tuple[int, Shown], dict[str, list[Run]]] = {}

    def spans(self, feature: Feature, at: int) -> list[Span]:
        """Return where a feature stands in the title and the abstract of the paper at a place."""
        document, found = self._documents[at], []
        for place in SHOWN[:1] if feature.scope == "title" else SHOWN:
            tokens = document.title if place == "title" else document.abstract
            runs = self._runs_in(place, at, tokens)
            for stems in feature.variants:
                if begins := runs.get(stems[0]):
                    here = begins if len(stems) == 1 else together(stems, begins, tokens)
                    found += [Span(place, tokens[a].start, tokens[b].end) for a, b in here]
        return found

    def _runs_in(self, place: Shown, at: int, tokens: Sequence[Token]) -> dict[str, list[Run]]:
        runs = self._runs.get((at, place))
        if runs is None:
            paper = self._papers[at]
            text = paper.title if place == "title" else paper.abstract
            runs = self._runs[at, place] = runs_of(text, tokens)
        return runs


def runs_of(text: str, tokens: Sequence[Token]) -> dict[str, list[Run]]:
    """Return where each stem stands: as a word, or as words that a hyphen joins to it."""
    found: dict[str, list[Run]] = defaultdict(list)
    for at, token in enumerate(tokens):
        found[token.stem].append((at, at))
    for joined, first, last in compounds(text, tokens):
        found[joined].append((first, last))
    return dict(found)


def together(stems: Sequence[str], begins: Sequence[Run], tokens: Sequence[Token]) -> list[Run]:
    """Return where some stems stand together in order, of where the first of them stands."""
    more = len(stems) - 1
    return [
        (first, first + more)
        for first, last in begins
        if first == last
        and first + more < len(tokens)
        and all(tokens[first + i].stem == stems[i] for i in range(1, more + 1))
    ]
