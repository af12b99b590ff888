"""BibTeX and BibLaTeX files → entries with their fields, whatever people and programs write there.

Pure, in time linear in the text. Our own scanner, since the libraries lose papers (measured in
docs/decisions.md): an entry may have no citation key, a key with spaces or no comma behind it;
text, addresses with `@` and other entries may stand around it on its line; fields may lack the
comma between them. Braces decide what is inside a field. A broken entry costs itself: the next
one is found by its beginning. The grammar is that of "BibTeXing" (Patashnik 1988) and of Biber.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

_BEGINNING = re.compile(r"@[ \t]*(?P<kind>[A-Za-z][\w.:+/-]*)\s*[{(]")
_LINE_BEGINNING = re.compile(r"^[ \t]*@[ \t]*[A-Za-z][\w.:+/-]*\s*[{(]", re.MULTILINE)
_NO_BRACE = re.compile(
    r"^[ \t]*@(?:article|book|booklet|conference|inbook|incollection|inproceedings|manual"
    r"|mastersthesis|misc|online|phdthesis|proceedings|techreport|thesis|unpublished)\b(?!\s*[{(])",
    re.MULTILINE | re.IGNORECASE,
)
_NAME = r"[^\W\d][\w.:+/*'-]*"
_ENTRY = re.compile(  # a beginning behind which a field follows: it is one wherever it stands
    r"@[ \t]*[A-Za-z][\w.:+/-]*\s*+[{(]\s*+(?:[^\s,={}()\"@%]{0,200}\s*+,\s*+)?"
    rf"{_NAME}\s*+=\s*+[{{\"\w]"
)
_REMARKS = re.compile(r"(?:[\s,]|%[^\n]*)*")
_FIELD = re.compile(rf"(?P<name>{_NAME}(?:[^\S\n][\w-]+)?)\s*+=\s*+")  # funding_text 1 (Scopus)
_KEYLESS = re.compile(rf"\s*+(?={_NAME}\s*+=)")
_KEYS = (
    re.compile(r"\s*+(?P<key>[^,={}\"\n]{0,300}?)\s{0,80},"),
    re.compile(rf"\s*+(?P<key>[^\s,={{}}\"]{{1,300}})\s++(?={_NAME}\s*+=)"),
    re.compile(r"\s*+(?P<key>[^,={}()\"\n]{0,300}?)\s{0,80}(?=[})])"),
    re.compile(r"\s*+(?P<key>[^,=\n]{0,300}?)\s{0,80},"),
)
_VALUE_END = re.compile(rf"\}}[ \t]*,[ \t]*\n[ \t]*(?={_NAME}(?:[^\S\n][\w-]+)?\s*=\s*[{{\"\w])")
_SWALLOWED = re.compile(r",\s*\w+\s*=\s*[{\"]")  # a field within another one's value
_BARE = re.compile(rf"[^\s,{{}}()#\"%=]+(?:[ \t]++(?!{_NAME}\s*+=)[^\s,{{}}()#\"%=]+)*")
_NO_ENTRIES = ("comment", "preamble")
_MOST_QUOTED = 3  # entries within an abstract's text
_MACRO_SHARE = 4  # what macros stand for, in all: times the file's length, and the following
_MACRO_ROOM = 100_000  # characters
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One entry as it was found, or what kept it from being read."""

    kind: str  # its type in lower case: article, string
    line: int  # from 1
    key: str = ""
    values: dict[str, str] = field(default_factory=dict)  # by lower-case name; the first counts
    problem: str | None = None  # why it cannot be read
    is_open: bool = False  # its closing brace is missing: it may be cut off


def scan(text: str) -> Iterator[Block]:
    """Yield the entries of a file, `@string`s resolved, comments and preambles left out."""
    return _Scanner(text).blocks()


