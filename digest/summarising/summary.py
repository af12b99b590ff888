"""What a card says of a paper: what it does, then what came of it, in its own words.

Nothing is written anew: both are pieces of the abstract, cut at the front and at the end of a
clause, so they cannot say what the paper does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.ranking.sentences import sentences
from digest.summarising.clauses import shortened, whole_clauses, width
from digest.summarising.features import WINDOW, features_of, ours
from digest.summarising.findings import ENOUGH, finding_score, only_aims
from digest.summarising.model import shipped_model
from digest.summarising.points import keeps_its_point
from digest.summarising.sentence_fronts import empty_fronts
from digest.summarising.standing import begins_in_the_air, hangs_in_the_air, may_say, stands
from digest.summarising.stated import stated_in

_ODD_SPACES = ("  ", *"\t\n\v\f\r\x1c\x1d\x1e\x1f")
LIMIT = 280  # columns of contribution and result together
_CONTRIBUTION_LIMIT = 230  # where a result follows; 190 costs half a point of ROUGE-1
_LEAST_CONTRIBUTION = 140  # columns that a whole result leaves it
_LEAST_RESULT = 50  # less room is not worth a second sentence
_CUT_SHORT = 3.0  # how much better a result must be that has room for its beginning only
# In `model.UNIT`s. How much better a sentence that hangs in the air must be than one that stands.
_HANGING_MARGIN = 4_000
_LONGEST_CLAIM = 90
_ASIDE = frozenset(",:;()")
# Not `suggest` or `may`: what is hedged stays hedged.
_CLAIMING_VERBS = """
show shows showed shown demonstrate demonstrates demonstrated find finds found reveal reveals
revealed prove proves proved proven observe observes observed confirm confirms confirmed
verify verifies verified illustrate illustrates illustrated
"""
_CLAIMING = frozenset(_CLAIMING_VERBS.split())
_EVIDENCE = re.compile(
    r"(?:through|via|by|with|in|using|based on|from|after) [^,;:()]{0,80}\b"
    r"(?:experiments?|evaluations?|analys[ei]s|stud(?:y|ies)|simulations?|tests?|experimentation"
    r"|theory|ablations?|results)"
    r"\b[^,;:()]{0,60}, (?:we|i) (?:\w+ly |also |further )?"
    r"(?:show|demonstrate|find|reveal|prove|observe|confirm|verify) that ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a card shows of a paper, at most `LIMIT` columns together."""

    contribution: str  # what the paper does
    result: str | None = None  # what came of it; None: the abstract does not say, or no room
    model: str | None = None  # that wrote it, empty where it has no name; None: the authors did


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
            return Summary(told, model=ai_model or "")
    return _own_words(title, abstract)


@lru_cache(maxsize=16_384)  # made once a paper, kept: some 10 MB; a process composes in many turns
def _own_words(title: str, abstract: str) -> Summary | None:
    text = abstract
    if any(map(text.__contains__, _ODD_SPACES)) or not (text.isascii() or text.isprintable()):
        text = " ".join(text.split())
    bounds = sentences(text)
    if not bounds:
        return None
    texts = [text[start:end] for start, end in bounds]
    lower = [text.lower() for text in texts]
    chosen, pieces = _contribution(texts, _scores(texts, lower, title))
    told = " ".join(pieces)
    results = _results(texts, lower, chosen)
    shown = shortened(told, _CONTRIBUTION_LIMIT if results else LIMIT)
    if not shown:
        return None
    result = _fitting(results, LIMIT - width(shown))
    if results and result is None and (both := _sharing(told, results)):
        return both
    if len(shown) < len(told):  # the room that the result leaves
        shown = shortened(told, LIMIT - width(result or ""))
    return Summary(shown, result)


def _scores(texts: Sequence[str], lower: Sequence[str], title: str) -> dict[int, int]:
    """Return how well each sentence that may be chosen says what the paper does, by its place.

    Those in which the authors speak of their work; where none of them will do, what follows too.
    """
    spoken_at = ours(lower)
    places: Sequence[int] = spoken_at
    if not any(may_say(texts[at]) and not _hangs(texts[at]) for at in spoken_at):
        first = spoken_at[0] if spoken_at else 0
        places = range(first, min(first + WINDOW, len(texts)))
    if len(places) == 1:
        return {places[0]: 0}
    scores = shipped_model().scores(features_of(lower, title, places, spoken_at))
    return dict(zip(places, scores, strict=True))


