"""The features by which a sentence of an abstract is chosen: its words, and marks by number.

Marks say where a sentence stands, how long it is, how much of the title it holds, and whether the
authors speak of their work in it. A score is a sum of look-ups, and the trainer and the mail use
these very functions. A word is a feature as it stands between two spaces, in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from subscribers.profile_words import FUNCTION_WORDS

# Among so many sentences from the first in which the authors speak of their work stands what a
# paper does: what is before is background, and of what follows hardly any is ever chosen.
WINDOW = 5

_STEM = 6  # letters: enough to match `network` and `networks`
_WORD = re.compile(r"[^\W_]+")
_OURS = re.compile(
    r" (?:i|this (?:paper|work|article|study)|our (?:paper|work)|wir|nous|nosotros|dieser? arbeit) "
)
_OURS_UNSPACED = ("本文", "我们", "本研究", "本論文", "本稿")
_PRESENTING_WORDS = """
propose proposes proposed proposing introduce introduces introduced introducing present presents
presented presenting develop develops developed developing describe describes described describing
schlagen stellen präsentieren entwickeln proponemos
"""
_PRESENTING = frozenset(_PRESENTING_WORDS.split())


def _marks(sign: str, last: int) -> list[str]:
    """Return the names of a number's marks, the last for all beyond."""
    return [f"{sign}:{n}" for n in range(last + 1)]


# By number: adding up weights by their place costs half of doing so by name.
MARKS = (
    *_marks("length", 15),  # in four words
    *_marks("tenth", 10),  # of the abstract
    *_marks("title", 10),  # tenths of the title's words
    *_marks("titled", 10),  # twentieths of the sentence's words
    *_marks("presented", 3),  # sentences before that present something
    *_marks("spoken", 4),  # sentences before in which the authors speak
    *("ours:first", "ours:later", "presenting:first", "presenting:later"),
)
_LENGTH, _TENTH, _TITLE, _TITLED, _PRESENTED, _SPOKEN = map(
    MARKS.index, ("length:0", "tenth:0", "title:0", "titled:0", "presented:0", "spoken:0")
)
_OURS_FIRST, _PRESENTING_FIRST = map(MARKS.index, ("ours:first", "presenting:first"))

Features = tuple[list[str], list[int]]  # a sentence's words, and the places of its marks in `MARKS`


def is_ours(sentence: str) -> bool:
    """Return whether the authors speak of their work in a sentence, given between two spaces."""
    if " we " in sentence or _OURS.search(sentence):
        return True
    return not sentence.isascii() and any(map(sentence.__contains__, _OURS_UNSPACED))


def ours(lower: Sequence[str], window: int = WINDOW) -> list[int]:
    """Return the places of the sentences in which the authors speak of their work.

    Sentences come in small letters; so many are asked from the first one on.
    """
    found: list[int] = []
    for at, each in enumerate(lower):
        if found and at >= found[0] + window:
            break
        if is_ours(f" {each} "):
            found.append(at)
    return found


def features_of(
    lower: Sequence[str], title: str, places: Iterable[int], spoken_at: Container[int]
) -> Iterator[Features]:
    """Yield the features of the sentences at some places of an abstract, in order.

    All the abstract's sentences come in small letters. In those at `spoken_at` the authors speak of
    their work: none of them may be left out before one of the places.
    """
    stems = stems_of_title(title)
    titled = len(stems) or 1
    last = len(lower) - 1
    presented = spoken = 0
    for at in places:
        sentence = f" {lower[at]}"
        words = sentence.split()
        length = len(words)
        common = sum(map(sentence.__contains__, stems))
        marks = [
            _LENGTH + (length >> 2 if length < 60 else 15),
            _TENTH + (10 * at // last if last else 0),
            _TITLE + 10 * common // titled,
            _TITLED + (20 * common // length if 2 * common < length else 10),
            _PRESENTED + (presented if presented < 3 else 3),
            _SPOKEN + (spoken if spoken < 4 else 4),
        ]
        if at in spoken_at:
            marks.append(_OURS_FIRST + (spoken > 0))
            spoken += 1
            if not _PRESENTING.isdisjoint(words) or "提出" in sentence:
                marks.append(_PRESENTING_FIRST + (presented > 0))
                presented += 1
        yield words, marks


def stems_of_title(title: str) -> list[str]:
    """Return the beginnings of a title's words that carry meaning; short ones after their space."""
    words = set(_WORD.findall(title.lower())) - FUNCTION_WORDS
    return [f" {word}" if len(word) < 4 and word.isascii() else word[:_STEM] for word in words]
