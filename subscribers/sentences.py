"""Keywords in whole sentences, `I am interested in moss` → the keywords, as long. Pure."""

from __future__ import annotations

import re

from subscribers.messages import Message, message

_WANTS = (
    r"(?:please )?(?:send|show|give|find|get) me|"
    r"i(?:['’]m| am) (?:(?:\w+ly|very|also) )?(?:interested in|working on|looking for)|"
    r"i (?:work|do research) on|"
    r"i(?:['’]d like| would like| want) to (?:read|see|know|learn|hear)(?: more)?(?: about| on)?|"
    r"ich interessiere mich für"
)
_PAPERS = (
    r"papers?|articles?|preprints?|publications?|research|work|studies|literature|everything|"
    r"anything|arbeiten|artikel|alles"
)
_ABOUT = r"about|on|regarding|concerning|(?:related|relating) to|dealing with|über|zum thema"
_NEW = r"all|any|the|new|newest|recent|latest|more"
_LEAD = re.compile(
    rf"(?:\A|(?<=[,;\n]))[ \t]*(?P<said>(?:(?:{_WANTS}) )?(?:"
    rf"(?:(?:{_NEW}) )*(?:{_PAPERS}) (?:{_ABOUT})|(?:(?:{_NEW}) )+(?:{_PAPERS}) in"
    rf")|{_WANTS})(?= +[^\s,;])",
    re.IGNORECASE,
)
_BY = re.compile(
    rf"(?:\A|(?<=[,;\n]))[ \t]*(?:(?:{_NEW}) )*(?:{_PAPERS}) (?:by|von) +(?=(?-i:[A-Z]))",
    re.IGNORECASE,
)


def without_sentences(text: str) -> tuple[str, list[Message]]:
    """Return the text without what a sentence says before its keywords, and what was left out.

    `papers by Ada Lovelace` names an author.
    """
    text = _BY.sub(lambda found: "author:".ljust(len(found[0])), text)
    said = [found["said"] for found in _LEAD.finditer(text)]
    if not said:
        return text, []
    left = _LEAD.sub(lambda found: " " * len(found[0]), text)
    told = message("“{word}” was left out: only what is named is looked for", word=said[0])
    return left, [told]
