"""What may be cut off the front of a sentence, so that it begins with what the paper does.

`In this paper, we propose …` → `We propose …`. A front that limits what is said (`If …,`,
`Under mild conditions, …`) is never cut: without it the sentence would claim more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LABEL_WORDS = """
abstract background context importance rationale objective objectives aim aims purpose motivation
introduction design setting method methods result results finding findings conclusion conclusions
interpretation significance summary unlabelled
"""
# `Results: …`, and as structured abstracts have them: `METHODS AND RESULTS We …`.
_LABEL = re.compile(
    rf"(?:(?:{'|'.join(_LABEL_WORDS.split())}|tl;?dr)\s?[:.—]"
    rf"|(?-i:(?:{'|'.join(_LABEL_WORDS.upper().split())})(?: (?:AND|&) [A-Z]+)?"
    r"(?:[:.—]|(?= [A-Z\d]))))\s*(?=\S)",
    re.IGNORECASE,
)
_PAPER = r"(?:paper|work|article|study|research|report|manuscript|survey|thesis|letter|note)"
_OURS_NEXT = rf"(?= (?:we|this {_PAPER}) )"  # after a front whose comma was left out
_OPENER = re.compile(
    rf"(?:(?:in|through|with|throughout) (?:this|the present|our) (?:\w+ )?{_PAPER}\b,?"
    r"|here,?|to (?:this|that) end,?|to (?:address|tackle|solve|overcome|bridge|fill|remedy"
    r"|mitigate|alleviate|resolve|do) (?:this|these|that|it|so|(?:the )?above)"
    rf"(?: (?!we\b)\w+)?(?:,|{_OURS_NEXT})"
    r"|(?:however|moreover|furthermore|specifically|additionally|thus|therefore|hence|finally"
    r"|consequently|accordingly|notably|importantly|concretely|instead|also|besides|again|indeed"
    r"|interestingly|surprisingly|remarkably|crucially|overall|in (?:particular|addition|summary"
    r"|short|contrast|response)|more (?:specifically|precisely|generally|importantly)|first(?:ly)?"
    r"|second(?:ly)?|third(?:ly)?|lastly|meanwhile|as such|for this|(?:inspired|motivated) by"
    r" (?:this|these|that)(?: \w+)?|based on (?:this|these)(?: \w+)?|in light of (?:this|these)"
    rf"(?: \w+)?|as a (?:result|consequence|remedy|first step))(?:,|{_OURS_NEXT})"
    r"|diese arbeit hat zum ziel,|in dieser arbeit)\s+(?=\w)",
    re.IGNORECASE,
)
# The words that those begin with: without one, which is usual, neither is tried.
_FIRST_WORDS = """
tl tldr
in through with throughout here to however moreover furthermore specifically additionally thus
therefore hence finally consequently accordingly notably importantly concretely instead also besides
again indeed interestingly surprisingly remarkably crucially overall more first firstly second
secondly third thirdly lastly meanwhile as for inspired motivated based diese
"""
_BEGINNINGS = frozenset((*_LABEL_WORDS.split(), *_FIRST_WORDS.split()))
_FIRST_WORD = re.compile(r"\w*")
_OURS = re.compile(rf",\s+(?=(?:we|our|I|this {_PAPER})\s)")
_CONDITION = re.compile(
    r"(?:if|when|whenever|unless|under|assuming|given|for|without|once|provided|only|except|where"
    r"|as long as|in the (?:limit|case|absence|presence)|on|at|among|until|after|before)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(rf"(?:we|our|I|this {_PAPER})\b", re.IGNORECASE)
_FARTHEST = 200  # characters: beyond, it is no front but half of the sentence
_FEWEST_WORDS = 6  # what remains must still say something


def empty_fronts(sentence: str) -> list[int]:
    """Return the ends of the words before a sentence's own that say nothing: `In this paper,`."""
    start = 0
    found: list[int] = []
    while _first_word(sentence, start) in _BEGINNINGS:
        opener = _LABEL.match(sentence, start) or _OPENER.match(sentence, start)
        if opener is None:
            break
        start = opener.end()
        found.append(start)
    return [at for at in found if _says_enough(sentence, at)]


def fronts(sentence: str, empty: Sequence[int] | None = None) -> list[int]:
    """Return where a sentence may begin instead of at its first letter, in rising order.

    `empty` are its `empty_fronts`, where they are known.
    """
    empty = empty_fronts(sentence) if empty is None else empty
    found = [*empty]
    start = empty[-1] if empty else 0
    if sentence.find(", ", start, _FARTHEST) < 0:
        return found
    commas = list(_OURS.finditer(sentence, start, _FARTHEST))
    if commas and not (_CONDITION.match(sentence, start) or _SUBJECT.match(sentence, start)):
        for comma in commas:
            if sentence.count("(", 0, comma.start()) == sentence.count(")", 0, comma.start()):
                found.append(comma.end())
    return [at for at in found if _says_enough(sentence, at)]


def _first_word(sentence: str, start: int) -> str:
    word = _FIRST_WORD.match(sentence, start)
    return word[0].lower() if word else ""


def _says_enough(sentence: str, at: int) -> bool:
    """Return whether what remains of a sentence still says something."""
    return sentence.count(" ", at) >= _FEWEST_WORDS - 1


def front_features(sentence: str, at: int) -> set[str]:
    """Return the features by which a front is judged worth cutting: its words, its length."""
    words = sentence[:at].lower().replace(",", "").split()
    return {*words, f"words:{min(len(words) // 2, 8)}", f"of:{min(sentence.count(' ') // 5, 9)}"}
