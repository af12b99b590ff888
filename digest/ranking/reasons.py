"""Why a paper has its score: gains that add up to it, and the words to highlight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.ranking.audience import item_key, relative_weights
from digest.ranking.blend import AT_THE_MARGIN, SCALE
from digest.ranking.features import Document, Feature, occurrences, strengths
from digest.ranking.interface import Explanation, Field, Reason, Span
from digest.ranking.text import Token, compounds, sentences

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.queries import Term
    from digest.ranking.scorer import Scored, Scorer
    from subscribers.profile import Item, Profile

Gains = dict[tuple[str, Field], float]
LIKED = "papers you liked"
MOST_ITEMS = 4_000  # whose parts are kept: about 20 MB


@dataclass(frozen=True, slots=True, eq=False)  # shared by readers, and told apart by identity
class Part:
    """What one item gives one paper at weight 1, and where its words stand."""

    gains: tuple[tuple[Field, float], ...]
    spans: tuple[Span, ...]  # in reading order, never overlapping


class Given(dict[int, Part | None]):
    """What one item gives each paper, by place; taken apart when it is first asked for."""

    def __init__(
        self, text: str, scores: Mapping[int, float], part_of: Callable[[int, float], Part]
    ) -> None:
        super().__init__()
        self.text = text  # the item as its reader typed it
        self.scores = scores  # place → score at weight 1, of the papers that the item matches
        self._part_of = part_of

    def __missing__(self, at: int) -> Part | None:
        part = self[at] = self._part_of(at, self.scores[at]) if at in self.scores else None
        return part


class Explainer:
    """Explains scores of one edition; keeps what items give papers, as many readers share them."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._given: dict[object, Given] = {}
        self._explained = lru_cache(maxsize=50_000)(self._explained_of)
        self._spans = lru_cache(maxsize=50_000)(_spans_of_all)
        self._closest = lru_cache(maxsize=20_000)(self._closest_of)
        self._last: tuple[Profile | None, Sequence[tuple[Given, float]]] = (None, ())

    def explain(self, profile: Profile, at: int, liked: float = 0.0) -> Explanation:
        """Explain the score of the paper at one place for one profile, term by term.

        `liked` is what the reader's likes and dislikes give this paper. What the same items give
        the same paper at the same weights is one Explanation, shared by all their readers.
        """
        matched = [
            (given.text, part, weight)
            for given, weight in self._asked(profile)
            if (part := given[at]) is not None
        ]
        return self._explained(at, liked, *matched)

    def leading(self, profile: Profile, places: Sequence[int]) -> tuple[int, ...]:
        """Return for some papers which of the profile's items gives most to each; -1: none."""
        asked = self._asked(profile)
        return tuple([_leading(asked, at) for at in places])

    def _asked(self, profile: Profile) -> Sequence[tuple[Given, float]]:
        """Return what a profile's items give, with their weights."""
        if self._last[0] is not profile:  # a reader's papers are asked for in a row
            given = map(self._given_by, profile.wanted)
            self._last = profile, tuple(zip(given, relative_weights(profile), strict=True))
        return self._last[1]

    def _given_by(self, item: Item) -> Given:
        key = (item.text, item_key(item))
        given = self._given.get(key)
        if given is None:
            if len(self._given) >= MOST_ITEMS:
                self._given.clear()
            row = self._scorer.rows([item])
            scores = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
            matching = {at: score for at, score in scores.items() if score > 0}
            part_of = partial(self._part_of, item, self._scorer.scored(item))
            given = self._given[key] = Given(item.text, matching, part_of)
        return given

    def _explained_of(
        self, at: int, liked: float, *matched: tuple[str, Part, float]
    ) -> Explanation:
        gains: Gains = defaultdict(float)
        for keyword, part, weight in matched:
            for place, gain in part.gains:
                gains[keyword, place] += weight * gain
        if liked:
            gains[LIKED, "likes"] += liked
        reasons = [Reason(keyword, place, gain) for (keyword, place), gain in gains.items()]
        reasons.sort(key=lambda reason: (-reason.gain, reason.keyword, reason.field))
        closest = next((each.keyword for each in reasons if each.field == "meaning"), None)
        spans = self._spans(*[part for _, part, _ in matched if part.spans])
        sentence = self._closest(closest, at) if closest and not spans else None
        return Explanation(sum(gains.values()), tuple(reasons), spans, closest, sentence)

    def _part_of(self, item: Item, scored: Scored, at: int, score: float) -> Part:
        document, paper = self._scorer.matrix.documents[at], self._scorer.papers[at]
        gains = _words(scored.terms, document, self._scorer)
        meaning = float(scored.meaning[at]) if item.scope is None else 0.0
        matches = score > SCALE * sum(gains.values()) / 2
        if matches and meaning > 0:
            gains["meaning"] = meaning
        scale = SCALE if matches else SCALE * AT_THE_MARGIN
        terms = scored.terms if matches else ()  # what tells too little is not marked
        spans = [s for term in terms for s in spans_of(term.feature, paper, document)]
        return Part(tuple((place, scale * gain) for place, gain in gains.items()), merged(spans))

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


def _words(terms: Sequence[Term], document: Document, scorer: Scorer) -> dict[Field, float]:
    """Return what an item's words give in each place of a paper."""
    gains: dict[Field, float] = defaultdict(float)
    for feature, share, _ in terms:
        if feature.scope == "author" and document.by_author(feature):
            gains["authors"] += share
        for place, strength in strengths(document, feature, scorer.corpus.background).items():
            gains[place] += share * strength
    return gains


def _leading(asked: Sequence[tuple[Given, float]], at: int) -> int:
    """Return which item gives most to a paper, the first of equals; -1: none gives anything."""
    best, most = -1, 0.0
    for which, (given, weight) in enumerate(asked):
        gain = given.scores.get(at, 0.0) * weight
        if gain > most:
            best, most = which, gain
    return best


def _spans_of_all(*parts: Part) -> tuple[Span, ...]:
    return merged(chain.from_iterable(part.spans for part in parts))


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
        runs: list[tuple[int, int]] = []
        joined: set[str] = set()  # words that stand there also as parts joined by a hyphen
        for stems in feature.variants:
            if len(stems) > 2 or (count := document.counts[place][stems]):
                here = occurrences(stems, tokens)
                runs += here
                if len(stems) == 1 and count > len(here):
                    joined.add(stems[0])
        if joined:
            runs += [(a, b) for word, a, b in compounds(text, tokens) if word in joined]
        found += [Span(place, tokens[a].start, tokens[b].end) for a, b in runs]
    return found


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in reading order, title first, those that overlap made one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field != "title", s.start, s.end)):
        last = kept[-1] if kept else None
        if last and last.field == span.field and span.start <= last.end:
            kept[-1] = Span(span.field, last.start, max(last.end, span.end))
        else:
            kept.append(span)
    return tuple(kept)
