"""Whether a sentence can be read without those around it, and says something."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HANGING = re.compile(
    r"(?:it|its|they|their|them|these|those|such|he|she|his|her|both|doing so|the (?:former|latter)"
    r"|(?:we|our \w+|i)(?: \w+ly)? \w+ (?:this|it|so|these)"
    r" (?:by|thanks|with|through|using|via|in|as|and)"
    r"|we (?:\w+ly )?(?:call|name|term|dub)|we \w+ such an? \w+\."
    r"|we (?:\w+ly )?\w+ th(?:is|ese) \w+ (?:by|through|via|using)|we \w+ to \w+ (?:them|it)"
    r"|this(?! (?:paper|work|article|study|research|report|survey|thesis|manuscript|review)\b))\b",
    re.IGNORECASE,
)
# What a reader takes for this paper's, without what was said before.
_OF_RESULTS = re.compile(
    r"(?:these|this|such|both) (?:\w+ ){0,2}(?:results?|findings?|data|observations?|experiments"
    r"|analys[ei]s|studies|evidence) (?:\w+ly |also |thus |further |together )?(?:show|suggest"
    r"|indicate|demonstrate|reveal|confirm|establish|support|identif|provide|impl|highlight)",
    re.IGNORECASE,
)
_AT_END = ("this end.", "this purpose.", "this aim.")
_FOR_AT_END = re.compile(r"\b(?:for|to) this \w+\.$")
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
# What a sentence speaks of stands in another one.
_POINTS_BACK = re.compile(
    r"\b(?:the (?:above|aforementioned|following)\b(?!:)"
    r"|(?:this|these|those) (?:claims?|questions?|conjectures?|hypothes[ie]s))\b",
    re.IGNORECASE,
)
_POINTERS = ("above", "forement", "following", "claim", "question", "conjecture", "hypothes")


def may_say(sentence: str) -> bool:
    """Return whether a sentence may say what the authors do.

    Not: others' work; a promise without what is promised; a question, unless they say that they
    answer it.
    """
    if sentence.startswith(_OTHERS):
        return False
    if len(sentence) < _LONGEST_THAT_SAYS_NOTHING and _SAYS_NOTHING.search(sentence):
        return False
    return not _ends_in_a_question(sentence) or sentence.startswith(_OWN)


def begins_in_the_air(sentence: str, at: int = 0) -> bool:
    """Return whether what a sentence says from a place on needs another one to be understood."""
    return _HANGING.match(sentence, at) is not None


def hangs_in_the_air(sentence: str, empty: Sequence[int]) -> bool:
    """Return whether a sentence needs another to be understood: `It…`, `We do this by…`.

    `empty` are its `empty_fronts`.
    """
    if _HANGING.match(sentence) or (empty and _HANGING.match(sentence, empty[-1])):
        return True
    return (
        sentence.endswith(_AT_END) and _FOR_AT_END.search(sentence, len(sentence) - 20) is not None
    )


def stands(result: str, empty: Sequence[int]) -> bool:
    """Return whether a sentence can be read as a result without those around it."""
    if _ends_in_a_question(result):
        return False
    if hangs_in_the_air(result, empty) and not _OF_RESULTS.match(result, empty[-1] if empty else 0):
        return False
    return not (any(map(result.__contains__, _POINTERS)) and _POINTS_BACK.search(result))


def _ends_in_a_question(sentence: str) -> bool:
    return "?" in sentence[-4:] and sentence.rstrip("\"'”’)").endswith("?")
