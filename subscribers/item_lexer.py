"""The walk over a keyword text: its items with their places, and its problems. Pure.

`subscribers.profile` says what may be written, and what the items must be together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Literal

from subscribers.errors import Problem
from subscribers.messages import message
from subscribers.words import DASHES, bare, is_control, normalised

Scope = Literal["title", "author", "org"]
MIN_WEIGHT, MAX_WEIGHT = 0.1, 10.0

_COMMAS = ",，、،"
_LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
_QUOTES = '"“”„‟″«»＂「」『』'
_PLUSES = "+＋"
_CARETS = "^＾"
_SCOPE = re.compile(r"(title|author|org)[:：][^\S\n\r\v\f\x85\u2028\u2029]*", re.IGNORECASE)
_WEIGHT = re.compile(r"\d{1,9}(\.\d{0,20})?|\.\d{1,20}")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a reader asked for, or asked never to see."""

    text: str  # as the reader typed it, without weight, signs and quotes: shown in reasons
    words: tuple[str, ...]  # NFKC, casefolded, in order; `zero-shot` is one word
    phrase: bool = False  # quoted: the words stand together, in order
    weight: float = 1.0  # 0.1 to 10
    required: bool = False  # `+`: a paper without it is never picked
    scope: Scope | None = None  # `title:`, `author:`, `org:`; None: anywhere


@dataclass(frozen=True, slots=True)
class ItemPart:
    """An item and where it stands."""

    item: Item
    position: int


@dataclass(slots=True)
class _Signs:
    """What stands before a word or phrase."""

    excluded: bool = False
    required: bool = False
    scope: Scope | None = None
    start: int = 0

    @property
    def any(self) -> bool:
        return self.excluded or self.required or self.scope is not None


