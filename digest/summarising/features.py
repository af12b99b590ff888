"""The features by which a sentence of an abstract is chosen: each is there or not, by name.

They say where a sentence stands, how it begins, how long it is, what of the title it holds, and
whether the authors speak of their work in it. A score is a sum of look-ups, and the trainer and
the mail use these very functions. A word is a feature as it stands between two spaces, in small
letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from subscribers.profile_words import FUNCTION_WORDS

# What a paper does stands among so many sentences from the first in which the authors speak of
# their work: what is before is background, and of what follows hardly any is ever chosen.
CANDIDATES = 5

_STEM = 6  # letters: enough to match `network` and `networks`
_WORD = re.compile(r"[^\W_]+")
# By their last word: where none of those is said, there is no need to look.
_OURS = {
    "we": (" we ",),
    "i": (" i ",),
    "wir": (" wir ",),
    "nous": (" nous ",),
    "nosotros": (" nosotros ",),
    "paper": (" this paper ", " our paper "),
    "work": (" this work ", " our work "),
    "article": (" this article ",),
    "study": (" this study ",),
    "arbeit": (" diese arbeit ", " dieser arbeit "),
}
_LAST_OF_OURS = frozenset(_OURS)
_OURS_UNSPACED = ("本文", "我们", "本研究", "本論文", "本稿")
_PRESENTING = (
    *("propos", "introduc", "present", "develop", "describ"),
    *("schlagen", "stellen", "präsentier", "entwickeln", "proponemos"),
)


def _marks(sign: str, last: int, width: int = 1) -> list[str]:
    """Return the names of a number's marks, the last for all beyond."""
    return [f"{sign}{n // width}" for n in range((last + 1) * width)]


# A sentence's marks by number: adding up weights by their place costs half of doing so by name.
MARKS = (
    *_marks("len:", 15, 4),
    *_marks("at:", 8),
    *_marks("left:", 8),
    *_marks("tenth:", 10),
    *_marks("title:", 6),
    *_marks("part:", 10),  # of the title's words, in tenths
    *_marks("titled:", 10),  # of the sentence's words, in twentieths
    *_marks("presented:", 3),  # sentences before that present something
    *_marks("we:", 4),  # sentences before in which the authors speak
    *("ours:first", "ours:later", "presenting:first", "presenting:later", "aside:"),
)
_LENGTH, _FROM_START, _FROM_END = map(MARKS.index, ("len:0", "at:0", "left:0"))
_RELATIVE, _TITLE_COUNT = map(MARKS.index, ("tenth:0", "title:0"))
_TITLE_PART, _TITLE_SHARE = map(MARKS.index, ("part:0", "titled:0"))
_PRESENTED, _SAID_WE = map(MARKS.index, ("presented:0", "we:0"))
_OURS_FIRST, _PRESENTING_FIRST = map(MARKS.index, ("ours:first", "presenting:first"))
_ASIDE = MARKS.index("aside:")

# A sentence's words and phrases by name, and its marks by their place in `MARKS`.
Features = tuple[set[str], list[int]]


def first_of_ours(lower: Sequence[str], words: Sequence[Sequence[str]]) -> int:
    """Return the place of the first sentence in which the authors speak of their work, else 0.

    Sentences come in small letters, whole and as words.
    """
    for at, each in enumerate(words):
        if _may_be_ours(lower[at], each) and _said_of_ours(f" {lower[at]}", each):
            return at
    return 0


def features_of(
    lower: Sequence[str], words: Sequence[list[str]], title: str, first: int = 0
) -> Iterator[Features]:
    """Yield the features of each sentence of an abstract from the place `first` on, in order.

    All the abstract's sentences come in small letters, whole and as words. None before `first` may
    speak of its authors' work.
    """
    title_stems = stems_of_title(title)
    titled = len(title_stems) or 1
    last = len(words) - 1
    presented = said_we = 0
    for at in range(first, last + 1):
        each = words[at]
        sentence = f" {lower[at]}"
        length = len(each)
        left = last - at
        common = sum(map(sentence.__contains__, title_stems))
        named = {*each, *_beginnings(each)}
        marks = [
            _LENGTH + (length if length < 63 else 63),
            _FROM_START + (at if at < 8 else 8),
            _FROM_END + (left if left < 8 else 8),
            _RELATIVE + (10 * at // last if last else 0),
            _TITLE_COUNT + (common if common < 6 else 6),
            _TITLE_PART + 10 * common // titled,
            _TITLE_SHARE + (20 * common // length if 2 * common < length else 10),
            _PRESENTED + (presented if presented < 3 else 3),
            _SAID_WE + (said_we if said_we < 4 else 4),
        ]
        verbs = _said_of_ours(sentence, each) if _may_be_ours(sentence, each) else []
        if verbs:
            marks.append(_OURS_FIRST + (said_we > 0))
            said_we += 1
            named.update([f"we {verb}" for verb in verbs])
            if any(verb.startswith(_PRESENTING) for verb in verbs):
                marks.append(_PRESENTING_FIRST + (presented > 0))
                presented += 1
        if "(" in sentence:
            marks.append(_ASIDE)
        yield named, marks


def _beginnings(words: Sequence[str]) -> tuple[str, ...]:
    """Return the features of a sentence's first word, two and three."""
    first = f"^{words[0]}"
    if len(words) < 2:
        return (first,)
    two = f"{first} {words[1]}"
    return (first, two, f"{two} {words[2]}") if len(words) > 2 else (first, two)


def is_word(feature: str) -> bool:
    """Return whether a feature is a word of a sentence, not a mark of this module's."""
    return feature[0] != "^" and ":" not in feature and " " not in feature


def stems_of_title(title: str) -> list[str]:
    """Return the beginnings of a title's words that carry meaning; short ones after their space."""
    words = set(_WORD.findall(title.lower())) - FUNCTION_WORDS
    return [f" {word}" if len(word) < 4 and word.isascii() else word[:_STEM] for word in words]


def _may_be_ours(sentence: str, words: Sequence[str]) -> bool:
    """Return whether a sentence may speak of its authors' work: asked first, since many do not."""
    return not (sentence.isascii() and _LAST_OF_OURS.isdisjoint(words))


def _said_of_ours(lower: str, words: Sequence[str]) -> list[str]:
    """Return what the authors say they or their paper do: the word after `we`, or an adverb's next.

    Empty where they do not speak of it; a paper that is named without a verb gives an empty word.
    The sentence comes whole, after a space, and as words.
    """
    found = []
    for last in _LAST_OF_OURS.intersection(words):
        for subject in _OURS[last]:
            at = lower.find(subject)
            if at < 0:
                continue
            at += len(subject)
            after = lower[at : at + 40].split(None, 2)
            if len(after) > 1 and after[0].endswith("ly"):
                del after[0]
            found.append(after[0] if after else "")
    if not found and not lower.isascii():
        for subject in _OURS_UNSPACED:
            if subject in lower:
                found.append("propos" if "提出" in lower else "")
                break
    return found
