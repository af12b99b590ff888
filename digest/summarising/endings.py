"""Where a shortened sentence may end: not on a word, a number or a bracket that awaits more.

No grammar is parsed. A place is refused when the words before it show that something must follow:
an article, a preposition, a verb without its object, an adjective before its noun, the first half
of `both … and …`. A place refused wrongly costs a few words; one taken wrongly costs the meaning.
"""

from __future__ import annotations

import re

_AWAITING_MORE = """
a an the its our their his her this these those that each every any some several many most other
another such own same no not nor only also just simply merely mainly solely purely especially
particularly primarily even both either neither between among amongst whether
of to in on for with and or by than from as at into onto via per about over under up against upon
within without across through throughout during after before until since toward towards around
beyond below above near despite unlike like versus vs except besides including regarding
concerning given along due compared based according
but so yet because although though if unless while where when whereas which who whose whom what
how why
is are be been being was were am has have had having do does did can could may might will would
shall should must cannot
we it they he she i who there
show shows showed shown find finds found reveal reveals revealed prove proves proved demonstrate
demonstrates demonstrated demonstrating indicate indicates indicated suggest suggests suggested
confirm confirms confirmed observe observes verify verifies establish establishes
achieve achieves achieving obtain obtains obtaining attain attains yield yields yielding provide
provides providing produce produces reach reaches reaching require requires enable enables allow
allows make makes making outperform outperforms outperforming exceed exceeds surpass surpasses
reduce reduces reducing increase increases use uses used using have has contain contains propose
proposes present presents introduce introduces
overall often very much more less fewer well highly nearly almost roughly approximately about up
new novel first second single random good better best worse worst higher lower larger smaller
faster slower great strong weak significant superior comparable different various following
complete full direct simple early state-of-the-art state-of-art two three four five six seven eight
nine ten one e.g. i.e. cf. etal al. fig. eq. resp. approx. ca.
der die das den dem des ein eine einen einem einer und oder mit für von zu im auf zur zum aus bei
nach durch als wie dass
le la les un une et ou pour dans avec sur par que qui à au aux en du
el los las unos unas del y con para por lo o os um uma e com em na nos nas dos da
along behind following outside together whose applied calculated computed conditioned contingent
depend dependent depending depends derived differ differs evaluated focus focuses indicative related
relies rely resulting rooted tested trained least rather improve improves called associated average
computational existing fixed former general joint latter maximum minimum optimal recent single
standard unique certain conditional current important showing similar
"""
_AWAITING = frozenset(_AWAITING_MORE.split())
_ADJECTIVE_ENDINGS = """
ative itive ctive ous able ible less ful ical ional ental istic etic atic amic atory itory
"""
_ADJECTIVAL = tuple(_ADJECTIVE_ENDINGS.split())
# After these an adjective stands for itself: `is more robust`.
_PREDICATE = re.compile(
    r"\b(?:is|are|be|been|was|were|remains?|becomes?|stays?|proves?|makes? \w+)"
    r"(?: (?:not|also|still|both|more|less|most|very|as|\w+ly|current|\w+ (?:and|or)))*$"
)
_PREDICATIVE_WORDS = """
better best worse higher lower larger smaller faster slower strong weak comparable different valid
complete simple state-of-the-art state-of-art superior significant unique rich wide deep fast robust
efficient accurate stable optimal general pure natural large long short linear nonlinear non-linear
global local dense sparse relevant visual textual supervised unsupervised semi-supervised labeled
unlabeled modern common dynamic static
"""
_PREDICATIVE = frozenset(_PREDICATIVE_WORDS.split())
_FIRST_HALVES = ("both", "between", "either", "neither", "not ")
# `a rich and …`: what follows is a second adjective, unless it begins with an article of its own.
_FIRST_OF_TWO = re.compile(r"(?:,| and| or) (?!an? |the |its |their |our )")
_TRAINED_HOW = re.compile(r"\b(?:when|while|once|if|as|than) (?:\w+ly )?\w+(?:ed|ing)$")
_QUANTITY = re.compile(r"[~≈<>≤≥±+–-]?[$€£]?\d+(?:[.,]\d+)*(?:st|nd|rd|th|k|m|b)?")
_COMPOUND = re.compile(r"(?!state-of-)\w+-(?:\w+-)*[a-z]+")  # before its noun: `two-player game`
_BRACKETED = re.compile(
    r" \([^()]{1,12}\)(?= \w)(?! (?:for|in|on|to|of|with|by|and|or|that|which)\b)"
)
_BEFORE_NOUN = re.compile(r"\w+-(?:based|aware|free|driven|level|specific|wise|style|only|guided)")
_IN_A_LIST = re.compile(r", (?:[\w-]+ ){0,2}[\w-]+$")
_BELONGING = (" of ", " to ", " than ", " as ")  # to the word before
_PAIR = re.compile(r"\b(?:both|between|either|neither|not (?:only|just|merely))\b")
_SECOND_HALF = re.compile(r"\b(?:and|or|nor|but)\b")
_BRACKETS = ("()", "[]", "{}", "（）", "「」", "《》")
_LOOKED_AT = 60  # characters before an end


def may_end(text: str, end: int) -> bool:
    """Return whether a text that goes on may be shown only up to a place between two words."""
    begin = text.rfind(" ", 0, end) + 1
    before = text[begin:end]
    lower = before.lower()
    word = lower.strip(",;:.()[]\"'“”‘’")
    if word not in _PREDICATIVE and (word in _AWAITING or lower in _AWAITING):
        return False
    if text.startswith(_BELONGING, end) or _BRACKETED.match(text, end):
        return False
    if "-" in word and (
        _BEFORE_NOUN.fullmatch(word) or (text.startswith(" ", end) and _COMPOUND.fullmatch(before))
    ):
        return False
    if text[begin - 2 : begin - 1] in (";", ":") or _opens(text, end):
        return False
    if _QUANTITY.fullmatch(word):
        return text[end : end + 2] in (", ", "; ") or text[end : end + 1] in ("，", "；")
    said = text[max(0, end - _LOOKED_AT) : end]
    if word in _PREDICATIVE or (word.endswith(_ADJECTIVAL) and word not in _ADJECTIVAL):
        leading = said[: len(said) - len(before)].rstrip()
        if word.startswith("state-of") and leading.endswith((" the", " the current")):
            return True
        return _PREDICATE.search(leading) is not None
    if text[begin - 3 : begin] in (" a ", "an ") and _FIRST_OF_TWO.match(text, end):
        return False
    if text.startswith((", and ", ", or "), end) and _IN_A_LIST.search(said):
        return False
    if before.endswith(("ed", "ing")) and _TRAINED_HOW.search(said):
        return False
    return not _awaits_second_half(said)


def _opens(text: str, end: int) -> bool:
    """Return whether a bracket or formula is open at a place."""
    if "$" in text and text.count("$", 0, end) % 2 and "$" in text[end:]:
        return True
    for pair in _BRACKETS:
        if pair[0] in text and text.count(pair[0], 0, end) > text.count(pair[1], 0, end):
            return True
    return False


def _awaits_second_half(text: str) -> bool:
    """Return whether the last `both` or `between` of a text has no `and` yet."""
    lower = text.lower()
    if not any(map(lower.__contains__, _FIRST_HALVES)):
        return False
    pairs = list(_PAIR.finditer(lower))
    return bool(pairs) and _SECOND_HALF.search(lower, pairs[-1].end()) is None
