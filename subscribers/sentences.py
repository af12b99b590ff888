"""Keywords in whole sentences, `I am interested in moss` → the keywords, as long. Pure.

What a sentence of any of our languages usually begins with is left out. Of a sentence that begins
otherwise (`spare me moss`) the writer's pronouns are left to tell: `misreadings` says so.
"""

from __future__ import annotations

import re

from subscribers.messages import Message, message
from subscribers.same_length import blanked, inner_only

_ADVERBS = r"(?:(?:\w+ly|very|also|just|most|currently) )?"
_I = r"(?:i|we)"
_AM = r"(?:i(?:['’]m| am)|we(?:['’]re| are))"
_WANT = (
    r"(?:want|need|like|love|prefer|follow|study|track|would like|would love|wish for|care about)"
)
_READ = (
    r"to (?:read|see|know|learn|hear|get|receive|follow|find|be told)(?: more)?(?: about| on| of)?"
)
_SEND = r"(?:send|show|give|find|get|bring|tell|alert|notify|recommend|suggest)"
_MY = (
    r"(?:my|our) (?:main |current |primary )?(?:research )?"
    r"(?:research|work|interests?|topics?|areas?|fields?|focus|thesis|phd)"
)
_WANTS = "|".join(
    (
        rf"(?:please )?(?:(?:can|could|would) you )?(?:please )?{_SEND} (?:me|us)(?: about| of)?",
        r"(?:please )?keep (?:me|us) (?:posted|informed|updated|up to date) (?:on|about|with)",
        rf"{_AM} an? [\w ]{{2,40}}? (?:working on|interested in|studying)",
        rf"{_AM} {_ADVERBS}(?:interested in|working on|looking for|into|curious about|studying)",
        rf"{_I} {_ADVERBS}(?:work|do research|publish|write) (?:on|in|about)",
        rf"{_I} {_ADVERBS}{_WANT} {_READ}",
        rf"i['’]d (?:like|love) {_READ}",
        rf"{_I} {_ADVERBS}{_WANT}|i['’]d (?:like|love)",
        rf"{_MY} (?:is|are|lies?|concerns?|focus(?:es)?|includes?|covers?|spans?|involves?)"
        r"(?: (?:on|in|about))?",
        r"interested in|looking for",
        r"(?:what(?:['’]s| is) new|updates?|the latest) (?:in|on|about)",
        r"(?:the )?(?:latest|recent|new|newest) (?:advances|progress|news|results|trends)"
        r" (?:in|on|about)",
        r"ich (?:interessiere mich|suche|forsche|arbeite)(?: nach| zu| an| über)?(?: für)?",
        r"ich (?:möchte|will|hätte gerne?)(?: gerne)?(?: mehr)?",
        r"je (?:m['’]intéresse (?:à|aux?)|cherche|veux|voudrais|travaille sur)",
        r"je suis intéressée? par",
        r"(?:me interesan?|quiero|busco|trabajo (?:en|sobre)|estoy interesad[oa] en)",
        r"(?:eu )?(?:quero|procuro|trabalho (?:em|com)|tenho interesse (?:em|por))",
        r"interesso-me por",
    )
)
_PAPERS = (
    r"(?:scientific |research |academic |scholarly |good |interesting )?(?:"
    r"papers?|articles?|preprints?|publications?|research|work|works|studies|literature|everything|"
    r"anything|something|stuff|things|arbeiten|artikel|veröffentlichungen|studien|alles|"
    r"articles|études|travaux|tout|artículos|estudios|trabajos|todo|artigos|estudos|trabalhos|tudo)"
)
_ABOUT = (
    r"about|on|regarding|concerning|(?:that (?:are|is) )?(?:related|relating|relevant) to|"
    r"dealing with|(?:there is|that is|written|published) (?:about|on)|around|covering|discussing|"
    r"studying|addressing|focus(?:ed|ing|sed) on|"
    r"(?:that|which) (?:\w+ly )?(?:discuss|cover|study|use|address|concern|deal with|talk about|"
    r"focus on|are about|is about)(?:es|s)?|"
    r"like|similar to|über|zum thema|zu|sur|sobre|acerca de|a propos de|à propos de"
)
_NEW = (
    r"all|any|the|some|more|only|just|new|newest|recent|latest|current|neue|neueste|aktuelle|"
    r"de nouveaux|des|les|nouveaux|nuevos|los|os|novos"
)
_END = r"(?:\A|(?<=[,;.!\n]))[ \t]*"
_LEAD = re.compile(
    rf"{_END}(?P<lead>(?:(?:{_WANTS}) )?(?:"
    rf"(?:(?:{_NEW}) )*(?:{_PAPERS}) (?:{_ABOUT})|(?:(?:{_NEW}) )+(?:{_PAPERS}) in"
    rf")|{_WANTS})(?= +[^\s,;])",
    re.IGNORECASE,
)
_BY = re.compile(
    rf"(?:{_END}(?:(?:{_WANTS}) )?(?:(?:{_NEW}) )*(?:{_PAPERS}) (?:by|von|de|por) +|{_END}by +)"
    r"(?=(?-i:[A-Z]))",
    re.IGNORECASE,
)
# `new moss papers`, `I want moss papers`: what is asked for is not papers that say "papers".
_NEW_PAPERS = re.compile(
    rf"{_END}(?P<lead>(?:(?:{_NEW}) )+)(?=[^\s,;][^,;\n]*? (?:papers|articles|preprints)\b)",
    re.IGNORECASE,
)
_PAPERS_AFTER = re.compile(
    r" (?:papers|articles|preprints)[ \t]*[.!]?(?=[ \t]*(?:[,;\n]|\Z))", re.I
)
_CHINESE = re.compile(
    r"(?:我(?:对|想看|想读|关注|喜欢|想要)|请(?:给我|推荐))*(?:关于|有关)?([^,，、;；。\n]{1,60}?)"
    r"(?:(?:很|非常)?感兴趣|的(?:最新)?(?:论文|文章|研究))"
)
_POLITE = re.compile(
    r"(?<![ \t,])[ \t,]+(?:please|thanks|thank you|thx|bitte|danke|merci|s['’]il vous pla[iî]t|"
    r"por favor|gracias|obrigad[oa])[ \t.!?]*(?=\n|\Z)",
    re.IGNORECASE,
)


