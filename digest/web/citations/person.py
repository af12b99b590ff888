"""The parts of a name, as reference managers want them; what is kept is a name as one reads it."""

from __future__ import annotations

import re
from typing import NamedTuple

from digest.papers import NAME_SUFFIX

_SUFFIX = re.compile(rf"{NAME_SUFFIX}\.?", re.IGNORECASE)
_PARTS_NAMES = re.compile(r"[,;{}()&]|\s(?:and|und|others|et al)(?=\s|$)|\s[-–—]\s", re.IGNORECASE)
_GROUP = re.compile(
    r"(?:collaborations?|consortium|team|group|institute|university|labs?|laboratory|initiative"
    r"|network|project|society|committee|alliance|foundation)",
    re.IGNORECASE,
)
_SMALL = re.compile(r"[a-z\u00df-\u00ff'’]+\.?")


class Person(NamedTuple):
    """A name in parts; a single word, and what is no person's name, is all `family`."""

    family: str
    given: str = ""
    particle: str = ""  # "van der"
    suffix: str = ""  # "Jr."

    @property
    def inverted(self) -> str:
        """The name with the family name first: `van der Berg, Ann, Jr.`"""
        family = " ".join(filter(None, (self.particle, self.family)))
        return ", ".join(filter(None, (family, self.given, self.suffix)))


def person_of(name: str) -> Person:
    """Return a name's parts: the last word and small words before it are the family's."""
    words = name.split()
    if len(words) < 2 or _PARTS_NAMES.search(name) or _GROUP.fullmatch(words[-1]):
        return Person(" ".join(words))
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    at = len(words) - 1
    while at > 1 and _SMALL.fullmatch(words[at - 1]):
        at -= 1
    particle = " ".join(words[at:-1])
    return Person(words[-1], " ".join(words[:at]), particle, suffix)
