"""What a card says of a paper: what it does, then what came of it, in its own words.

Nothing is written anew: both are pieces of the abstract, cut at the front and at the end of a
clause, so they cannot say what the paper does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from digest.ranking.sentences import sentences
from digest.summarising.clauses import shortened, width
from digest.summarising.features import FIRST_OURS, features_of
from digest.summarising.findings import ENOUGH, finding_score, tells_outcome
from digest.summarising.model import shipped_model
from digest.summarising.stated import stated_in

LIMIT = 280  # columns of contribution and result together
_CONTRIBUTION_LIMIT = 230  # where a result follows; 190 costs half a point of ROUGE-1
_LEAST_RESULT = 50  # less room is not worth a second sentence
_CUT_SHORT = 3.0  # how much better a result must be that has room for its beginning only
_HANGING = re.compile(
    r"(?:it|its|they|their|them|these|those|such|he|she|his|her|both|doing so|the (?:former|latter)"
    r"|(?:we|our \w+|i)(?: \w+ly)? \w+ (?:this|it|so|that|these)"
    r" (?:by|thanks|with|through|using|via|in|as|and)"
    r"|this(?! (?:paper|work|article|study|research|report|survey|thesis|manuscript|review)\b))\b",
    re.IGNORECASE,
)
# In `model.UNIT`s. How much better a sentence that hangs in the air must be than one that stands.
_HANGING_MARGIN = 4_000
_BACKGROUND = 10_000  # what a sentence loses that stands before the authors speak of their work
# Left out where a result is too long: set apart as what came of it, it needs no `we show that`.
# Not `suggest` or `may`: what is hedged stays hedged.
_CLAIM = re.compile(
    r"[^,:;()]{2,70}? (?:show|demonstrate|find|found|reveal|prove|observe|confirm|verify"
    r"|illustrate)(?:s|d|ed|n)? that (?=\w)"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a card shows of a paper, at most `LIMIT` columns together."""

    contribution: str  # what the paper does
    result: str | None = None  # what came of it; None: the abstract does not say, or no room
    model: str | None = None  # who wrote it, where that is a language model; None: the authors


def summarise(
    title: str, abstract: str, ai_summary: str | None = None, ai_model: str | None = None
) -> Summary | None:
    """Return what a card says of a paper; None where there is no abstract.

    The source's own summary is taken when each of its numbers and names stands in the abstract;
    else, and without one, the abstract's own sentences.
    """
    if ai_summary and ai_summary.strip() and stated_in(ai_summary, abstract):
        told = shortened(" ".join(ai_summary.split()), LIMIT)
        if told:
            return Summary(told, model=ai_model or "AI")
    return _own_words(title, abstract)


@lru_cache(maxsize=16_384)  # made once a paper, kept: some 10 MB; a process composes in many turns
def _own_words(title: str, abstract: str) -> Summary | None:
    text = " ".join(abstract.split())
    texts = [text[start:end] for start, end in sentences(text)]
    if not texts:
        return None
    features = features_of(texts, title)
    chosen, pieces = _contribution(texts, _scores(features))
    told = " ".join(pieces)
    results = _results(texts, features, chosen)
    shown = shortened(told, _CONTRIBUTION_LIMIT if results else LIMIT)
    return Summary(shown, _fitting(results, LIMIT - width(shown))) if shown else None


def _scores(features: Sequence[Set[str]]) -> list[int]:
    """Return how well each sentence says what the paper does.

    What stands before the authors first speak of their work is background, however well it fits.
    """
    scores = shipped_model().scores(features)
    first = next((at for at, each in enumerate(features) if FIRST_OURS in each), 0)
    return [score - (_BACKGROUND if at < first else 0) for at, score in enumerate(scores)]


def _contribution(texts: Sequence[str], scores: Sequence[int]) -> tuple[int, list[str]]:
    """Return the place of the sentence that says what the paper does, and what is shown of it."""
    hanging = [_hangs(text) for text in texts]
    best = max(range(len(texts)), key=scores.__getitem__)
    if hanging[best]:
        standing = [at for at, hangs in enumerate(hanging) if not hangs]
        other = max(standing, key=scores.__getitem__, default=best)
        joined = best and not hanging[best - 1] and len(texts[best - 1]) + len(texts[best]) < LIMIT
        if not joined or scores[other] > scores[best] - _HANGING_MARGIN:
            best = other
        else:
            return best, [_without_front(texts[best - 1]), texts[best]]
    return best, [_without_front(texts[best])]


def _hangs(sentence: str) -> bool:
    """Return whether a sentence needs another to be understood: `It…`, `We do this by…`."""
    return _HANGING.match(sentence) is not None


def _results(
    texts: Sequence[str], features: Sequence[Set[str]], chosen: int
) -> list[tuple[float, str]]:
    """Return the sentences that tell what came of the paper, each with how well, best first."""
    last = max(len(texts) - 1, 1)
    found = []
    for at, text in enumerate(texts):
        if at in (chosen, chosen - 1) or _hangs(text):
            continue
        score = finding_score(text, features[at], at / last, at > chosen)
        if score >= ENOUGH:
            found.append((score, text))
    return sorted(found, reverse=True)


def _fitting(results: Iterable[tuple[float, str]], room: int) -> str | None:
    """Return the best result in so much room; a whole sentence before a better one cut short."""
    if room < _LEAST_RESULT:
        return None
    fitting: list[tuple[float, str]] = []
    for score, text in results:
        told = _without_front(text)
        claim = _CLAIM.match(told) if width(told) > room else None
        if claim and not _HANGING.match(told, claim.end()):
            told = _from(told, claim.end())
        shown = shortened(told, room)
        if shown == told:
            fitting.append((score, shown))
        elif tells_outcome(shown):
            fitting.append((score - _CUT_SHORT, shown))
    return max(fitting, default=(0.0, None))[1]


def _without_front(sentence: str) -> str:
    """Cut a front such as `In this paper,` and raise the first letter of what remains."""
    at = shipped_model().front(sentence)
    if at and _HANGING.match(sentence, at):
        at = 0
    return _from(sentence, at)


def _from(sentence: str, at: int) -> str:
    """Return a sentence from one place on, the first letter raised."""
    return sentence[at : at + 1].upper() + sentence[at + 1 :] if at else sentence