@dataclass(slots=True)
class ItemLexer:
    """Walks over the text once, from left to right; `read` fills the three lists."""

    text: str
    at: int = 0
    wanted: list[ItemPart] = field(default_factory=list)
    excluded: list[ItemPart] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # the item being read
    loose: list[tuple[int, str]] = field(default_factory=list)  # place and text of bag words
    parts: list[ItemPart] = field(default_factory=list)  # its phrases, `+` and scoped words
    excluding: bool = False  # the item excludes something
    blank: int | None = None  # where a token without any letter or digit stands

    def read(self) -> None:
        """Take in the whole text."""
        while self.at < len(self.text):
            here = self.text[self.at]
            if here in _COMMAS or here in _LINE_ENDS:
                self.at += 1
                self._end_item()
            elif here.isspace():
                self.at += 1
            elif here in _CARETS:
                self._read_weight()
            else:
                self._read_part()
        self._end_item()

    def problem(self, position: int, text: str, **values: object) -> None:
        """Note what is wrong with the character at a position."""
        character = self.text[position] if position < len(self.text) else ""
        self.problems.append(Problem(position, character, message(text, **values)))

    def _dangling(self, signs: _Signs) -> None:
        at, scope = signs.start, signs.scope
        if scope:
            self.problem(at, "nothing follows {scope}: (write {scope}:word)", scope=scope)
        elif signs.required:
            self.problem(at, "a + alone: write +word for what must be there, or take it out")
        else:
            self.problem(
                at, "a dash alone: write -word for what you never want to see, or take it out"
            )

    def _read_part(self) -> None:
        """Read signs, then the word or the phrase they belong to."""
        signs = self._read_signs()
        if signs is None:
            return
        here = self.text[self.at] if self.at < len(self.text) else ""
        if here and here in _QUOTES:
            self._read_phrase(signs)
        else:
            self._read_word(signs)

    def _read_signs(self) -> _Signs | None:
        signs = _Signs(start=self.at)
        signs.excluded = self._skip(DASHES)
        signs.required = self._skip(_PLUSES)
        if signs.required and (signs.excluded or self._skip(DASHES)):
            self.problem(signs.start, "either - (never) or + (always), not both")
            self._skip_token()
            return None
        if scope := _SCOPE.match(self.text, self.at):
            signs.scope = _scope_of(scope[1])
            self.at = scope.end()
            if self._skip(DASHES + _PLUSES):
                self.problem(
                    scope.end(), "the sign comes first: write -{scope}:word", scope=signs.scope
                )
                self._skip_token()
                return None
        if signs.any and not self._something_here():
            self._dangling(signs)
            return None
        return signs

    def _read_phrase(self, signs: _Signs) -> None:
        opened = self.at
        end = opened + 1
        while end < len(self.text) and self.text[end] not in _QUOTES + _LINE_ENDS:
            end += 1
        inside = self.text[opened + 1 : end]
        closed = end < len(self.text) and self.text[end] in _QUOTES
        self.at = end + closed
        self._check_characters(opened + 1, inside)
        words = normalised(inside)
        if not closed:
            self.problem(opened, "this quotation mark is never closed on its line")
        elif not words:
            self.problem(opened, "the phrase between these quotation marks is empty")
        else:
            self._add(" ".join(inside.split()), words, signs, phrase=True)
        after = self.text[self.at : self.at + 1]
        if closed and after and after in DASHES + _PLUSES:
            self.problem(self.at, "put a space before this sign, or take it out")
            self._skip_token()

    def _read_word(self, signs: _Signs) -> None:
        start = self.at
        stop = _COMMAS + _LINE_ENDS + _QUOTES + _CARETS
        while self.at < len(self.text) and not self.text[self.at].isspace():
            if self.text[self.at] in stop:
                break
            self.at += 1
        token = self.text[start : self.at]
        self._check_characters(start, token)
        shown = bare(token)
        if signs.scope is None and (scope := _SCOPE.match(shown)):  # as in `(title:survey)`
            signs.scope = _scope_of(scope[1])
            shown = bare(shown[scope.end() :])
        words = normalised(shown)
        if words:
            self._add(shown, words, signs, phrase=False)
        elif signs.any:
            self._dangling(signs)
        else:
            self.blank = start

    def _read_weight(self) -> None:
        caret = self.at
        end = caret + 1
        while end < len(self.text) and not self.text[end].isspace():
            if self.text[end] in _COMMAS + _LINE_ENDS:
                break
            end += 1
        number = unicodedata.normalize("NFKC", self.text[caret + 1 : end])
        self.at = end
        weight = 1.0
        if not number.isascii() or not _WEIGHT.fullmatch(number):
            self.problem(caret, "after ^ comes a number from 0.1 to 10, as in diffusion^2")
        elif not MIN_WEIGHT <= float(number) <= MAX_WEIGHT:
            self.problem(
                caret, "the weight {weight} is not between 0.1 and 10 (write ^0.5)", weight=number
            )
        elif self.loose or self.parts:
            weight = float(number)
        elif self.excluding:
            self.problem(caret, "a weight does nothing to an exclusion: take it out")
        else:
            self.problem(caret, "this weight has nothing before it: write it after its item")
        self._end_item(weight)

    def _end_item(self, weight: float = 1.0) -> None:
        """Take in what the item holds, with its weight, and begin the next."""
        found = list(self.parts)
        if self.loose:
            text = " ".join(shown for _, shown in self.loose)
            found.append(ItemPart(Item(text, normalised(text)), self.loose[0][0]))
        found.sort(key=lambda part: part.position)
        if weight != 1.0:
            found = [ItemPart(replace(part.item, weight=weight), part.position) for part in found]
        self.wanted += found
        if self.blank is not None and not found and not self.excluding:
            self.problem(self.blank, "there is no letter or digit here, so nothing could match")
        self.loose, self.parts, self.excluding, self.blank = [], [], False, None

    def _add(self, shown: str, words: tuple[str, ...], signs: _Signs, *, phrase: bool) -> None:
        item = Item(shown, words, phrase, required=signs.required, scope=signs.scope)
        if signs.excluded:
            self.excluding = True
            self.excluded.append(ItemPart(item, signs.start))
        elif phrase or signs.any:
            self.parts.append(ItemPart(item, signs.start))
        else:
            self.loose.append((signs.start, shown))

    def _skip(self, signs: str) -> bool:
        """Step over these signs; `--` is one sign: it is how some write a dash."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in signs:
            self.at += 1
        return self.at > start

    def _skip_token(self) -> None:
        while self.at < len(self.text) and not self.text[self.at].isspace():
            if self.text[self.at] in _COMMAS + _LINE_ENDS:
                return
            self.at += 1

    def _something_here(self) -> bool:
        here = self.text[self.at] if self.at < len(self.text) else " "
        return not here.isspace() and here not in _COMMAS + _LINE_ENDS + _CARETS

    def _check_characters(self, start: int, piece: str) -> None:
        if piece.isprintable():
            return
        for offset, character in enumerate(piece):
            if character != "\t" and is_control(character):
                self.problem(start + offset, "an invisible control character: take it out")


def _scope_of(name: str) -> Scope:
    scopes: dict[str, Scope] = {"title": "title", "author": "author", "org": "org"}
    return scopes[name.lower()]
