"""Whether a summary that a machine wrote says only what stands in the abstract.

It looks at what an invention is made of: numbers and names. It cannot tell whether the sentence
between them is true, which is why a card names the model that wrote it.
"""

from __future__ import annotations

import re
import unicodedata

# A number that is part of a name, as in `GPT-4`, is another thing than four of something.
_NUMBER = re.compile(r"(?P<name>(?<=[^\W\d_])|(?<=[^\W\d_]-))?\d+(?:[.,]\d+)*")
_PERCENT = re.compile(r"\s?(?:%|percent\b|per cent\b)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“(])$")
_FEW = """
zero one two three four five six seven eight nine ten eleven twelve
"""
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_FEW.split())}
_COUNTED = frozenset(_NUMBER_WORDS) - {"zero", "one"}  # `one` is more often no number
# Words that begin a sentence with a capital and are no names, though the abstract may lack them.
_OPENING_WORDS = """
a an the this these that it we our they in on by to for with using via through from new novel
researchers authors introduces presents proposes study paper work research results experiments
recent while when although unlike however extensive evaluation various several both two three
combining enhanced improved unified large multi low high self
"""
_OPENERS = frozenset(_OPENING_WORDS.split())


def stated_in(summary: str, abstract: str) -> bool:
    """Return whether every number and every name of a summary stands in an abstract."""
    summary = unicodedata.normalize("NFKC", summary)
    abstract = unicodedata.normalize("NFKC", abstract)
    return _numbers(summary) <= _numbers(abstract) and _names(summary) <= _words(abstract)


def _numbers(text: str) -> set[str]:
    """Return the numbers of a text, written alike: `1,000` is 1000, `three` is 3, `20 %` is 20%.

    One that belongs to a name has a hyphen before it.
    """
    found = {_NUMBER_WORDS[w] for w in _words(text) & _COUNTED}
    for match in _NUMBER.finditer(text):
        number = match[0]
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number):
            number = number.replace(",", "")
        if "." in number:
            number = number.rstrip("0").rstrip(".")
        if match["name"] is not None:
            number = f"-{number}"
        found.add(number)
        if _PERCENT.match(text, match.end()):
            found.add(number + "%")
    return found


def _names(text: str) -> set[str]:
    """Return the words of a text that are names: a capital inside a sentence, or inside a word."""
    found = set()
    for match in _WORD.finditer(text):
        word = match[0]
        if not any(c.isupper() for c in word):
            continue
        inner = any(c.isupper() or c.isdigit() for c in word[1:])
        opens = _SENTENCE_START.search(text[: match.start()]) is not None
        if opens and not inner and (word.lower() in _OPENERS or word.endswith("ing")):
            continue
        found.add(_alike(word))
    return found


def _words(text: str) -> set[str]:
    return {_alike(match[0]) for match in _WORD.finditer(text)}


def _alike(word: str) -> str:
    """Return a word as it is compared: small letters, no genitive, no plural."""
    word = re.sub(r"['’]s$", "", word).casefold()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
