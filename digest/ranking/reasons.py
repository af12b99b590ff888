"""Why a paper has its score: gains that add up to it, and the words to highlight.

Nearly every reader's profile is unlike all others, but its items are not: what one item gives one
paper is worked out once, with its reasons made and in order, and an explanation puts such parts
together. What the same parts make is one object for all readers: composing knows it by its number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from digest.ranking.audience import item_key, relative_weights
from digest.ranking.blend import AT_THE_MARGIN
from digest.ranking.features import strengths
from digest.ranking.interface import (
    Explanation,
    Field,
    Grounds,
    Reason,
    Span,
    Standing,
    new_number,
)
from digest.ranking.levels import PART, WHOLE, sureness
from digest.ranking.occurrences import Occurrences
from digest.ranking.queries import length_of, missing_words
from digest.ranking.sentences import sentences

if TYPE_CHECKING:
    from digest.ranking.queries import Term
    from digest.ranking.scorer import Scored, Scorer
    from subscribers.profile import Item, Profile

LIKED = "papers you liked"
DISLIKED = "papers you asked less of"
NEAR = 2  # words are near each other where the text that holds them has so many a word
MOST_ITEMS = 4_000  # whose parts are kept: about 20 MB

_GAIN, _START, _FIELD = attrgetter("gain"), attrgetter("start"), attrgetter("field")


@dataclass(slots=True, eq=False)  # shared by readers, and told apart by identity
class ReasonPart:
    """What one item gives one paper at one weight."""

    keyword: str  # the item as its reader typed it
    reasons: tuple[Reason, ...]  # strongest first
    spans: tuple[Span, ...]  # in reading order, never overlapping
    alone: ReasonPart | None = None  # the same at weight 1, when this is at another

    def at(self, weight: float) -> ReasonPart:
        """Return what the item gives at another weight, when this is its part at weight 1."""
        reasons = [
            Reason(
                *(each.keyword, each.field, weight * each.gain),
                *(each.standing, each.group, each.missing),
            )
            for each in self.reasons
        ]
        return ReasonPart(self.keyword, _ordered(reasons), self.spans, self)


class Given(dict[int, ReasonPart | None]):
    """What one item gives each paper at one weight, by place; made when it is first asked for."""

    def __init__(
        self,
        text: str,
        scores: Mapping[int, float],
        levels: Mapping[int, float],
        part_of: Callable[[int], ReasonPart | None],
    ) -> None:
        super().__init__()
        self.text = text  # the item as its reader typed it
        self.scores = scores  # place → score at this weight, of the papers that the item matches
        self.levels = levels  # place → how much of the item stands there
        self._part_of = part_of

    @cached_property
    def by_words(self) -> Mapping[int, float]:
        """The scores of the papers in which the item, or a telling word of it, stands."""
        return {at: score for at, score in self.scores.items() if at in self.levels}

    def __missing__(self, at: int) -> ReasonPart | None:
        part = self[at] = self._part_of(at) if at in self.scores else None
        return part


class Asked(NamedTuple):
    """What a profile's items give."""

    typed: Sequence[Given]  # in the profile's order
    ordered: Sequence[Given]  # by their text: the same for everybody
    unweighted: Sequence[Given]  # in the profile's order, each at weight 1


