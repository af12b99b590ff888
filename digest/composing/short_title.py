"""What a title says, in the few columns of a subject line: its telling part, cut between words."""

from __future__ import annotations

import re
from functools import lru_cache

from digest.composing.excerpt import harmless
from digest.ranking.background import prior
from digest.ranking.text import stem
from digest.summarising.clauses import shortened, width
from subscribers.profile_words import FUNCTION_WORDS

_NAME_ENDS = re.compile(r":\s+|：\s*|\s[–—-]\s+")
_TELLING = 3  # words that what follows a name has at least; else the title is kept whole
_SAYS_ALL = 5  # words of a sentence before the colon which needs nothing after it
# What sort of paper it is, after the colon: `…: An Empirical Study`, `…: Evidence from X`.
_SORT = re.compile(
    r"(?:(?:an?|the|our|some)\s+)?(?:[\w-]+\s+){0,5}(?:study|studies|survey|review|overview|analysis"
    r"|analyses|approach|perspective|perspectives|investigation|comparison|evaluation|tutorial"
    r"|exploration|examination|retrospective|primer|report|assessment|experiments?|viewpoint|view"
    r"|introduction|roadmap|outlook|challenges|considerations|application|applications)$"
    r"|(?:evidence|insights?|lessons?|results|findings|experiences?|observations?|perspectives?"
    r"|experiments|studies|(?:an?|the)\s+(?:[\w-]+\s+){0,2}(?:study|survey|review|analysis|case))"
    r"\s+(?:from|of|on|in|for|with|learned)\b.*",
    re.IGNORECASE,
)
# Before the colon stands no name but what was found: `Replay is enough: a study of memory`.
_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|can|cannot|do|does|need|needs|should|must|will|may|makes?|improves?|helps?"
    r"|fails?|has|have|beats?|learns?|never|not)\b",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"[A-Z][a-z]+(?:-[A-Za-z]?[a-z]+)*")
_LOWER = re.compile(r"(?<!\w)[a-z]{3,}")
_INSIDE_SENTENCE = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_NO_NAME = re.compile(r"(?:tions?|ments?|ness|bility|ally|wise|(?:is|iz)(?:ed|ing)|less)$")
_LONGEST_WORD = 200
_SMALL = FUNCTION_WORDS | {"never", "always", "towards", "toward", "like", "new"}
_TITLE_CASE = 0.7  # of a title's longer words begin with a capital


def one_line(text: str) -> str:
    """Return text on one line, without control characters or holes: fit for a header."""
    text = harmless(text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


@lru_cache(maxsize=8192)  # the same few titles stand in most mails
def cut_between_words(text: str, room: int) -> str:
    """Return as many of a text's words as so many columns hold; the first one in any case.

    Where a script knows no spaces, the cut falls between two characters.
    """
    if width(text) <= room:
        return text
    words = text.split(" ")
    kept = 0
    while kept < len(words) and width(" ".join(words[: kept + 1])) < room:
        kept += 1
    while kept > 1 and words[kept - 1].lower() in FUNCTION_WORDS:
        kept -= 1
    if kept == 0:
        return shortened(words[0], room if not words[0].isascii() else _LONGEST_WORD) or words[0]
    return " ".join(words[:kept]).rstrip(" ,;:–—-([{") + "…"


def capitalised(text: str) -> str:
    """Return a text that begins a line; what is written like `mRNA` stays."""
    return text[:1].upper() + text[1:] if text.partition(" ")[0].islower() else text


@lru_cache(maxsize=4096)  # the same few papers lead most issues
def finding(title: str, abstract: str) -> str:
    """Return the part of a title that says what was found, written as within a sentence.

    Of `Name: what it is` that is what it is, never the name.
    """
    title = one_line(title) or "…"
    name = _NAME_ENDS.search(title)
    if name:
        head, tail = title[: name.start()], title[name.end() :]
        said = len(head.split())
        sort = _SORT.fullmatch(tail) is not None
        if said >= _TELLING and (sort or (said >= _SAYS_ALL and _SENTENCE.search(head))):
            title = head
        elif len(tail.split()) >= _TELLING or not tail.isascii():
            title = tail or title
    return _in_sentence_case(title, abstract)


def _is_common(word: str) -> bool:
    return _NO_NAME.search(word) is not None or stem(word) in prior()


def _in_sentence_case(title: str, abstract: str) -> str:
    """Lower the capitals of a title, where no word of it needs them.

    That shows the abstract, else that a word is common in papers, or made as no name is.
    """
    words = title.split(" ")
    lower = set(map(stem, _LOWER.findall(abstract)))
    names = set(_INSIDE_SENTENCE.findall(abstract))
    parts = [part for word in words[1:] for part in word.split("-")]
    longer = [part for part in parts if len(part) > 3 and part.isalpha() and part[1:].islower()]
    in_title_case = sum(word[0].isupper() for word in longer) > _TITLE_CASE * len(longer)
    made = []
    for word in words if in_title_case else words[:1]:
        bare = word.strip(".,:;!?()\"'“”‘’")
        if not (_CAPITALISED.fullmatch(bare) or bare == "A"):
            made.append(word)
        elif bare.lower() in _SMALL or all(
            stem(part) in lower or _is_common(part.lower()) for part in bare.split("-")
        ):
            made.append(word.lower())
        elif bare in names:
            made.append(word)
        else:
            return title
    return " ".join([*made, *words[len(made) :]])
