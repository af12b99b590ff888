"""A place in a keyword text that reads names, and knows a person who is not said to be one."""

from __future__ import annotations

import re

from subscribers.items import are_initials
from subscribers.keyword_cursor import SEPARATORS, KeywordCursor
from subscribers.keyword_lines import PLAIN, LineStyle
from subscribers.messages import message
from subscribers.profile_words import bare, normalised
from subscribers.typed_words import why_no_keyword

_INITIALS = re.compile(r"[ \t]*,[ \t]*((?:[^\W\d_]\.[ -]?)+)")
NEXT_NAME = re.compile(r"[ \t]+([^\s,，、،;；؛|。\"“”„«»^()\[\]]+)")
_NAME_PARTS = frozenset(
    (
        *("al", "de", "del", "della", "den", "der", "di", "du", "el", "la", "le"),
        *("ten", "ter", "van", "vom", "von", "y", "zu", "zur"),
    )
)


class NameCursor(KeywordCursor):
    """Moves over names."""

    def __init__(
        self, text: str, at: int = 0, style: LineStyle = PLAIN, *, long_exclusions: bool = True
    ) -> None:
        super().__init__(text, at, style, long_exclusions=long_exclusions)
        self._before: tuple[int, str] | None = None  # the item before, when it was one word

    def _whole_name(self, first: str) -> str:
        """Read on while a name goes on: `Ada Lovelace`, `van den Berg`, `LeCun, Y.`."""
        words = [first]
        while following := NEXT_NAME.match(self.text, self.at):
            word = following[1]
            if not (word[0].isupper() or word in _NAME_PARTS or words[-1] in _NAME_PARTS):
                break
            if (
                not normalised(word)
                or why_no_keyword(word)
                or self.text[following.end() : following.end() + 1] == "["
            ):
                break
            words.append(bare(word))
            self.at = following.end()
        initials = _INITIALS.match(self.text, self.at)
        if initials and are_initials(initials[1].strip()):
            words.append(initials[1].strip())
            self.at = initials.end()
        return " ".join(words)

    def _check_person(self) -> None:
        """Tell of a person who was not named as one: `LeCun, Y.`"""
        loose, before = self.items.loose, self._before
        self._before = None
        if not loose or len(loose) > 2:
            return
        plain = not self.items.parts and not self.items.excluding and not self.items.style.scope
        typed = self.text[loose[0][0] : self.at].strip().rstrip(SEPARATORS)
        initials = are_initials(typed)
        if self.items.style.scope == "author" and initials:
            self.items.put_before(typed)  # by: LeCun, Y.
        if not plain:
            return
        if before and initials:
            name = f"{typed} {before[1]}"
            self.problem(before[0], 'a person? Then write author:"{name}"', name=name)
        elif len(loose) == 1 and loose[0][1][0].isupper():
            self._before = loose[0]
        elif not initials and are_initials(typed.split()[0]) and loose[-1][1][0].isupper():
            self.items.remarks.append(
                message('for papers by a person write author:"{name}"', name=typed)
            )