def _sharing(told: str, results: Iterable[tuple[float, str]]) -> Summary | None:
    """Return a contribution that ends with an earlier clause, so that a whole result fits."""
    for _, text in results:
        result = _told(text)
        if width(result) > LIMIT - _LEAST_CONTRIBUTION:
            result = _without_claim(result)
        room = LIMIT - width(result)
        if result and room >= _LEAST_CONTRIBUTION and (shown := whole_clauses(told, room)):
            return Summary(shown, result)
    return None


def _contribution(texts: Sequence[str], scores: Mapping[int, int]) -> tuple[int, list[str]]:
    """Return the place of the sentence that says what the paper does, and what is shown of it.

    `scores` are the candidates', by their place.
    """
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    best = next((at for at in ranked if may_say(texts[at])), ranked[0])
    if _hangs(texts[best]):
        allowed = [at for at in ranked if may_say(texts[at])] or ranked
        other = next((at for at in allowed if not _hangs(texts[at])), best)
        before = texts[best - 1] if best else ""
        joined = before and not _hangs(before) and len(before) + len(texts[best]) < LIMIT
        if joined and (other == best or scores[other] <= scores[best] - _HANGING_MARGIN):
            return best, [_without_front(before, empty_fronts(before)), texts[best]]
        best = other
    return best, [_without_front(texts[best], empty_fronts(texts[best]))]


@lru_cache(maxsize=64)  # asked again of the few sentences in hand
def _hangs(sentence: str) -> bool:
    return hangs_in_the_air(sentence, empty_fronts(sentence))


def _results(texts: Sequence[str], lower: Sequence[str], chosen: int) -> list[tuple[float, str]]:
    """Return the sentences that tell what came of the paper, each with how well, best first.

    The first one stands alone; of the others that is asked where they are reached.
    """
    last = max(len(texts) - 1, 1)
    found = []
    for at in range(chosen + 1, len(texts)):
        score = finding_score(texts[at], lower[at], at / last)
        if score >= ENOUGH:
            found.append((score, texts[at]))
    found.sort(reverse=True)
    while found and not _told(found[0][1]):
        del found[0]
    return found


@lru_cache(maxsize=64)  # asked again of the few sentences in hand
def _told(result: str) -> str:
    """Return what is shown of a result without its front; nothing where it cannot stand alone."""
    empty = empty_fronts(result)
    if not stands(result, empty):
        return ""
    told = _without_front(result, empty)
    return "" if only_aims(told) else told


def _fitting(results: Iterable[tuple[float, str]], room: int) -> str | None:
    """Return the best result in so much room; a whole sentence before a better one cut short."""
    if room < _LEAST_RESULT:
        return None
    too_long = []
    best, best_score = None, 0.0
    for score, text in results:
        told = _told(text)
        if width(told) > room:
            told = _without_claim(told)
        if told and width(told) <= room:
            best, best_score = told, score
            break
        too_long.append((score - _CUT_SHORT, told))
    for score, told in too_long:  # in falling order
        if score <= best_score:
            break
        shown = whole_clauses(told, room)
        if shown and keeps_its_point(shown, told[len(shown) - 1 :]):
            return shown
    return best


def _without_claim(sentence: str) -> str:
    """Leave out the front of `We show that …`: set apart as what came of it, it needs none.

    So with `Through experiments on two beaches, we show that …`, which says how it was shown.
    """
    evidence = _EVIDENCE.match(sentence)
    if evidence and not begins_in_the_air(sentence, evidence.end()):
        return _from(sentence, evidence.end())
    end = sentence.find(" that ", 0, _LONGEST_CLAIM)
    claim = sentence[: max(end, 0)]
    if claim[claim.rfind(" ") + 1 :] not in _CLAIMING or not _ASIDE.isdisjoint(claim):
        return sentence
    return sentence if begins_in_the_air(sentence, end + 6) else _from(sentence, end + 6)


def _without_front(sentence: str, empty: Sequence[int]) -> str:
    """Cut a front such as `In this paper,` and raise the first letter of what remains."""
    at = shipped_model().front(sentence, empty)
    return sentence if at and begins_in_the_air(sentence, at) else _from(sentence, at)


def _from(sentence: str, at: int) -> str:
    """Return a sentence from one place on, the first letter raised."""
    return sentence[at : at + 1].upper() + sentence[at + 1 :] if at else sentence
