"""Why a paper has its score: gains that add up to it, and the words to highlight."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from digest.ranking.audience import relative_weights
from digest.ranking.features import Document, Feature, occurrences, strengths
from digest.ranking.interface import Explanation, Field, Reason, Span
from digest.ranking.queries import terms_of
from digest.ranking.text import Token, compounds

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.background import Background
    from subscribers.profile import Profile


def explain(
    profile: Profile, paper: Paper, document: Document, background: Background
) -> Explanation:
    """Explain one paper's score for one profile, term by term."""
    gains: dict[tuple[str, Field], float] = defaultdict(float)
    spans: set[Span] = set()
    for item, weight in zip(profile.wanted, relative_weights(profile), strict=True):
        for feature, share in terms_of(item, background):
            if feature.scope == "author":
                if document.by_author(feature):
                    gains[item.text, "authors"] += weight * share
                continue
            for place, strength in strengths(document, feature, background).items():
                gains[item.text, place] += weight * share * strength
            spans.update(spans_of(feature, paper, document))
    reasons = [Reason(keyword, place, gain) for (keyword, place), gain in gains.items()]
    reasons.sort(key=lambda reason: (-reason.gain, reason.keyword, reason.field))
    return Explanation(sum(gains.values()), tuple(reasons), merged(spans))


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
