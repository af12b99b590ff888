"""Whether what is shown of a result's sentence, cut short, still says what the sentence does.

No grammar is parsed. A piece is refused where its form shows that the point was left out: better no
result on a card than half of one.
"""

from __future__ import annotations

import re

from digest.summarising.findings import tells_outcome

_LEAST_SAID = 6  # words after the `that` of a claim
_LEAST_SHOWN = 5  # words
# A front before the main clause: `Despite …, it falls`, `By averaging them, we improve …`.
_FRONT = re.compile(
    r"(?:when|while|if|although|though|once|because|since|whereas|unless|even|despite|in|by|with"
    r"|through|for|on|under|using|after|given|compared|based|unlike|without|from|at|as|within"
    r"|during|across|among|whenever|where|via|to)\b",
    re.IGNORECASE,
)
_FIRST_ITEM = re.compile(r"(?<!\w)(?:i|1|a)\) ")  # of a list: `(i) …`, `1) …`
_SECOND_ITEM = re.compile(r"(?<!\w)(?:ii|2|b)\) ")
_CLAIM = re.compile(r" (?:that|how|why|whether)\b")
# Without it, what is said would be more than what is claimed, or its opposite.
_CONDITION = re.compile(
    r"\b(?:if|unless|when|whenever|assuming|provided|as long as|except|only|under|up to)\b"
)
# `We show by experiments…`; `… to others: when it is trained…`
_OPEN_END = re.compile(
    r"\b(?:show|demonstrate|prove|find)s? (?:by|on|in|through|via|with)\b(?!.* that )"
    r"|[:;,] (?:when|if|while|although|because|since)\b[^,]*…$"
)
_VERBS = """
remain become lead tend work perform depend learn hold fail converge give generalize generalise
increase decrease allow enable provide emerge make exist scale outperform improve reduce achieve
exceed transfer surpass lower raise rise fall drop beat cut save help need require benefit suffer
act behave encode capture retain preserve recover predict exhibit show play differ form use produce
follow contain obey admit solve approximate correlate speed run reach attain yield match
"""
_FINITE = re.compile(
    r"\b(?:is|are|was|were|can|cannot|has|have|had|does|do|will|may|must|it \w+s"
    rf"|(?:{'|'.join(_VERBS.split())})(?:e?s)?)\b"
)


def keeps_its_point(shown: str, left_out: str) -> bool:
    """Return whether what is shown of a sentence says what the sentence does.

    Not so: `We find that, while some…`; `Despite high scores in the old test…`; `It (i) runs…`;
    `All of them can be found…`, if the condition is left out.
    """
    if not tells_outcome(shown) or _CONDITION.search(left_out):
        return False
    if shown[:-1].isascii() and shown.count(" ") < _LEAST_SHOWN - 1:
        return False
    if _FRONT.match(shown) and not tells_outcome(shown.partition(",")[2]):
        return False
    if _FIRST_ITEM.search(shown) and not _SECOND_ITEM.search(shown):
        return False
    if _OPEN_END.search(shown):
        return False
    claim = _CLAIM.search(shown)
    if claim is None:
        return True
    said = shown[claim.end() :]
    if said[:1] in (",", ":") or said.count(" ") < _LEAST_SAID:
        return False
    if _FRONT.match(said, 1):
        said = said.partition(",")[2]
    return _FINITE.search(said) is not None
