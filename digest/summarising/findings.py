"""How much a sentence tells what came of a paper: numbers, comparisons, what was shown.

Rules, not a trained model: the public summaries say what papers do, and no set says which sentence
is its result. A word's weight is how sure it is that its sentence tells an outcome.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ENOUGH = 3.0  # a sentence below this is not shown as a result


def _forms(weight: float, words: str) -> dict[str, float]:
    """Return the weight of each word; `improve~` stands for its verb's four forms."""
    found = {}
    for word in words.split():
        if word.endswith("e~"):
            stem = word[:-2]
            found.update(
                dict.fromkeys((stem + "e", stem + "es", stem + "ed", stem + "ing"), weight)
            )
        elif word.endswith("~"):
            stem = word[:-1]
            found.update(dict.fromkeys((stem, stem + "s", stem + "ed", stem + "ing"), weight))
        else:
            found[word] = weight
    return found


_WORDS = {
    **_forms(
        3.0, "outperform~ surpass~ exceed~ achieve~ improve~ attain~ beat beats reveal~ reduce~"
    ),
    **_forms(2.0, "show~ find finds found demonstrate~ prove~ proves observe~ discover~ confirm~"),
    **_forms(2.0, "shown indicate~ suggest~ yield~ result~ outperformed accelerate~ validate~"),
    **_forms(
        1.5, "experiments experimental empirically empirical improvements improvement superior"
    ),
    **_forms(1.5, "faster better higher lower fewer gains gain speedup accuracy competitive"),
    **_forms(2.0, "raise~ remove~ recover~ match~ matches transfer~ halve~ double~ cut cuts rises"),
    **_forms(1.0, "significantly substantially consistently effectiveness comparable robust best"),
    **_forms(1.0, "evaluation evaluations state sota percent points increase~ lead~ ranks obtain~"),
    **_forms(1.0, "findings analysis theoretically maintaining ^results ^experiments ^extensive"),
    # Of medicine and biology: what was seen, and how surely.
    **_forms(1.5, "associated correlated correlation correlations elevated inhibit~ inhibited"),
    **_forms(1.5, "attenuate~ prevented (p (95% ci"),
    **_forms(1.0, "decrease~ significant induced identified detected"),
    **_forms(1.5, "zeigen ergebnisse zeigt ^wir"),
    # What an outcome is not: aims, background, what is to come, where the code lies.
    **_forms(-6.0, "https http github available website webpage url release~ released publicly"),
    **_forms(-2.0, "hope believe future propose~ introduce~ aim~ ^existing ^recent ^recently"),
    **_forms(-2.0, "^previous ^prior ^current ^although ^while ^many ^most ^despite challenging"),
    **_forms(-1.0, "^however present~ design~ can could may might will often typically remains"),
    **_forms(-1.0, "existing recent run ran gpu gpus important hours"),
}
_OPENINGS = {word[1:]: weight for word, weight in _WORDS.items() if word[0] == "^"}
# Verbs: `results` is a noun more often, and says nothing without one.
_TELLING = frozenset([word for word, weight in _WORDS.items() if weight >= 2.0]) - {"results"}
# Begins with one set of characters, which the engine looks for without trying the rest each time.
_FIGURE = re.compile(
    r"[0-9](?:(?<!\w[0-9])\d*\.\d+\b|[\d.,]*\s?(?:%|×|x\b|times|percent|points|pp\b|fold))"
)
_MEASURED = 2.0  # for a figure
_CLAIMED = 1.5  # for `we show that`: what follows is found, whatever its words
_CLAIM = re.compile(
    r"\bwe (?:\w+ly |can |also |then |further |first )*(?:show|find|prove|demonstrate|observe"
    r"|discover|reveal|establish|confirm|conclude) that\b"
)
# Before a verb they make an aim of it, `to achieve`, unless something is said to be `able to`.
_AIMING = frozenset({"to", "for", "of"})
_ABLE_WORDS = "able shown found proven seen helps continues manage manages allows lets known"
_ABLE = frozenset(_ABLE_WORDS.split())
_HARDLY = -2.0  # what speaks of aims or background is no outcome, whatever its figures
_LATE = 1.5  # at the end of the abstract
# Of structured abstracts, in capitals or with a colon. The first of the results counts patients.
_CONCLUSION = ("CONCLUSION", "INTERPRETATION", "Conclusion:", "Conclusions:", "Interpretation:")
_RESULTS = ("RESULT", "FINDING", "Result:", "Results:", "Findings:")
_LABELLED = (*_CONCLUSION, *_RESULTS)


def finding_score(text: str, sentence: str, place: float) -> float:
    """Return how much a sentence tells of an outcome; below `ENOUGH`, roughly.

    It comes as it is and in small letters; `place` is 0 for the abstract's first sentence and 1
    for its last.
    """
    words = sentence.split()
    score = sum(filter(None, map(_WORDS.get, words)), _OPENINGS.get(words[0], 0.0))
    if "://" in sentence or "github" in sentence:
        score -= 6.0
    total = score + _LATE * place
    if text.startswith(_LABELLED):
        total += 3.0 if text.startswith(_CONCLUSION) else 1.5
    if score > _HARDLY and total >= ENOUGH - _MEASURED and _FIGURE.search(sentence):
        total += _MEASURED
    if ENOUGH - _CLAIMED <= total < ENOUGH and _CLAIM.search(sentence):
        total += _CLAIMED
    return total


def tells_outcome(text: str) -> bool:
    """Return whether a sentence, maybe cut short, has a verb that tells an outcome, not an aim."""
    return _tells(text.lower().rstrip("….").split())


def only_aims(text: str) -> bool:
    """Return whether all verbs of outcomes in a sentence say what is aimed at: `to achieve …`."""
    words = text.lower().split()
    return not (_TELLING.isdisjoint(words) or _tells(words) or _FIGURE.search(text))


def _tells(words: Sequence[str]) -> bool:
    """Return whether one of the verbs of outcomes among some words is not one of an aim."""
    verbs = _TELLING.intersection(words)
    if not verbs:
        return False
    return not all(each not in verbs or _is_aimed_at(words, at) for at, each in enumerate(words))


def _is_aimed_at(words: Sequence[str], at: int) -> bool:
    """Return whether the verb at a place is one of an aim."""
    if at == 0 or words[at - 1] not in _AIMING:
        return False
    return at < 2 or words[at - 2] not in _ABLE
