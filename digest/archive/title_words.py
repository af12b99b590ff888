"""A title as words to compare, and the marks in it that make it another paper's.

Pure. Folding forgives what sources do to a title (case, accents, hyphens, TeX for Unicode); marks
keep what tells twins apart: "MEAL" and "MEAL V2", Part I and Part II, GPT-3 and GPT-4, with and
without, the erratum and its paper.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ACCENT = re.compile(r"\\[`'^\"~=.uvHtcdbkr]\s*(?:\{\s*\\?(\w)\s*\}|(?<=[`'^\"~=.])(\w))")
_STYLE = re.compile(
    r"\\(?:math|text|operatorname)?(?:rm|bf|it|sf|tt|sc|cal|bb|frak|scr|normal|emph|text|math"
    r"|up|sl|boldsymbol|mathbf)(?![A-Za-z])\s*"
)
_COMMAND = re.compile(r"\\(?:var)?([A-Za-z]+)\s?")
_TEX_SIGNS = re.compile(r"[${}^_\\]")
_HYPHEN = re.compile(r"(?<=\w)[-\u2010-\u2013\u2212](?=\w)")
_SILENT = re.compile(r"['’‘ʼ`´\u00ad\u200b-\u200d]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]+(?:\.\d+)*(?:(?<=[^\W\d_])[+#*]+)?")
_COMPOUND = re.compile(rf"{_WORD.pattern}(?:-{_WORD.pattern})*")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ACCENTS = re.compile("[\u0300-\u036f]")
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ð": "d", "Ð": "D"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)

_GREEK = {
    code: name.rsplit(" ", 1)[-1].lower().replace("lamda", "lambda")
    for code in range(0x391, 0x3CA)
    if (name := unicodedata.name(chr(code), "")).startswith("GREEK")
}
_GREEK_NAMES = frozenset(_GREEK.values())

_NUMBERS = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero zeroth", "one first", "two second ii", "three third iii", "four fourth iv",
            "five fifth", "six sixth vi", "seven seventh vii", "eight eighth viii",
            "nine ninth ix", "ten tenth", "eleven eleventh xi", "twelve twelfth xii", "xiii",
            "xiv", "xv", "xvi", "xvii", "xviii", "xix", "twenty xx",
        )
    )
    for word in words.split()
} | {"i": "1", "v": "5", "x": "10"}  # fmt: skip

# One of these more or less, and it is another paper (or its erratum, or its opposite).
_TELLING = frozenset(
    """
    revisited reloaded continued extended addendum erratum errata corrigendum correction
    corrections comment comments reply response rebuttal retraction retracted supplement
    supplementary appendix companion sequel
    not no non never cannot without against
    mini lite plus pro turbo max ultra nano micro tiny small base medium large huge xl xxl
    high low higher lower upper up down left right positive negative forward backward
    before after above below increase decrease increasing decreasing inner outer
    north south east west northern southern eastern western male female men women
    even odd weak strong good bad fast slow hot cold old new young
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class TitleWords:
    """A title taken apart. `shown`, `parts` and `folded` go together, word by word."""

    shown: tuple[str, ...]  # as written but for accents, hyphens joined: 'PreTraining'
    parts: tuple[tuple[str, ...], ...]  # case forgotten, split at hyphens: ('pre', 'training')
    marks: tuple[str, ...]  # numerals, versions, parts and telling words, in their order

    @property
    def folded(self) -> tuple[str, ...]:
        """The words without case, hyphens joined: 'pretraining'."""
        return tuple(["".join(word) for word in self.parts])

    @property
    def letters(self) -> str:
        """The folded words without spaces: what is compared and hashed."""
        return "".join(self.folded)


@lru_cache(maxsize=8192)
def title_words(title: str) -> TitleWords:
    """Take a title apart, whether it is written in TeX or in Unicode."""
    text = unicodedata.normalize("NFKC", _without_tex(title))
    text = text if text.isascii() else text.translate(_GREEK)
    text = _THOUSANDS.sub("", _HYPHEN.sub("-", _SILENT.sub("", text)))
    compounds = _COMPOUND.findall(_without_accents(text))
    shown = tuple([compound.replace("-", "") for compound in compounds])
    parts = tuple([tuple(compound.casefold().split("-")) for compound in compounds])
    marks = tuple([mark for compound in parts for mark in _marks_of(compound)])
    return TitleWords(shown, parts, marks)


def fold(text: str) -> str:
    """Forget case and the accents of the Latin, Greek and Cyrillic scripts."""
    return _without_accents(text).casefold()


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def _without_tex(title: str) -> str:
    if not _TEX_SIGNS.search(title):
        return title
    text = _ACCENT.sub(lambda found: found[1] or found[2] or "", title)
    text = _COMMAND.sub(r"\1", _STYLE.sub("", text))
    return _TEX_SIGNS.sub("", text)


def _marks_of(word: tuple[str, ...]) -> list[str]:
    """Return the marks of a word; inside a compound (`type-a`, `x-ray`, `gpt-4`) fewer count."""
    if len(word) == 1:
        return _marks(word[0])
    parts = [part for part in word[:-1] if len(part) > 1 or part.isdigit()]
    return [mark for part in (*parts, word[-1]) if part not in _TELLING for mark in _marks(part)]


def _marks(word: str) -> list[str]:
    """Return what in a folded word tells twins apart."""
    if number := _NUMBERS.get(word):
        return [number]
    if word in _TELLING or word in _GREEK_NAMES:
        return [word]
    if len(word) == 1 and word.isascii() and word.isalpha():
        return [] if word == "a" else [word]
    if word.isalpha():
        return []
    marks = [_plain(number) for number in _NUMBER.findall(word)]
    bare = word.rstrip("+#*")
    return [*marks, word] if bare != word else marks


def _plain(number: str) -> str:
    """Write 01 as 1 and leave 1.0 as it is: version 1.0 is not version 1."""
    return number.lstrip("0") or "0"
