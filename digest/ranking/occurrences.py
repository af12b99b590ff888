"""Where features stand in the papers of an edition: a text is gone through once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from digest.ranking.features import Document, Feature
from digest.ranking.interface import Span
from digest.ranking.text import Token, compounds

if TYPE_CHECKING:
    from digest.papers import Paper

Shown = Literal["title", "abstract"]
Run = tuple[int, int, int, int]  # its first and its last token, where it starts and ends


class Text(NamedTuple):
    """A title or an abstract, gone through."""

    place: Shown
    tokens: Sequence[Token]
    runs: dict[str, list[Run]]


class Occurrences:
    """The words of papers' titles and abstracts, to be looked up."""

    def __init__(self, papers: Sequence[Paper], documents: Sequence[Document]) -> None:
        self._papers = papers
        self._documents = documents
        self._texts: dict[int, tuple[Text, Text]] = {}

    def spans(self, feature: Feature, at: int) -> list[Span]:
        """Return where a feature stands in the title and the abstract of the paper at a place."""
        found = []
        variants, scope = feature
        for place, tokens, runs in self._texts.get(at) or self._gone_through(at):
            for stems in variants:
                if begins := runs.get(stems[0]):
                    here = begins if len(stems) == 1 else together(stems, begins, tokens)
                    found += [Span(place, start, end) for _, _, start, end in here]
            if scope == "title":
                break
        return found

    def fewest_words(self, features: Iterable[Feature], at: int) -> int | None:
        """Return how many words of the title, the abstract or one of its keywords hold all of some.

        None where none of these texts has all of them.
        """
        wanted = list(features)
        lengths = []
        paper, document = self._papers[at], self._documents[at]
        named = zip(paper.keywords, document.keywords, strict=True)
        texts = [
            *((tokens, runs) for _, tokens, runs in self._texts.get(at) or self._gone_through(at)),
            *((tokens, runs_of(text, tokens)) for text, tokens in named),
        ]
        for tokens, runs in texts:
            found = [
                (run[0], run[1], number)
                for number, feature in enumerate(wanted)
                for stems in feature.variants
                if (begins := runs.get(stems[0]))
                for run in (begins if len(stems) == 1 else together(stems, begins, tokens))
            ]
            if len({number for *_, number in found}) == len(wanted):
                lengths.append(shortest_window(found))
        return min(lengths, default=None)

    def _gone_through(self, at: int) -> tuple[Text, Text]:
        paper, document = self._papers[at], self._documents[at]
        title = Text("title", document.title, runs_of(paper.title, document.title))
        abstract = Text("abstract", document.abstract, runs_of(paper.abstract, document.abstract))
        self._texts[at] = title, abstract
        return title, abstract


def runs_of(text: str, tokens: Sequence[Token]) -> dict[str, list[Run]]:
    """Return where each stem stands: as a word, or as words that a hyphen joins to it."""
    found: dict[str, list[Run]] = defaultdict(list)
    for at, token in enumerate(tokens):
        found[token.stem].append((at, at, token.start, token.end))
    for joined, first, last in compounds(text, tokens):
        found[joined].append((first, last, tokens[first].start, tokens[last].end))
    return dict(found)


def together(stems: Sequence[str], begins: Sequence[Run], tokens: Sequence[Token]) -> list[Run]:
    """Return where some stems stand together in order, of where the first of them stands."""
    more = len(stems) - 1
    return [
        (first, first + more, start, tokens[first + more].end)
        for first, last, start, _ in begins
        if first == last
        and first + more < len(tokens)
        and all(tokens[first + i].stem == stems[i] for i in range(1, more + 1))
    ]


def shortest_window(found: Iterable[tuple[int, int, int]]) -> int:
    """Return how many words hold one of each kind, of (first word, last word, kind)."""
    ordered = sorted(found)
    kinds = {kind for *_, kind in ordered}
    seen: dict[int, tuple[int, int]] = {}  # kind → its latest, first and last word
    shortest = ordered[-1][1] + 1
    for first, last, kind in ordered:
        seen[kind] = (first, last)
        if len(seen) == len(kinds):
            ends, begins = [end for _, end in seen.values()], [at for at, _ in seen.values()]
            shortest = min(shortest, max(ends) - min(begins) + 1)
    return shortest
