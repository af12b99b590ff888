"""Which language a paper's title and abstract are in, so that a screen reader says them right.

WCAG 2.2, 3.1.2 asks that a part in another language than its page says so. Papers of most sources
do not say theirs: it is read off the commonest words of a language, or off its script. Where that
does not tell, nothing is said: a wrong language is worse to hear than none.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+")
_MOST = 600  # characters that are looked at
_LEAST_LEAD = 1.5  # how many times as many words as the next language has
_COMMON = {
    "en": "the of and to we is are that this with for from by can which our on as it be an in",
    "de": "der die das und wir ist sind dass mit für von wird eine ein einer auf nicht den im zu",
    "fr": "le la les des et nous est sont que avec pour une un dans sur par du en cette ce",
    "es": "el la los las de que con para una un en por se del es son este esta como",
    "pt": "os as de que com para uma um em por se do da é são este esta como não",
    "it": "il lo la gli le di che con per una un in da del della è sono questo come",
    "nl": "de het een en van wij is zijn dat met voor in op te door niet deze die",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
# The first script that is found tells: Japanese has Chinese characters beside its own.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)


@lru_cache(maxsize=8192)  # once a paper, not once a card
def paper_language(title: str, abstract: str) -> str:
    """Return the language of a paper, as a tag (BCP 47); empty if it is not plain."""
    text = f"{title} {abstract}"[:_MOST]
    if not text.isascii():
        for language, letters in _SCRIPTS:
            if 3 * len(letters.findall(text)) > len(text.split()):
                return language
    votes = dict.fromkeys(_COMMON, 0)
    for word in _WORD.findall(text.lower()):
        for language in _LANGUAGES_OF.get(word, ()):
            votes[language] += 1
    (best, most), (_, next_most), *_ = sorted(votes.items(), key=lambda each: -each[1])
    return best if most > 1 and most >= _LEAST_LEAD * next_most else ""
