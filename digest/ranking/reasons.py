"""Why a paper has its score: gains that add up to it, and the words to highlight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.ranking.audience import relative_weights
from digest.ranking.blend import ENOUGH_COVER, SCALE
from digest.ranking.features import Document, Feature, occurrences, strengths
from digest.ranking.interface import Explanation, Field, Reason, Span
from digest.ranking.text import Token, compounds, sentences

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.queries import Term
    from digest.ranking.scorer import Scorer
    from subscribers.profile import Item, Profile

Gains = dict[tuple[str, Field], float]
LIKED = "papers you liked"


@dataclass(frozen=True, slots=True)
class Part:
    """What one item gives one paper at weight 1, and where its words stand. Readers share it."""

    gains: tuple[tuple[Field, float], ...]
    spans: tuple[Span, ...]


class Explainer:
    """Explains scores of one edition; keeps what items give papers, as many readers share them."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._part = lru_cache(maxsize=50_000)(self._part_of)
        self._scored = lru_cache(maxsize=2_000)(scorer.scored)
        self._closest = lru_cache(maxsize=20_000)(self._closest_of)

    def explain(self, profile: Profile, at: int, liked: float = 0.0) -> Explanation:
        """Explain the score of the paper at one place for one profile, term by term.

        `liked` is what the reader's likes and dislikes give this paper.
        """
        gains: Gains = defaultdict(float)
        spans: set[Span] = set()
        for item, weight in zip(profile.wanted, relative_weights(profile), strict=True):
            part = self._part(item, at)
            for place, gain in part.gains:
                gains[item.text, place] += weight * gain
            spans.update(part.spans)
        if liked:
            gains[LIKED, "likes"] += liked
        reasons = [Reason(keyword, place, gain) for (keyword, place), gain in gains.items()]
        reasons.sort(key=lambda reason: (-reason.gain, reason.keyword, reason.field))
        closest = next((each.keyword for each in reasons if each.field == "meaning"), None)
        sentence = self._closest(closest, at) if closest and not spans else None
        return Explanation(sum(gains.values()), tuple(reasons), merged(spans), closest, sentence)

    def _part_of(self, item: Item, at: int) -> Part:
        scored = self._scored(item)
        document, paper = self._scorer.matrix.documents[at], self._scorer.papers[at]
        gains, cover = _words(scored.terms, document, self._scorer)
        meaning = float(scored.meaning[at]) if item.scope is None else 0.0
        near = item.scope is None and meaning >= self._scorer.least_meaning
        if cover < ENOUGH_COVER and not near:
            return Part((), ())
        if meaning > 0:
            gains["meaning"] = meaning
        spans = [s for term in scored.terms for s in spans_of(term.feature, paper, document)]
        return Part(tuple((place, SCALE * gain) for place, gain in gains.items()), tuple(spans))

    def _closest_of(self, keyword: str, at: int) -> Span | None:
        """Return the sentence of a paper nearest to a keyword by meaning."""
        paper = self._scorer.papers[at]
        text_of: dict[Literal["title", "abstract"], str] = {
            "abstract": paper.abstract,
            "title": paper.title,
        }
        spans = [Span(place, a, b) for place, t in text_of.items() for a, b in sentences(t)]
        if self._scorer.semantics is None or not spans:
            return None
        texts = [text_of[span.field][span.start : span.end] for span in spans]
        vectors = self._scorer.semantics.vectors([keyword, *texts])
        return spans[int(np.argmax(vectors[1:] @ vectors[0]))]


def _words(
    terms: Sequence[Term], document: Document, scorer: Scorer
) -> tuple[dict[Field, float], float]:
    """Return what an item's words give in each place of a paper, and how telling they are."""
    gains: dict[Field, float] = defaultdict(float)
    cover = 0.0
    for feature, share, telling in terms:
        found = 0.0
        if feature.scope == "author" and document.by_author(feature):
            gains["authors"] += share
            found = 1.0
        for place, strength in strengths(document, feature, scorer.corpus.background).items():
            gains[place] += share * strength
            found += strength
        cover += telling if found else 0.0
    return gains, cover


def spans_of(feature: Feature, paper: Paper, document: Document) -> list[Span]:
    """Return where a feature stands in the title and the abstract."""
    places: tuple[tuple[Literal["title", "abstract"], str, tuple[Token, ...]], ...] = (
        ("title", paper.title, document.title),
        ("abstract", paper.abstract, document.abstract),
    )
    found = []
    for place, text, tokens in places:
        if feature.scope == "title" and place != "title":
            continue
        runs = [run for stems in feature.variants for run in occurrences(stems, tokens)]
        joined = {stems[0] for stems in feature.variants if len(stems) == 1}
        runs += [(a, b) for word, a, b in compounds(text, tokens) if word in joined]
        found += [Span(place, tokens[a].start, tokens[b].end) for a, b in runs]
    return found


def merged(spans: set[Span]) -> tuple[Span, ...]:
    """Return spans in reading order, title first, those that overlap made one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field != "title", s.start, s.end)):
        last = kept[-1] if kept else None
        if last and last.field == span.field and span.start <= last.end:
            kept[-1] = Span(span.field, last.start, max(last.end, span.end))
        else:
            kept.append(span)
    return tuple(kept)