class Explainer:
    """Explains scores of one edition; keeps what items give papers, as many readers share them."""

    def __init__(self, scorer: Scorer, *, tells_sentences: bool = True) -> None:
        self._scorer = scorer
        self._tells_sentences = tells_sentences
        self._standing = Occurrences(scorer.papers, scorer.matrix.documents)
        self._grounds = lru_cache(maxsize=50_000)(self._grounds_of)
        self._closest = lru_cache(maxsize=20_000)(self._closest_of)
        self._given: dict[object, Given] = {}
        self.forget_items()

    def forget_items(self) -> None:
        """Let go of what was worked out for the items asked for so far."""
        self._given.clear()
        self._grounds.cache_clear()
        self._last: tuple[Profile | None, Asked] = (None, Asked((), (), ()))

    def explain(
        self, profile: Profile, at: int, taste: Sequence[tuple[float, float]] | None = None
    ) -> Explanation:
        """Explain the score of the paper at one place for one profile, term by term.

        `taste` holds what the reader's likes give this paper and what their dislikes take.
        """
        reasons, spans, sentence, _ = self.grounds(profile, [at], taste)[0]
        score = sum([each.gain for each in reasons])
        return Explanation(score, reasons, spans, sentence)

    def grounds(
        self,
        profile: Profile,
        places: Sequence[int],
        taste: Sequence[tuple[float, float]] | None = None,
    ) -> list[Grounds]:
        """Return what picks of some papers hold, for one profile.

        What the same items give the same paper at the same weights is one object for all readers.
        """
        ordered = self._asked(profile).ordered
        given = zip(places, *[map(each.__getitem__, places) for each in ordered], strict=True)
        if taste is None:
            return [self._grounds(at, *filter(None, parts)) for at, *parts in given]
        return [
            self._grounds_of(at, *filter(None, parts), _by_taste(*gains))
            if any(gains)
            else self._grounds(at, *filter(None, parts))
            for (at, *parts), gains in zip(given, taste, strict=True)
        ]

    def leading(self, profile: Profile, places: Sequence[int]) -> tuple[int, ...]:
        """Return for some papers which of the profile's items gives most to each; -1: none."""
        typed = self._asked(profile).typed
        rows = [map(given.scores.get, places, repeat(0.0)) for given in typed]
        # The first of equal ones leads.
        return tuple([row.index(max(row)) if any(row) else -1 for row in zip(*rows, strict=True)])

    def best(
        self, profile: Profile, places: Sequence[int], *, by_words: bool = False
    ) -> tuple[float, ...]:
        """Return how well each paper matches the item that it matches best, at weight 1.

        `by_words`: an item does not count for a paper that it matches by its meaning alone.
        """
        given = self._asked(profile).unweighted
        scores = [each.by_words if by_words else each.scores for each in given]
        if sum(map(len, scores)) > len(places) * len(scores):  # few papers are asked for
            rows = [map(each.get, places, repeat(0.0)) for each in scores]
            return tuple(map(max, zip(*rows, strict=True)))
        found: dict[int, float] = {}
        for each in scores:
            for at, score in each.items():
                if score > found.get(at, 0.0):
                    found[at] = score
        return tuple([found.get(at, 0.0) for at in places])

    def count(self, item: Item, least: float, *, by_words: bool) -> int:
        """Return how many papers an item alone matches at least so well; see `best`."""
        given = self._given_by(item)
        scores = given.by_words if by_words else given.scores
        return sum(score >= least for score in scores.values())

    def _asked(self, profile: Profile) -> Asked:
        last = self._last  # a reader's papers are asked for in a row
        if last[0] is not profile:
            typed = list(map(self._given_by, profile.wanted, relative_weights(profile)))
            unweighted = list(map(self._given_by, profile.wanted))
            ordered = sorted(typed, key=attrgetter("text"))
            last = self._last = profile, Asked(typed, ordered, unweighted)
        return last[1]

    def _given_by(self, item: Item, weight: float = 1.0) -> Given:
        key = (item.text, item_key(item), item.group, weight)
        found = self._given.get(key)
        if found is None:
            if len(self._given) >= MOST_ITEMS:
                self._given.clear()
            found = self._alone(item) if weight == 1 else self._weighed(item, weight)
            self._given[key] = found
        return found

    def _alone(self, item: Item) -> Given:
        """Return what an item gives at weight 1."""
        matching = self._scorer.matching(item)
        scored = cache(lambda: self._scorer.scored(item))  # of most items nothing is explained
        return Given(
            item.text,
            matching,
            self._scorer.levels(item),
            lambda at: self._part_of(item, scored(), at, matching[at]),
        )

    def _weighed(self, item: Item, weight: float) -> Given:
        alone = self._given_by(item)
        scores = {at: score * weight for at, score in alone.scores.items()}
        return Given(
            item.text,
            scores,
            alone.levels,
            lambda at: part.at(weight) if (part := alone[at]) else None,
        )

    def _grounds_of(self, at: int, *parts: ReasonPart) -> Grounds:
        reasons, spans = _reasons_of(parts), self._spans_of(at, parts)
        closest = _closest(reasons) if self._tells_sentences and not spans else None
        sentence = self._closest(closest, at) if closest else None
        return Grounds(reasons, spans, sentence, new_number())

    def _spans_of(self, at: int, parts: Sequence[ReasonPart]) -> tuple[Span, ...]:
        """Return what some parts mark; the same where it is only reasons that differ."""
        marking = tuple([part.alone or part for part in parts if part.spans])
        if len(marking) == 1:
            return marking[0].spans
        if marking != parts:
            return self._grounds(at, *marking).spans
        return merged([part.spans for part in parts])

    def _part_of(self, item: Item, scored: Scored, at: int, score: float) -> ReasonPart:
        gains = self._words(scored.terms, at)
        meaning = float(scored.meaning[at]) if item.scope is None else 0.0
        level = scored.levels.get(at, 0)
        near = scored.near is not None and bool(scored.near[at])
        scale = scored.scale * sureness(scored.terms, level, near=near)
        matches = score > scale * sum(gains.values()) / 2
        if matches and meaning > 0:
            gains["meaning"] = meaning
        if not matches:
            scale *= AT_THE_MARGIN
        terms = scored.terms if matches else ()  # what tells too little is not marked
        spans = [self._standing.spans(term.feature, at) for term in terms]
        standing, missing = self._standing_of(item, terms, level, at)
        reasons = [
            Reason(item.text, place, scale * gain, standing, item.group, missing)
            for place, gain in gains.items()
        ]
        return ReasonPart(item.text, _ordered(reasons), merged(spans))

    def _standing_of(
        self, item: Item, terms: Sequence[Term], level: float, at: int
    ) -> tuple[Standing, tuple[str, ...]]:
        """Return how the words of an item stand in a paper that matches it, and which do not."""
        if len(terms) < 2 or level < PART:
            return "", ()
        words = [term.feature for term in terms if term.cover]
        counts_of = self._scorer.matrix.documents[at].counts_of
        missing = [feature for feature in words if not counts_of(feature)]
        if missing:
            one = len(missing) == len(words) - 1
            return "word" if one else "part", missing_words(item, missing)
        held = self._standing.fewest_words(words, at)
        if held is None or held > NEAR * len(words):
            return "apart", ()
        return "phrase" if level >= WHOLE and held <= length_of(item) else "close", ()

    def _words(self, terms: Sequence[Term], at: int) -> dict[Field, float]:
        """Return what an item's words give in each place of a paper."""
        matrix = self._scorer.matrix
        document, norms = matrix.documents[at], matrix.norms[at]
        gains: dict[Field, float] = {}
        for feature, share, *_ in terms:
            if document.is_by(feature):
                field: Field = "authors" if feature.scope == "author" else "organisations"
                gains[field] = gains.get(field, 0.0) + share
            for place, strength in strengths(document, feature, norms).items():
                gains[place] = gains.get(place, 0.0) + share * strength
        return gains

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
        asked = self._scorer.semantics.keyword_vectors([keyword])[0]
        return spans[int(np.argmax(self._scorer.semantics.vectors(texts) @ asked))]


