"""What a card tells of a paper, and where the words that matched stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from digest.composing.excerpt import Excerpt, excerpt, passage
from digest.papers import Paper
from digest.ranking.interface import Pick, Span
from digest.ranking.text import stem
from digest.summarising.clauses import shortened
from digest.summarising.summary import LIMIT, summarise

Cards = Literal["summary", "abstract"]  # what cards tell of a paper
Density = Literal["full", "short", "title"]  # how much of it
DENSITIES: tuple[Density, ...] = ("full", "short", "title")
# What is marked in a text: whether because it is near in meaning, and where.
Marks = tuple[bool, tuple[tuple[int, int], ...]]
SHORT = 160  # characters of what is told in a trimmed card
LEAD_LIMIT = 180  # of what the lead does: five lines at 375 pixels, even in a wide font

_UNMARKED: Marks = (False, ())
_NOTHING = excerpt("", 0)


@dataclass(frozen=True, slots=True)
class CardText:
    """What a paper does, and what came of it; either may be empty."""

    contribution: Excerpt
    result: Excerpt = _NOTHING
    model: str | None = None  # that wrote it, empty where it has no name; None: the authors did

    @property
    def plain(self) -> str:
        """Return both as one text."""
        return f"{self.contribution.plain} {self.result.plain}".strip()

    def marks(self, paper: Paper, pick: Pick) -> tuple[Marks, Marks]:
        """Return what a pick marks in the two texts; cheap to compare with another's.

        Of words with the same stem only the first is marked, and no word of a phrase again.
        """
        spans = [span for span in pick.spans if span.field == "abstract"]
        if not spans:
            return self._near(pick), _UNMARKED
        texts = (self.contribution, self.result)
        found = [_places(text, paper.abstract, spans) if text.end else () for text in texts]
        if len(found[0]) + len(found[1]) > 1:
            seen: set[str] = set()
            found = [_firsts(text, each, seen) for text, each in zip(texts, found, strict=True)]
        return (False, found[0]), (False, found[1])

    def _near(self, pick: Pick) -> Marks:
        """Where no word of theirs is in the paper, return the sentence that comes nearest."""
        near, text = pick.closest_sentence, self.contribution
        if pick.spans or text.start is None or near is None or near.field != "abstract":
            return _UNMARKED
        if near.start >= text.end or near.end <= text.start:
            return _UNMARKED
        return True, ((near.start - text.start, near.end - text.start),)


Places = tuple[tuple[int, int], ...]


def _places(text: Excerpt, abstract: str, spans: Sequence[Span]) -> Places:
    """Return where the marked words of an abstract stand in what is shown instead of it."""
    start, end = text.start, text.end
    if start is not None:
        return tuple([(s.start - start, s.end - start) for s in spans if start <= s.start < end])
    forms = dict.fromkeys([abstract[span.start : span.end] for span in spans])
    return tuple(sorted({place for form in forms if (place := _word_in(text.plain, form))}))


def _word_in(text: str, form: str) -> tuple[int, int] | None:
    """Return where a word, or some, first stand in a text, their first letter raised or not."""
    for spelt in (form, form[:1].swapcase() + form[1:]):
        at = text.find(spelt) if spelt.strip() else -1
        while at >= 0:
            end = at + len(spelt)
            if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                return at, end
            at = text.find(spelt, end)
    return None


def _firsts(text: Excerpt, places: Places, seen: set[str]) -> Places:
    """Return the places of words that were not seen before; note them as seen."""
    kept = []
    for start, end in places:
        words = text.plain[start:end]
        if stem(words) not in seen:
            seen.update(map(stem, (words, *words.split())))
            kept.append((start, end))
    return tuple(kept)


def card_text(
    paper: Paper, cards: Cards, density: Density, characters: int, *, lead: bool = False
) -> CardText:
    """Return what a card tells of a paper; of an abstract, at most so many characters."""
    if density == "title":
        return CardText(_NOTHING)
    limit = min(characters, SHORT) if density == "short" else characters
    if cards == "abstract":
        return CardText(excerpt(paper.abstract, limit))
    limit = min(limit, LEAD_LIMIT if lead else LIMIT)
    told = summarise(paper.title, paper.abstract, paper.ai_summary, paper.ai_summary_model)
    if told is None:
        return CardText(excerpt(paper.abstract, limit))
    if density == "short":
        return CardText(
            passage(shortened(told.contribution, SHORT), paper.abstract), model=told.model
        )
    contribution = passage(shortened(told.contribution, limit), paper.abstract)
    return CardText(contribution, passage(told.result or "", paper.abstract), told.model)
