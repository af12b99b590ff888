"""Why a paper has its score: gains that add up to it, and the words to highlight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.ranking.audience import relative_weights
from digest.ranking.blend import SCALE, meaning_of
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


def explain(profile: Profile, at: int, scorer: Scorer, *, liked: float = 0.0) -> Explanation:
    """Explain the score of the paper at one place for one profile, term by term.

    `liked` is what the reader's likes and dislikes give this paper.
    """
    document, paper = scorer.matrix.documents[at], scorer.papers[at]
    prepared = scorer.prepared(profile.wanted)
    related = scorer.related[:, [at]]
    vectors = None if scorer.vectors is None else scorer.vectors[[at]]
    meanings = meaning_of(prepared, slice(None), related, vectors)[:, 0]
    gains: Gains = defaultdict(float)
    spans: set[Span] = set()
    for item, weight, terms, meaning in zip(
        profile.wanted, relative_weights(profile), prepared.terms, meanings, strict=True
    ):
        words = _words(item, terms, document, scorer)
        for place, gain in words.items():
            gains[item.text, place] += SCALE * weight * gain
        if item.scope is None and meaning > 0 and (words or meaning >= scorer.least_meaning):
            gains[item.text, "meaning"] += SCALE * weight * float(meaning)
        for feature, _ in terms:
            spans.update(spans_of(feature, paper, document))
    if liked:
        gains[LIKED, "likes"] += liked
    reasons = [Reason(keyword, place, gain) for (keyword, place), gain in gains.items()]
    reasons.sort(key=lambda reason: (-reason.gain, reason.keyword, reason.field))
    closest, sentence = _closest(reasons, profile, paper, scorer)
    return Explanation(sum(gains.values()), tuple(reasons), merged(spans), closest, sentence)


def _words(
    item: Item, terms: Sequence[Term], document: Document, scorer: Scorer
) -> dict[Field, float]:
    """Return what an item's words give in each place of a paper."""
    gains: dict[Field, float] = defaultdict(float)
    for feature, share in terms:
        if feature.scope == "author":
            if document.by_author(feature):
                gains["authors"] += share
            continue
        for place, strength in strengths(document, feature, scorer.corpus.background).items():
            gains[place] += share * strength
    return gains


def _closest(
    reasons: list[Reason], profile: Profile, paper: Paper, scorer: Scorer
) -> tuple[str | None, Span | None]:
    """Return the keyword nearest by meaning, and the sentence nearest to it."""
    keyword = next((reason.keyword for reason in reasons if reason.field == "meaning"), None)
    if keyword is None or scorer.semantics is None:
        return keyword, None
    places: tuple[tuple[Literal["title", "abstract"], str], ...] = (
        ("abstract", paper.abstract),
        ("title", paper.title),
    )
    spans = [Span(place, a, b) for place, text in places for a, b in sentences(text)]
    if not spans:
        return keyword, None
    text_of = dict(places)
    texts = [text_of[span.field][span.start : span.end] for span in spans]
    vectors = scorer.semantics.vectors([keyword, *texts])
    return keyword, spans[int(np.argmax(vectors[1:] @ vectors[0]))]


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