# What stands before one of several things in a list: `…, in particular moss`, `…, and moss`.
_BETWEEN = re.compile(
    r"[\"“”„‟«»][^\"“”„‟«»\n]*[\"“”„‟«»]"
    r"|(?<=[,;.(\n\t|，；、])[ \t]{0,8}(?:(?P<joins>and|und|et(?! al)|sowie)|(?P<said>in particular"
    r"|particularly|especially|esp\.?|specifically|notably|namely|mainly|including|for example"
    r"|for instance|such as|as well as|insbesondere|vor allem|zum Beispiel|en particulier|notamment"
    r"|par exemple|en particular|por ejemplo|em particular|por exemplo))(?=[ \t,:(])[ \t]{0,8},?"
)


def without_what_lists(text: str) -> tuple[str, list[Message]]:
    """Return the text without what only leads to the next thing of a list, and what that was."""
    found = [each for each in _BETWEEN.finditer(text) if each["joins"] or each["said"]]
    for each in found:
        text = text[: each.start()] + " " * len(each[0]) + text[each.end() :]
    said = dict.fromkeys(each["said"] for each in found if each["said"])
    return text, [
        message("“{word}” was left out: only what is named is looked for", word=word)
        for word in said
    ]


def without_sentences(text: str) -> tuple[str, list[Message], list[int]]:
    """Return the text without what a sentence says before its keywords, what was left out of it,
    and where what is left of sentences begins.

    `papers by Ada Lovelace` names an author.
    """
    text = _POLITE.sub(blanked, text)
    if "趣" in text or "的" in text:
        text = _CHINESE.sub(inner_only, text)
    text = _BY.sub(lambda found: "author:".rjust(len(found[0])), text)
    found = [*_LEAD.finditer(text)]
    found += _NEW_PAPERS.finditer(text)
    if not found:
        return text, [], []
    left = _NEW_PAPERS.sub(blanked, _LEAD.sub(blanked, text))
    said = [each["lead"].strip() for each in sorted(found, key=lambda each: each.start())]
    begins = sorted({each.end() for each in found})
    for begin in begins:
        end = min((at for sign in ",;\n" if (at := left.find(sign, begin)) >= 0), default=len(left))
        cut = _PAPERS_AFTER.sub(blanked, left[begin:end])
        left = left[:begin] + (cut if cut.strip() else left[begin:end]) + left[end:]
    told = message("“{word}” was left out: only what is named is looked for", word=said[0])
    return left, [told], begins
