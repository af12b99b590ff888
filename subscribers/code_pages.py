"""Text in a code page of Windows, DOS or a Mac that does not say which → the likeliest. Pure.

Spreadsheets save in the code page of their country, and the same byte is `ø` in Denmark and `ř` in
Czechia. A word in the right one is written in the letters of one language; in a wrong one it mixes
several, or has capitals and signs in its middle. One word proves little: they all vote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# The letters beyond a to z that a language's names are written in; as in CLDR's exemplar sets.
_WESTERN = (
    "àâæçéèêëîïôœùûüÿ", "äöüßéè", "áéíñóúüçàèòï", "áâãàçéêíóôõúü", "àèéìíîòóùú",
    "æøåäöéü", "áðéíóúýþæö", "éëïèöüóáíê", "äöåšž", "äöõüšž",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüß",
)  # fmt: skip
_CODE_PAGES: Mapping[str, tuple[str, Sequence[str]]] = {  # the likelier first
    "cp1252": ("Windows-1252 (Western Europe)", _WESTERN),
    "cp1250": ("Windows-1250 (Central Europe)", _CENTRAL),
    "cp1254": ("Windows-1254 (Turkish)", ("çğıöşüâîi\u0307",)),
    "cp1251": ("Windows-1251 (Cyrillic)", ("абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґўђјљњћџѓќѕ",)),
    "cp1253": ("Windows-1253 (Greek)", ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",)),
    "cp1257": ("Windows-1257 (Baltic)", ("ąčęėįšųūž", "āčēģīķļņšūž")),
    "cp850": ("DOS 850 (Western Europe)", _WESTERN),
    "mac_roman": ("Mac Roman", _WESTERN),
}
_WORD = re.compile(r"[^\s,;|\t\"'’()<>@./\-]*[^\x00-\x7f][^\s,;|\t\"'’()<>@./\-]*")
_MOST_WORDS = 2000  # that have a vote


def likeliest(data: bytes) -> str | None:
    """Return the codec that most words beyond ASCII fit; None when nothing speaks for any.

    Windows-1252 needs no word to speak for it, only that none of the others fits more words.
    """
    votes: dict[str, int] = {}
    for codec, (_, alphabets) in _CODE_PAGES.items():
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        words = _WORD.findall(text)[:_MOST_WORDS]
        votes[codec] = sum(any(_fits(word, letters) for letters in alphabets) for word in words)
    best = max(votes, key=lambda codec: votes[codec], default=None)
    return best if best == "cp1252" or (best and votes[best]) else None


def code_page_name(codec: str) -> str:
    """Return a code page's name as people know it."""
    return _CODE_PAGES[codec][0]


def _fits(word: str, letters: str) -> bool:
    if not word.isupper() and any(sign.isupper() and not sign.isascii() for sign in word[1:]):
        return False
    beyond = [sign for sign in word.lower() if not sign.isascii()]
    if letters[0] > "\u0370" and len(beyond) < len(
        word
    ):  # Greek and Cyrillic do not mix with Latin
        return False
    return all(sign in letters for sign in beyond)
