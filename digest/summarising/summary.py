"""What a card says of a paper: what it does, then what came of it, in its own words.

Nothing is written anew: both are pieces of the abstract, cut at the front and at the end of a
clause, so they cannot say what the paper does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from digest.ranking.sentences import sentences
from digest.summarising.clauses import shortened, whole_clauses, width
from digest.summarising.features import CANDIDATES, features_of, first_of_ours
from digest.summarising.findings import ENOUGH, finding_score, only_aims
from digest.summarising.model import shipped_model
from digest.summarising.points import keeps_its_point
from digest.summarising.sentence_fronts import empty_fronts
from digest.summarising.stated import stated_in

LIMIT = 280  # columns of contribution and result together
_CONTRIBUTION_LIMIT = 230  # where a result follows; 190 costs half a point of ROUGE-1
_LEAST_CONTRIBUTION = 140  # columns that a whole result leaves it
_LEAST_RESULT = 50  # less room is not worth a second sentence
_CUT_SHORT = 3.0  # how much better a result must be that has room for its beginning only
_HANGING = re.compile(
    r"(?:it|its|they|their|them|these|those|such|he|she|his|her|both|doing so|the (?:former|latter)"
    r"|(?:we|our \w+|i)(?: \w+ly)? \w+ (?:this|it|so|these)"
    r" (?:by|thanks|with|through|using|via|in|as|and)"
    r"|we (?:\w+ly )?(?:call|name|term|dub)|we \w+ such an? \w+\."
    r"|we (?:\w+ly )?\w+ th(?:is|ese) \w+ (?:by|through|via|using)|we \w+ to \w+ (?:them|it)"
    r"|this(?! (?:paper|work|article|study|research|report|survey|thesis|manuscript|review)\b))\b",
    re.IGNORECASE,
)
_AT_END = re.compile(r"\b(?:for|to) this (?:end|purpose|aim)\.$")
# All of a sentence that promises something and does not say what: the next one does.
_SAYS_NOTHING = re.compile(
    r"\bwe (?:\w+ly )?(?:propose|present|introduce|develop|design|devise|offer|provide|make)"
    r" (?:an?|two|three|four|five|several|some|multiple)(?: (?:[\w-]+ly|and|novel|new|innovative"
    r"|simple|effective|efficient|key|main|technical|general|alternative|different|important))*,?"
    r" (?:solution|technique|improvement|method|approach|strategy|model|framework|modification"
    r"|component|idea|contribution|innovation|finding)(?:e?s)?(?: (?:for|to) (?:this|that|these)"
    r" (?:end|aim|goal|purpose|task|problem|issue|challenge)s?)?\.$",
    re.IGNORECASE,
)
_LONGEST_THAT_SAYS_NOTHING = 110
_OTHERS = ("Prior work", "Prior method", "Previous ", "Existing ", "Recent work", "Recent stud")
_OWN = ("We ", "This ", "Our ", "In this ")
# In `model.UNIT`s. How much better a sentence that hangs in the air must be than one that stands.
_HANGING_MARGIN = 4_000
# Of a result: what it speaks of stands in another sentence.
_POINTS_BACK = re.compile(
    r"\b(?:the (?:above|aforementioned|following)\b(?!:)"
    r"|(?:this|these|those) (?:claims?|questions?|conjectures?|hypothes[ie]s))\b",
    re.IGNORECASE,
)
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
    r"(?:experiments?|evaluations?|analys[ei]s|stud(?:y|ies)|simulations?|tests?|experimentation|theory|ablations?|results)"
    r"\b[^,;:()]{0,60}, (?:we|i) (?:\w+ly |also |further )?"
    r"(?:show|demonstrate|find|reveal|prove|observe|confirm|verify) that ",
    re.IGNORECASE,
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
    text = abstract
    if "  " in text or not text.isprintable():  # a space is the only one that is printable
        text = " ".join(text.split())
    bounds = sentences(text)
    if not bounds:
        return None
    texts = [text[start:end] for start, end in bounds]
    if text.isascii():  # then small letters stand where the capitals stood
        small = text.lower()
        lower = [small[start:end] for start, end in bounds]
    else:
        lower = [each.lower() for each in texts]
    words = [text.split() for text in lower]
    first = first_of_ours(lower, words)
    candidates = islice(features_of(lower, words, title, first), CANDIDATES)
    scores = shipped_model().scores(candidates)
    chosen, pieces = _contribution(texts, dict(enumerate(scores, first)))
    told = " ".join(pieces)
    results = _results(texts, words, chosen)
    shown = shortened(told, _CONTRIBUTION_LIMIT if results else LIMIT)
    if not shown:
        return None
    result = _fitting(results, LIMIT - width(shown))
    if results and result is None and (both := _sharing(told, results)):
        return both
    if len(shown) < len(told):  # the room that the result leaves
        shown = shortened(told, LIMIT - width(result or ""))
    return Summary(shown, result)


def _sharing(told: str, results: Iterable[tuple[float, str]]) -> Summary | None:
    """Return a contribution that ends with an earlier clause, so that a whole result fits."""
    for _, text in results:
        is_long = width(text) > LIMIT - _LEAST_CONTRIBUTION
        result = _without_claim(text) if is_long else text
        room = LIMIT - width(result)
        if room >= _LEAST_CONTRIBUTION and (shown := whole_clauses(told, room)):
            return Summary(shown, result)
    return None


def _contribution(texts: Sequence[str], scores: Mapping[int, int]) -> tuple[int, list[str]]:
    """Return the place of the sentence that says what the paper does, and what is shown of it.

    `scores` are the candidates', by their place.
    """
    scores = {at: score for at, score in scores.items() if _may_say(texts[at])} or scores
    best = max(scores, key=scores.__getitem__)
    if _hangs(texts[best]):
        standing = [at for at in scores if not _hangs(texts[at])]
        other = max(standing, key=scores.__getitem__, default=best)
        before = texts[best - 1] if best else ""
        joined = before and not _hangs(before) and len(before) + len(texts[best]) < LIMIT
        if joined and (other == best or scores[other] <= scores[best] - _HANGING_MARGIN):
            return best, [_without_front(before), texts[best]]
        best = other
    return best, [_without_front(texts[best])]


def _may_say(sentence: str) -> bool:
    """Return whether a sentence may say what the authors do.

    Not: others' work; a promise without what is promised; a question, unless they say that they
    answer it.
    """
    if sentence.startswith(_OTHERS):
        return False
    if len(sentence) < _LONGEST_THAT_SAYS_NOTHING and _SAYS_NOTHING.search(sentence):
        return False
    return not _ends_in_a_question(sentence) or sentence.startswith(_OWN)


def _ends_in_a_question(sentence: str) -> bool:
    return sentence.rstrip("\"'”’)").endswith("?")


def _hangs(sentence: str) -> bool:
    """Return whether a sentence needs another to be understood: `It…`, `We do this by…`."""
    if _HANGING.match(sentence) or _AT_END.search(sentence, max(len(sentence) - 20, 0)):
        return True
    empty = empty_fronts(sentence)
    return bool(empty) and _HANGING.match(sentence, empty[-1]) is not None


def _results(
    texts: Sequence[str], words: Sequence[list[str]], chosen: int
) -> list[tuple[float, str]]:
    """Return the sentences that tell what came of the paper, each with how well, best first.

    Their fronts are left out, and those that tell of aims only.
    """
    last = max(len(texts) - 1, 1)
    found = []
    for at in range(chosen + 1, len(texts)):
        score = finding_score(texts[at], words[at], at / last)
        if score >= ENOUGH and _stands(texts[at]):
            found.append((score, texts[at]))
    told = ((score, _without_front(text)) for score, text in sorted(found, reverse=True))
    return [(score, text) for score, text in told if not only_aims(text)]


def _stands(result: str) -> bool:
    """Return whether a sentence can be read as a result without those around it."""
    return not (_hangs(result) or _ends_in_a_question(result) or _POINTS_BACK.search(result))


def _fitting(results: Iterable[tuple[float, str]], room: int) -> str | None:
    """Return the best result in so much room; a whole sentence before a better one cut short."""
    if room < _LEAST_RESULT:
        return None
    too_long = []
    best, best_score = None, 0.0
    for score, text in results:
        told = _without_claim(text) if width(text) > room else text
        if width(told) <= room:
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
    if evidence and not _HANGING.match(sentence, evidence.end()):
        return _from(sentence, evidence.end())
    end = sentence.find(" that ", 0, _LONGEST_CLAIM)
    claim = sentence[: max(end, 0)]
    if claim[claim.rfind(" ") + 1 :] not in _CLAIMING or not _ASIDE.isdisjoint(claim):
        return sentence
    return sentence if _HANGING.match(sentence, end + 6) else _from(sentence, end + 6)


def _without_front(sentence: str) -> str:
    """Cut a front such as `In this paper,` and raise the first letter of what remains."""
    at = shipped_model().front(sentence)
    if at and _HANGING.match(sentence, at):
        at = 0
    return _from(sentence, at)


def _from(sentence: str, at: int) -> str:
    """Return a sentence from one place on, the first letter raised."""
    return sentence[at : at + 1].upper() + sentence[at + 1 :] if at else sentence
