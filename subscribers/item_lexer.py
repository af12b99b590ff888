"""The walk over a stretch of keyword text: its items with their places, and its problems. Pure.

`subscribers.profile` says what may be written, and what the items must be together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from subscribers.items import Item, Signs, joined_item
from subscribers.keyword_cursor import CARETS, PLUSES, QUOTES, SEPARATORS
from subscribers.keyword_lines import LINE_ENDS, PLAIN, LineStyle
from subscribers.messages import message
from subscribers.name_cursor import NEXT_NAME, NameCursor
from subscribers.profile_words import DASHES, FUNCTION_WORDS, bare, normalised
from subscribers.search_syntax import OPERATORS, PREFIX, search_field
from subscribers.typed_words import (
    ending_cut,
    ends_sentence,
    hashtag_words,
    is_short_for,
    says_near,
    why_no_keyword,
)

MIN_WEIGHT, MAX_WEIGHT = 0.1, 10.0

_SPACED_SEPARATORS = frozenset("·•∙‧/▪◦●■➤►→")
_SINGLE_QUOTED = re.compile(
    r"['‘‚‹`]{1,2}([^'‘’‚‹›`,;\n\"“”„‟″«»＂「」『』❝❞〝〞〟]+)['’›`]{1,2}(?=\s*(?:[,;\]})\n]|$))"
)
_BRACED = re.compile(r"\{([^{}\"“”,;:\n\\]+)\}")
_NUMBER = re.compile(r"\s{0,60}\(?(\d{1,3})[.)](?=\s{1,60}[^\s,;])")  # bounded: see keyword_lines
_WEIGHT = re.compile(r"\d{1,9}(\.\d{0,20})?|\.\d{1,20}")
_NEARNESS = re.compile(r"~\d*")
_EITHER = frozenset(("or", "oder", "and/or", "und/oder", "et/ou", "y/o", "e/ou"))
_BUT_NOT = frozenset(("not", "excluding", "except"))
_NEVER_AT_START = frozenset(
    (
        *("no", "without", "never", "avoid", "exclude", "but", "don't", "don’t", "nothing"),
        *("ohne", "kein", "keine", "aber"),
    )
)
_AND_SO_ON = frozenset(("etc", "usw", "u.s.w", "e.g", "i.e", "z.b", "u.a", "d.h"))
_SPELT_OUT = re.compile(r"\(([^()]+)\)(?=\s*(?:[,;\n]|\Z))")
_SMALL_WORDS = _EITHER | _BUT_NOT | _AND_SO_ON | _NEVER_AT_START
_WITHIN = re.compile(r"[^()\n,;]{1,20}\)[^\s,;()]*")  # what is left of O(n log n)
_LISTED_IN = re.compile(r"\([^()\n]{0,200}?[,;][^()\n]{0,200}\)")
_PLURAL = re.compile(r"(?<=[^\W\d_]{3})\(e?s\)")
_PERHAPS_LED = re.compile(r"\(([^\W\d_]{2,8}-?)\)(?=[^\W\d_]{3})")  # (multi-)agent
_AND_NAME = re.compile(r"[ \t]+(?:and|und|et|y|e|&)[ \t]+(?=[^\W\d_])")
_FUZZY = re.compile(r"(?<=\w)~[\d.]*\Z")
_COMPARED = re.compile(r"[A-Z]{4,}\s*(?:[<>=]|AFT|BEF|IS)")


class ItemLexer(NameCursor):
    """Walks over a text once, from left to right; `read` fills the lists of `items`."""

    def __init__(
        self, text: str, at: int = 0, style: LineStyle = PLAIN, *, long_exclusions: bool = True
    ) -> None:
        super().__init__(text, at, style, long_exclusions=long_exclusions)
        self._blank: int | None = None  # where a token without any letter or digit stands
        self._number = 0  # of the item, in a list that counts

    def read(self) -> None:
        """Take in the whole text."""
        self._skip_number()
        while self.at < len(self.text):
            here = self.text[self.at]
            if here in SEPARATORS:
                self.at += 1
                self._end_item()
                self._skip_number()
            elif here.isspace():
                self.at += 1
            elif here in CARETS:
                self._read_weight()
            else:
                self._read_part()
        self._end_item()

    def _read_part(self) -> None:
        """Read signs, then the word or the phrase they belong to."""
        if self._read_number_between() or self._read_suffix():
            return
        if self.text[self.at] == "(" and (self._spells_out() or self._lists()):
            self._end_item()
        signs = self._read_signs()
        if signs is None:
            return
        here = self.text[self.at : self.at + 1]
        if here in ("[", "(") and _SINGLE_QUOTED.match(self.text, self.at + 1):
            self.at += 1
            here = self.text[self.at]
        quoted = None
        if here in ("'", "‘", "‚", "‹", "`"):
            quoted = _SINGLE_QUOTED.match(self.text, self.at)
        elif here == "{":
            quoted = _BRACED.match(self.text, self.at)
        if here and here in QUOTES:
            self._read_phrase(signs)
        elif quoted and normalised(quoted[1]):
            self.at = quoted.end()
            self._check_characters(quoted.start(), quoted[0])
            self._add_phrase(quoted.start() + 1, quoted[1], signs)
        else:
            self._read_word(signs)

    def _spells_out(self) -> bool:
        """Return whether brackets hold what the word before is short for: `RL (…)`."""
        inside = _SPELT_OUT.match(self.text, self.at)
        loose = self.items.loose
        if inside is None or len(loose) != 1 or self.items.parts:
            return False
        words = inside[1].split()
        telling = [word for word in words if word not in FUNCTION_WORDS]
        return is_short_for(loose[0][1], words) or is_short_for(loose[0][1], telling)

    def _lists(self) -> bool:
        """Return whether brackets hold several things: `computer vision (tracking, stereo)`."""
        return self.items.holds and _LISTED_IN.match(self.text, self.at) is not None

    def _read_phrase(self, signs: Signs) -> None:
        opened = self.at
        end = opened + 1
        while end < len(self.text) and self.text[end] not in QUOTES + LINE_ENDS:
            end += 1
        inside = self.text[opened + 1 : end]
        closed = end < len(self.text) and self.text[end] in QUOTES
        self.at = end + closed
        self._check_characters(opened + 1, inside)
        if not closed:
            self.problem(opened, "this quotation mark is never closed on its line")
        elif not normalised(inside):
            self.problem(opened, "the phrase between these quotation marks is empty")
        else:
            self._add_phrase(opened + 1, inside, signs)
        after = self.text[self.at : self.at + 1]
        if closed and after and after in DASHES + PLUSES:
            self.problem(self.at, "put a space before this sign, or take it out")
            self._skip_token()
        elif closed and (near := _NEARNESS.match(self.text, self.at)):
            self.problem(
                self.at,
                "“{sign}” is not known here: leave the quotation marks out, and words count more"
                " side by side",
                sign=near[0],
            )
            self.at = near.end()

    def _add_phrase(self, start: int, inside: str, signs: Signs) -> None:
        words = inside.split()
        for word in words:
            if reason := why_no_keyword(word):
                self._refuse(start, reason)
        text = " ".join([self._without_ending(word) for word in words])
        self.items.add(Item(text, normalised(text), phrase=True), signs)

    def _read_word(self, signs: Signs) -> None:
        start, token = self.at, self._token()
        if token.rfind("(") > max(token.rfind(")"), 0) and (
            rest := _WITHIN.match(self.text, self.at)
        ):
            token, self.at = token + rest[0], rest.end()
        plain = token.isalpha() and not token.isupper() and token.casefold() not in _SMALL_WORDS
        if plain and not signs.any and normalised(token):  # as most are
            self.items.add_loose(start, token)
            return
        self._check_characters(start, token)
        plainly = not signs.excluded and not signs.required
        if plainly and signs.field and signs.field.known and not signs.scope:
            signs.field = None  # `abs:` and the like: anywhere, as without it
        tag = hashtag_words(token)
        shown = self._word_of(tag or token)
        if not signs.any and self._field_behind_signs(start, token, shown):
            return
        if tag and normalised(shown):
            self._check_word(start, shown, shown)
            self.items.add_tag(joined_item(shown), signs)
        elif not signs.any and self._read_between(start, token, shown):
            return
        elif not normalised(shown):
            if signs.any:
                self._dangling(signs)
            else:
                self._blank = start
        else:
            shown = self._within_field(shown, signs)
            self._check_word(start, token, shown)
            self._add_word(start, token, shown, signs)

    def _field_behind_signs(self, start: int, token: str, shown: str) -> bool:
        """Step over signs that say nothing, where `title:` or the like stands right behind them."""
        signs = token.find(shown) if self._has_fields and shown else 0
        named = PREFIX.match(shown) if signs > 0 else None
        if named is None or search_field(named[1] or named[2]) is None:
            return False
        self.at = start + signs
        return True

    def _within_field(self, shown: str, signs: Signs) -> str:
        """Return a word without the field within its brackets, as in `(title:survey)`."""
        while self._has_fields and not signs.field and (named := PREFIX.match(shown)):
            found = search_field(named[1] or named[2])
            rest = self._word_of(shown[named.end() :])
            if found is None or not found.known or not normalised(rest):
                break
            signs.field, signs.scope = (found if found.scope else None), found.scope
            shown = rest
        return shown

    def _check_word(self, start: int, token: str, shown: str) -> None:
        if reason := why_no_keyword(token) or why_no_keyword(shown):
            self._refuse(start, reason)
        elif shown in OPERATORS and not (self.problems and self.problems[-1].position == start):
            self.problem(
                start,
                "“{word}” stands alone here: put it between two keywords, or in quotation marks",
                word=shown,
            )

    def _add_word(self, start: int, token: str, shown: str, signs: Signs) -> None:
        if signs.scope in ("author", "org"):
            self.items.add(joined_item(self._whole_name(shown)), signs)
            if signs.scope == "author" and (more := _AND_NAME.match(self.text, self.at)):
                self._read_next_name(more.end(), signs)
        elif signs.any:
            self.items.add(joined_item(shown), signs)
        elif token.startswith("(") and is_short_for(shown, [t for _, t in self.items.loose]):
            self.items.add_alone(start, joined_item(shown))
        else:
            self.items.add_loose(start, shown)
            if ends_sentence(token, shown, self.text[self.at :]):
                self._end_item()

    def _read_next_name(self, at: int, signs: Signs) -> None:
        """Read the second of two authors: `author:Ada Lovelace and Mary Somerville`."""
        name = NEXT_NAME.match(self.text, at - 1)
        if name and name[1][0].isupper():
            self.at = at
            self._read_word(replace(signs, start=at))

    def _read_between(self, start: int, token: str, word: str) -> bool:
        """Deal with a token that parts or joins; True: it is no word of an item."""
        if word.casefold() in _AND_SO_ON:
            if token.startswith("("):  # LLMs (e.g. GPT-4)
                self._end_item()
            self.items.remarks.append(
                message("“{word}” was left out: only what is named is looked for", word=word)
            )
            return True
        if token in _SPACED_SEPARATORS and not re.search(r"/su[bp]\b", self.text):
            self._end_item()
            self._skip_number()
            return True
        if _COMPARED.match(self.text, start) and (found := search_field(word)):
            self.check_field(start, found, word)
        elif says_near(word):
            self.problem(
                start,
                "“{word}” is not known here: leave it out, and words count more side by side",
                word=word,
            )
        elif word in _EITHER and self._more_in_item():
            if self.items.signed:
                self.problem(start, "“{word}” after a sign: write each with its sign", word=word)
            elif self.items.holds:
                self._end_item()
                return True
        elif fuzzy := _FUZZY.search(token):
            self.problem(
                start + fuzzy.start(),
                "“{word}” is not known here: leave it out, and words count more side by side",
                word=fuzzy[0],
            )
        elif self._says_never(word) and self._more_in_item():
            self.problem(
                start,
                "“{word}” is only a word here: write -image for what you never want to see, or"
                " put the whole phrase in quotation marks",
                word=word,
            )
        return False

    def _says_never(self, word: str) -> bool:
        """Return whether a word means what a minus says: `not` anywhere, `no` before its item."""
        folded = word.casefold()
        if self.items.holds:
            return folded in _BUT_NOT
        return folded in _NEVER_AT_START or folded in _BUT_NOT - {"except"}

    def _word_of(self, token: str) -> str:
        """Return what is left of a token without what stands around it."""
        token = _PERHAPS_LED.sub(r"\1", _PLURAL.sub("", token))
        cut = self._without_ending(token)
        return bare(cut if cut != token else self._without_ending(bare(token)))

    def _without_ending(self, token: str) -> str:
        """Return `transform` for `transform*`, and say so."""
        cut = ending_cut(token)
        if cut is None:
            return token
        self.items.remarks.append(message(
            "“{sign}” is read as “{word}”: usual endings are found anyway; write longer words out",
            sign=token, word=cut,
        ))  # fmt: skip
        return cut

    def _read_weight(self) -> None:
        caret = self.at
        end = caret + 1
        while end < len(self.text) and not self.text[end].isspace():
            if self.text[end] in SEPARATORS:
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
        elif self.items.style.excluded or (self.items.excluding and not self.items.holds):
            self.problem(caret, "a weight does nothing to an exclusion: take it out")
        elif self.items.holds:
            weight = float(number)
        else:
            self.problem(caret, "this weight has nothing before it: write it after its item")
        self._end_item(weight)

    def _end_item(self, weight: float = 1.0) -> None:
        self._check_person()
        held = self.items.end(weight)
        if self._blank is not None and not held:
            self.problem(self._blank, "there is no letter or digit here, so nothing could match")
        self._blank = None

    def _skip_number(self) -> None:
        """Step over the `1.` of a list that counts."""
        number = _NUMBER.match(self.text, self.at)
        self._number = int(number[1]) if number else 0
        if number:
            self.at = number.end()

    def _read_number_between(self) -> bool:
        """End the item where its list counts on: `1. diffusion 2. robots`."""
        if not self._number or self.text[self.at] not in "(0123456789":
            return False
        number = _NUMBER.match(self.text, self.at)
        if number is None or int(number[1]) != self._number + 1:
            return False
        self._end_item()
        self._skip_number()
        return True
