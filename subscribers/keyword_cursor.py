"""A place in a keyword text that moves on: over signs, fields and tokens. Pure."""

from __future__ import annotations

import re

from subscribers.errors import Problem
from subscribers.items import ItemCollector, Signs
from subscribers.keyword_lines import LINE_ENDS, PLAIN, LineStyle
from subscribers.messages import Message, message
from subscribers.profile_words import DASHES, is_control
from subscribers.search_syntax import EQUALS, PREFIX, SUFFIX, SearchField, search_field

SEPARATORS = ",，、،;；؛|｜。\t" + LINE_ENDS
QUOTES = '"“”„‟″«»＂「」『』❝❞〝〞〟'
PLUSES = "+＋"
CARETS = "^＾"
_RUN = re.compile(rf"\[?[^\s\[{re.escape(SEPARATORS + QUOTES + CARETS)}]*")


class KeywordCursor:
    """Moves over the text, and notes what is wrong with it."""

    def __init__(
        self, text: str, at: int = 0, style: LineStyle = PLAIN, *, long_exclusions: bool = True
    ) -> None:
        self.text = text
        self.at = at
        self.items = ItemCollector(style, long_exclusions)
        self.problems: list[Problem] = []
        self._has_fields = ":" in text or "：" in text or "=" in text  # most texts have none
        self._has_tags = "[" in text

    def problem(self, position: int, text: str, **values: object) -> None:
        """Note what is wrong with the character at a position."""
        self._refuse(position, message(text, **values))

    def _refuse(self, position: int, reason: Message) -> None:
        self.problems.append(Problem(position, self.text[position : position + 1], reason))

    def _read_signs(self) -> Signs | None:
        signs = Signs(start=self.at)
        signs.excluded = self._skip(DASHES)
        signs.required = self._skip(PLUSES)
        if signs.required and (signs.excluded or self._skip(DASHES)):
            self.problem(signs.start, "either - (never) or + (always), not both")
            self._skip_token()
            return None
        signs.field = self._read_field()
        if signs.field and not self._is_only_field(signs.field):
            self._skip_token()
            return None
        if signs.field:
            signs.scope = signs.field.scope
            after = self.at
            if self._skip(DASHES + PLUSES):
                scope = signs.field.name.lower()
                self.problem(after, "the sign comes first: write -{scope}:word", scope=scope)
                self._skip_token()
                return None
        if signs.any and not self._something_here():
            self._dangling(signs)
            return None
        return signs

    def _is_only_field(self, first: SearchField) -> bool:
        """Step over the same field again, as in `title:title:moss`; another one is a problem."""
        start = self.at
        while second := self._read_field():
            if second.scope != first.scope:
                self.problem(
                    start,
                    "a keyword has one field: write {first}:word or {second}:word",
                    first=first.name.lower(),
                    second=second.name.lower(),
                )
                return False
        return True

    def _dangling(self, signs: Signs) -> None:
        at = signs.start
        if signs.field:
            scope = signs.field.name.lower()
            self.problem(at, "nothing follows {scope}: (write {scope}:word)", scope=scope)
        elif signs.required:
            self.problem(at, "a + alone: write +word for what must be there, or take it out")
        else:
            self.problem(
                at, "a dash alone: write -word for what you never want to see, or take it out"
            )

    def _read_field(self) -> SearchField | None:
        """Step over `title:`, or over what other engines call it."""
        if not self._has_fields:
            return None
        named = PREFIX.match(self.text, self.at) or EQUALS.match(self.text, self.at)
        found = search_field(next(filter(None, named.groups()))) if named else None
        if named is None or found is None or self.text.startswith("//", named.end()):
            return None
        start, self.at = self.at, named.end()
        self.check_field(start, found, named[0].strip())
        return found

    def check_field(self, start: int, found: SearchField, shown: str) -> None:
        """Say what a field of another engine cannot do here."""
        if not found.known:
            self.problem(
                start,
                "“{field}” cannot be asked for here: take it out with what belongs to it; title:,"
                " author: and org: say where a word has to stand",
                field=shown,
            )
        elif found.remark:
            self.items.remarks.append(found.remark)

    def _read_suffix(self) -> bool:
        """Read `[tiab]` after the words it belongs to; False: it is no field that we know of."""
        if not self._has_tags:
            return False
        tag = SUFFIX.match(self.text, self.at)
        found = search_field(tag[1]) if tag else None
        if tag is None or found is None or not self.items.put_in(found):
            return False
        self.check_field(self.at, found, tag[0].strip())
        self.at = tag.end()
        return True

    def _token(self) -> str:
        start = self.at
        while run := _RUN.match(self.text, self.at):
            self.at = run.end()
            if self.text[self.at : self.at + 1] != "[" or self._known_suffix():
                break
        return self.text[start : self.at]

    def _known_suffix(self) -> bool:
        tag = SUFFIX.match(self.text, self.at)
        return tag is not None and search_field(tag[1]) is not None

    def _skip(self, signs: str) -> bool:
        """Step over these signs; `--` is one sign: it is how some write a dash."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in signs:
            self.at += 1
        return self.at > start

    def _skip_token(self) -> None:
        while self.at < len(self.text) and not self.text[self.at].isspace():
            if self.text[self.at] in SEPARATORS:
                return
            self.at += 1

    def _something_here(self) -> bool:
        here = self.text[self.at] if self.at < len(self.text) else " "
        return not here.isspace() and here not in SEPARATORS + CARETS

    def _more_in_item(self) -> bool:
        at = self.at
        while at < len(self.text) and self.text[at] in " \u00a0\u3000":
            at += 1
        return at < len(self.text) and self.text[at] not in SEPARATORS + CARETS

    def _check_characters(self, start: int, piece: str) -> None:
        if piece.isprintable():
            return
        for offset, character in enumerate(piece):
            if character != "\t" and is_control(character):
                self.problem(start + offset, "an invisible control character: take it out")