def _by_taste(liked: float, disliked: float) -> ReasonPart:
    """Return what likes give and dislikes take, as parts of a score."""
    reasons = []
    if liked:
        reasons.append(Reason(LIKED, "likes", liked))
    if disliked:
        reasons.append(Reason(DISLIKED, "dislikes", -disliked))
    return ReasonPart(LIKED, tuple(reasons), ())


def _closest(reasons: Iterable[Reason]) -> str | None:
    """Return the keyword that is nearest to a paper by meaning."""
    return next((each.keyword for each in reasons if each.field == "meaning"), None)


def _reasons_of(parts: Sequence[ReasonPart]) -> tuple[Reason, ...]:
    """Return the reasons of some parts, strongest first; those of one keyword add up."""
    if len(parts) == 1:
        return parts[0].reasons
    reasons = [reason for part in parts for reason in part.reasons]
    if len({part.keyword for part in parts}) == len(parts):
        reasons.sort(key=_GAIN, reverse=True)  # stable: equal ones stay by keyword and field
        return tuple(reasons)
    gains: dict[tuple[str, Field, str], float] = defaultdict(float)
    told: dict[str, tuple[Standing, tuple[str, ...]]] = {}
    for each in reasons:  # `"tides"` beside `tides` in one profile
        gains[each.keyword, each.field, each.group] += each.gain
        if not told.get(each.keyword, ("", ()))[0]:
            told[each.keyword] = (each.standing, each.missing)
    return _ordered(
        Reason(word, place, gain, told[word][0], group, told[word][1])
        for (word, place, group), gain in gains.items()
    )


def _ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda each: (-each.gain, each.keyword, each.field)))


def merged(marked: Iterable[Sequence[Span]]) -> tuple[Span, ...]:
    """Return spans in reading order, title first, those that overlap made one."""
    spans = sorted(chain.from_iterable(marked), key=_START)
    spans.sort(key=_FIELD, reverse=True)  # the title comes before the abstract
    kept: list[Span] = []
    last: Span | None = None
    for span in spans:
        if last is None or span.start > last.end or span.field != last.field:
            kept.append(span)
            last = span
        elif span.end > last.end:
            last = kept[-1] = Span(span.field, last.start, span.end)
    return tuple(kept)