class _BrokenEntry(ValueError):
    """An entry cannot be read; its text is the reason."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.close = _closing_braces(text, escapes=False)
        self._macro_room = _MACRO_SHARE * len(text) + _MACRO_ROOM
        self._escaped: dict[int, int] | None = None
        self._opened = 0  # where the brace of the entry at hand stands
        self.newlines = [found.start() for found in re.finditer("\n", text)]
        self.entries = [found.start() for found in _ENTRY.finditer(text)]
        self.beginnings = [found.start() for found in _LINE_BEGINNING.finditer(text)]
        self.macros = {
            name: month for month in _MONTHS for name in (month.lower(), month[:3].lower())
        }

    def blocks(self) -> Iterator[Block]:
        at, between = 0, 0
        while found := _BEGINNING.search(self.text, at):
            at = found.end()
            if not self._is_entry(found):
                continue
            yield from self._braceless(between, found.start())
            block, at = self._block(found)
            between = at
            if block is not None:
                yield block
        yield from self._braceless(between, len(self.text))

    def _is_entry(self, found: re.Match[str]) -> bool:
        """Return whether an `@word{` begins an entry: no address, nothing behind a percent sign."""
        at = found.start()
        line = self.text[self.text.rfind("\n", max(0, at - 200), at) + 1 : at] if at else ""
        if line.lstrip().startswith("%"):
            return False
        return not self.text[at - 1 : at].isalnum() or _holds(self.entries, at, at + 1)

    def _braceless(self, start: int, end: int) -> Iterator[Block]:
        for found in _NO_BRACE.finditer(self.text, start, end):
            kind = found[0].strip(" \t@").lower()
            yield Block(kind, self.line(found.end()), problem=f"no brace after @{kind}")

    def line(self, at: int) -> int:
        """Return the line (from 1) of a place in the text."""
        return bisect_left(self.newlines, at) + 1

    def _block(self, found: re.Match[str]) -> tuple[Block | None, int]:
        kind, line = found["kind"].lower(), self.line(found.start())
        opened = self._opened = found.end() - 1
        if kind in _NO_ENTRIES:
            end = self.close.get(opened) if self.text[opened] == "{" else None
            return None, end + 1 if end is not None else self._next(opened + 1)
        try:
            key, at = ("", found.end()) if kind == "string" else self._key(found.end())
            values, at, is_open = self._fields(at, ")" if self.text[opened] == "(" else "}")
        except _BrokenEntry as error:
            reason = f"{error} (line {self.line(error.at)})"
            return Block(kind, line, problem=reason), self._next(opened)
        if kind == "string":
            self.macros |= values
            return None, at
        return Block(kind, line, key, values, is_open=is_open), at

    def _next(self, at: int) -> int:
        """Return where to go on behind a broken entry's brace: behind it, or at the next entry."""
        return min(self._next_entry(at), self.close.get(at, len(self.text)))

    def _next_entry(self, at: int) -> int:
        lists = (self.entries, self.beginnings)
        found = [each[i] for each in lists if (i := bisect_left(each, at)) < len(each)]
        return min([*found, len(self.text)])

    def _key(self, at: int) -> tuple[str, int]:
        if keyless := _KEYLESS.match(self.text, at):
            return "", keyless.end()
        for shape in _KEYS:
            if found := shape.match(self.text, at):
                return found["key"].strip(), found.end()
        raise _BrokenEntry("no comma after the citation key", at)

    def _fields(self, at: int, end_sign: str) -> tuple[dict[str, str], int, bool]:
        """Read the fields from a place on: they, where they end, whether the end is missing."""
        values: dict[str, str] = {}
        while True:
            at = _after(_REMARKS, self.text, at)
            if self.text.startswith(end_sign, at):
                return values, at + 1, False
            if at >= len(self.text) or self.text[at] == "@":
                self._refuse_swallowed(values, at)
                return values, at, True
            found = _FIELD.match(self.text, at)
            if not found:
                raise _BrokenEntry(f"a field expected, not {self.text[at : at + 20]!r}", at)
            value, at = self._value(found.end(), end_sign)
            values.setdefault(found["name"].lower(), " ".join(value.split()))

    def _refuse_swallowed(self, values: dict[str, str], at: int) -> None:
        """Raise _BrokenEntry when a field without its closing brace took the next one in."""
        if not values or any(_SWALLOWED.search(v) for v in values.values()):
            raise _BrokenEntry("a closing brace is missing", at)

    def _value(self, at: int, end_sign: str) -> tuple[str, int]:
        """Read a value: parts joined by `#`."""
        parts: list[str] = []
        while True:
            part, at = self._part(at, end_sign)
            parts.append(part)
            after = _after(_REMARKS, self.text, at)
            if self.text[after : after + 1] != "#":
                return "".join(parts), at
            at = _after(_REMARKS, self.text, after + 1)

    def _part(self, at: int, end_sign: str) -> tuple[str, int]:
        sign = self.text[at : at + 1]
        if sign == "{":
            return self._braced(at, end_sign)
        if sign == '"':
            return self._quoted(at, end_sign)
        if found := _BARE.match(self.text, at):
            bare = found[0].strip()
            unknown = "" if bare.isidentifier() else bare  # as BibTeX has it, with a warning
            return self._meant(bare.lower(), unknown, at), found.end()
        if sign and sign in ",})":  # `month = ,`
            return "", at
        raise _BrokenEntry("a field without a value", at)

    def _meant(self, name: str, unknown: str, at: int) -> str:
        """Return what a macro stands for.

        Each may name others, twice: in a hundred lines a file could stand for more than a memory
        holds.
        """
        meant = self.macros.get(name, unknown)
        self._macro_room -= len(meant)
        if self._macro_room < 0:
            raise _BrokenEntry("the @strings of this file stand for too much text", at)
        return meant

    def _braced(self, at: int, end_sign: str) -> tuple[str, int]:
        # The second time `\{` and `\}` are signs of the text; then braces that are out of balance
        # decide nothing (`∼}7`, in Scopus' abstracts); the last time an entry may follow.
        for closing, is_cut in (
            (self.close.get, False),
            (self._unescaped, False),
            (self._unbalanced, False),
            (self.close.get, True),
        ):
            end = closing(at)
            if end is None or self._swallows(at, end):
                continue
            if self._goes_on(end + 1, end_sign) or (is_cut and self._is_cut(end + 1)):
                return self.text[at + 1 : end], end + 1
        raise _BrokenEntry("a brace is not closed", at)

    def _unbalanced(self, at: int) -> int | None:
        """Return the brace before the next line of this entry that begins with a field."""
        found = _VALUE_END.search(self.text, at, self._next_entry(at))
        if not found or _SWALLOWED.search(self.text, at, found.start()):
            return None  # it is this field that lacks its brace
        return found.start()

    def _unescaped(self, at: int) -> int | None:
        """Return the closing brace when `\\{` and `\\}` are signs of the text."""
        if self._escaped is None:
            self._escaped = _closing_braces(self.text, escapes=True)
        return self._escaped.get(at)

    def _quoted(self, at: int, end_sign: str) -> tuple[str, int]:
        limit = self._next(at)
        place = at + 1
        while place < limit:
            if self.text[place] == "{" and self.close.get(place, limit) < limit:
                place = self.close[place]
            elif self.text[place] == '"' and (
                self._goes_on(place + 1, end_sign) or self._is_cut(place + 1)
            ):
                return self.text[at + 1 : place], place + 1
            place += 1
        raise _BrokenEntry("a quotation mark is not closed", at)

    def _goes_on(self, at: int, end_sign: str) -> bool:
        """Return whether a value may end here, by what follows it."""
        start, at = at, _after(_REMARKS, self.text, at)
        if "," in self.text[start:at] or _FIELD.match(self.text, at):
            return True
        return at < len(self.text) and self.text[at] in ("#", end_sign)

    def _is_cut(self, at: int) -> bool:
        """Return whether the next entry, or nothing, follows: the entry lacks its end."""
        return self.text[(after := _after(_REMARKS, self.text, at)) : after + 1] in ("", "@")

    def _swallows(self, start: int, end: int) -> bool:
        """Return whether an entry begins a line in a value: a brace is missing before it."""
        lines = self.beginnings
        first = bisect_left(lines, start)
        signs = [self.text.index("@", place) for place in lines[first : bisect_left(lines, end)]]
        taken = sum(_holds(self.entries, sign, sign + 1) for sign in signs)
        return taken > 0 and not (taken <= _MOST_QUOTED and self._is_quoted(end))

    def _is_quoted(self, end: int) -> bool:
        """Return whether entries in a value that ends here are its text: all braces are there."""
        close = self.close.get(self._opened, -1)
        return close > end and self._is_cut(close + 1) and self._next_entry(end) > close


def _holds(places: list[int], start: int, end: int) -> bool:
    """Return whether one of the sorted places lies in [start, end)."""
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _closing_braces(text: str, *, escapes: bool) -> dict[int, int]:
    """Return the closing brace of every opening one that has any."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for brace in re.finditer(r"\\.|[{}]" if escapes else r"[{}]", text, re.DOTALL):
        if brace[0] == "{":
            waiting.append(brace.start())
        elif brace[0] == "}" and waiting:
            found[waiting.pop()] = brace.start()
    return found
