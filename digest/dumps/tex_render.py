"""TeX with its backslashes → Unicode: one pass from left to right.

Plain text passes through: `%`, `&`, `$`, `~`, `_`, `#` are themselves. An unknown macro keeps its
name and its argument. In a formula every brace is TeX's, every `^` and `_` a script.
"""

from __future__ import annotations

import re
import unicodedata

from digest.dumps import tex_names as names

_NAME = re.compile(r"\\([A-Za-z]+)\*?")
_PLAIN = re.compile(r"[^\\{^_]+")
_WORD = re.compile(r"[A-Za-z]{3,}")
_SPACES = {",": " ", ";": " ", ":": " ", " ": " ", "!": "", "/": "", "-": "", "@": "", "\\": " "}
_DELIMITERS = {"(": "", ")": "", "[": "", "]": "", "|": "‖"}
_DEEPEST = 12  # groups within groups; hostile text nests without end
_OWN_GROUP = re.compile(r"\\|\||\{|[A-Z]\w*$")  # {\"u}, {\epsilon}, {BERT}; not {id}
_SWITCH = re.compile(rf"\\?(?:{'|'.join(('it', 'em', 'bf', 'tt', 'sc', 'sl', 'cal'))})(?![A-Za-z])")
_FONT_AS_SWITCH = re.compile(r"\\(?:emph|text[a-z]{2,6})(?=\s+\w)")  # {\emph word}
_CITATION = re.compile(r"(?:[Cc]ite\w*|\w*cite|nocite)$")
_ONE_ARGUMENT = re.compile(rf"{_CITATION.pattern}|mkbib\w+")
_LENGTH = re.compile(
    r" ?[+-]?(?:\d+[.,]?\d*|[.,]\d+) ?(?:pt|em|ex|mu|cm|mm|in|bp|sp)(?![A-Za-z]) ?"
)
# Spaces that only end a macro's name: `\langle x`, `B\to K`.
_INNER_SPACE = re.compile(r"(?<=[⟨⌊⌈]) | (?=[⟩⌋⌉])")
_SPACE_BEHIND_RELATION = re.compile(r"(?<=[^\s,;:][→←↔⇒⇐⇔⟶≤≥≠≈≡∼×±⊂∈]) ")
_ROOT_INDEX = re.compile(r"\s*\[([^\[\]]{1,20})\]")


def render(text: str, *, braces: bool = False) -> str:
    """Return text with its TeX rendered. Never raises; unbalanced braces stay as they are.

    `braces` says that all of them are TeX's, as in BibTeX; else those of a sentence stay.
    """
    return _Renderer(text, braces=braces).run(0, len(text), 0)


def render_formula(formula: str) -> str:
    """Return what stood between dollars, rendered; never raises."""
    told = _Renderer(formula.replace("~", " "), math=True, braces=True).run(0, len(formula), 0)
    told = _INNER_SPACE.sub("", " ".join(told.split()))
    return _SPACE_BEHIND_RELATION.sub("", told)


def _matches(text: str) -> dict[int, int]:
    """Return the closing brace of every opening one that has any."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for at, character in enumerate(text):
        if character == "{":
            waiting.append(at)
        elif character == "}" and waiting:
            found[waiting.pop()] = at
    return found


class _Renderer:
    def __init__(self, text: str, *, math: bool = False, braces: bool = False) -> None:
        self.text = text
        self.math = math
        self.braces = braces
        self.close = _matches(text)
        self.scripted = -1  # where the last script ended: a letter there is a new base

    def run(self, at: int, end: int, depth: int) -> str:
        """Render text[at:end]."""
        out: list[str] = []
        while at < end:
            character = self.text[at]
            if character == "\\":
                piece, at = self._macro(at, end, depth, out)
            elif character == "{" and self.close.get(at, end) < end and depth < _DEEPEST:
                piece, at = self._group(at, end, depth)
            elif character in "^_":
                piece, at = self._script(at, end, depth)
            else:
                found = _PLAIN.match(self.text, at, end)
                piece, at = (found[0], found.end()) if found else (character, at + 1)
            out.append(piece)
        return "".join(out)

    # --- groups and arguments -------------------------------------------------------------

    def _group(self, at: int, end: int, depth: int) -> tuple[str, int]:
        """A group that stands by itself: its braces go only when they are surely TeX's."""
        close = self.close[at]
        inner = self.text[at + 1 : close]
        if self.text.startswith("/{", close + 1) and (last := self.close.get(close + 2, end)) < end:
            top, bottom = self.run(at + 1, close, depth + 1), self.run(close + 3, last, depth + 1)
            return names.fraction(top, bottom), last + 1
        if inner.isdecimal() and at and self.text[at - 1].isdecimal():
            return f"/{inner}", close + 1  # \frac{8}{255}, of which the page left 8{255}
        if switch := _SWITCH.match(inner) or _FONT_AS_SWITCH.match(inner):
            start = at + 1 + switch.end()
            return self.run(start, close, depth + 1).lstrip(), close + 1
        content = self.run(at + 1, close, depth + 1)
        if self.braces or _OWN_GROUP.match(inner):
            return content, close + 1
        return "{" + content + "}", close + 1

    def _argument(self, at: int, end: int, depth: int) -> tuple[str | None, int]:
        """The next argument: a group, a macro or one character; None when there is none."""
        start = at
        while at < end and self.text[at] == " ":
            at += 1
        if at >= end or self.text[at] in "}^_":
            return None, start
        if self.text[at] == "{":
            close = self.close.get(at, end)
            if close >= end or depth >= _DEEPEST:
                return None, start
            return self.run(at + 1, close, depth + 1), close + 1
        if self.text[at] == "\\" and depth < _DEEPEST:
            return self._macro(at, end, depth + 1, [])
        if at > start and self._begins_word(at, end):
            return None, start
        return self.text[at], at + 1

    def _begins_word(self, at: int, end: int) -> bool:
        """Return whether a word of a sentence begins here, not a letter of mathematics."""
        return (
            not self.math
            and self.text[at].islower()
            and self.text[at + 1 : min(at + 2, end)].isalpha()
        )

    # --- macros ---------------------------------------------------------------------------

    def _macro(self, at: int, end: int, depth: int, out: list[str]) -> tuple[str, int]:
        found = _NAME.match(self.text, at, end)
        if not found:
            return self._sign(at, end, depth)
        name, after = found[1], found.end()
        if (
            len(name) == 1
            and name in names.ACCENTS
            and (accented := self._accent(name, after, end, depth))
        ):
            return accented
        if name in names.LETTERS:
            return names.LETTERS[name], _behind_name(self.text, after, end)
        if name in names.ABBREVIATIONS:
            told = names.ABBREVIATIONS[name]
            return told, after + self.text.startswith(".", after)
        if name in names.SIZES:
            null = name in names.OPENING_SIZES and self.text.startswith(".", after)
            return "", after + null
        if name in names.SWITCHES:
            return "", _skip(self.text, after, end)
        if name in names.FUNCTIONS:
            return _apart(out) + name, _skip_empty(self.text, after)
        structure = self._structure(name, after, end, depth)
        if structure is not None:
            self.scripted = structure[1]
            return structure
        if known := names.symbol(name):
            self.scripted = after
            return known, _skip_empty(self.text, after)
        return self._unknown(name, found[0], after, end, depth, out)

    def _structure(self, name: str, at: int, end: int, depth: int) -> tuple[str, int] | None:
        if name in ("begin", "end"):
            return "", self.close.get(at, at - 1) + 1
        if name == "item":
            return "•", at
        if name == "not":
            negated, after = self._argument(at, end, depth)
            return None if not negated else (_negated(negated), after)
        if name == "sqrt":
            return self._root(at, end, depth)
        if name in names.TWO_ARGUMENTS:
            first, middle = self._argument(at, end, depth)
            second, after = self._argument(middle, end, depth)
            if first is None or second is None:
                return None
            return names.TWO_ARGUMENTS[name](first.strip(), second.strip()), after
        if name in names.SILENT:
            if self.text.startswith("{", at):
                return "", self._argument(at, end, depth)[1]
            length = _LENGTH.match(self.text, at, end) if name in names.LENGTHS else None
            return "", length.end() if length else at
        is_known = name in names.ONE_ARGUMENT or bool(_ONE_ARGUMENT.fullmatch(name))
        argument, after = self._argument(at, end, depth) if is_known else (None, at)
        if argument is None:
            return None
        return _shaped(name, argument), after

    def _root(self, at: int, end: int, depth: int) -> tuple[str, int] | None:
        index = _ROOT_INDEX.match(self.text, at, end)
        argument, after = self._argument(index.end() if index else at, end, depth)
        if argument is None:
            return None
        told = index[1] if index else ""
        sign = {"": "√", "3": "∛", "4": "∜"}.get(told) or f"{names.raised(told) or told}√"
        whole = len(argument) == 1 or argument.isdecimal()
        return (f"{sign}{argument}" if whole else f"{sign}({argument})"), after

    def _sign(self, at: int, end: int, depth: int) -> tuple[str, int]:
        """A backslash before something that is no letter."""
        if at + 1 >= end:
            return "\\", at + 1
        sign = self.text[at + 1]
        if sign in names.ACCENTS and (accented := self._accent(sign, at + 2, end, depth)):
            return accented
        if sign in _SPACES:
            return _SPACES[sign], at + 2
        if sign in _DELIMITERS:
            return _DELIMITERS[sign], at + 2
        if self.braces and not sign.isascii():
            return sign, at + 2  # an editor's dash or quotation mark in the place of a sign
        return "\\", at + 1

    def _accent(self, accent: str, at: int, end: int, depth: int) -> tuple[str, int] | None:
        """`'a`, `'{a}`, `'\\i`, `v s`, `c{c}` after the backslash → one accented letter."""
        if (close := self.close.get(at, end)) < end and depth < _DEEPEST:
            content = self.run(at + 1, close, depth + 1).strip()
            if not content:
                return _ALONE.get(accent, ""), close + 1
            accented = _accented(content, accent) if content[0].isalpha() else None
            return (accented, close + 1) if accented else None
        found = _ACCENTED.match(self.text, at, end)
        if not found or (accent.isalpha() and found[2] and found.start(2) == at):
            return None
        named = self.braces and accent.isalpha()  # BibTeX's `fran\\c cais`
        if (
            found[2]
            and found.start(2) > at
            and not named
            and self._begins_word(found.start(2), end)
        ):
            return None  # `\\^ afterwards`: a stray sign
        if found[3]:  # an accent on an accented letter: \~\^e
            inner = (
                self._accent(found[3], found.end(), end, depth + 1) if depth < _DEEPEST else None
            )
            return None if inner is None else (_accented(inner[0], accent), inner[1])
        after = _skip_empty(self.text, found.end()) if found[1] else found.end()
        return _accented(found[1] or found[2], accent), after

    def _unknown(
        self, name: str, source: str, at: int, end: int, depth: int, out: list[str]
    ) -> tuple[str, int]:
        """An unknown macro keeps its name, and its argument as words beside it."""
        if len(name) == 1 and name.islower():
            return source, at  # \n, \t: an escape of some program, not TeX
        kept = _apart(out) + name
        if self.text.startswith("{", at) and depth < _DEEPEST and self.close.get(at, end) < end:
            close = self.close[at]
            inner = self.run(at + 1, close, depth + 1).strip()
            return f"{kept} {inner}" if inner else kept, close + 1
        return kept, at

    # --- scripts --------------------------------------------------------------------------

    def _script(self, at: int, end: int, depth: int) -> tuple[str, int]:
        """`^2`, `_{ij}`: only after a base that mathematics could have."""
        mark = self.text[at]
        if not self._is_base(at):
            return mark, at + 1
        found = self._script_argument(at, end, depth)
        if found is None:
            return mark, at + 1
        content, after = re.sub(r"(?<=\W) | (?=\W)", "", found[0]), found[1]
        self.scripted = after
        words = _WORD.search(content) and not (self.math and mark == "^")
        moved = None if words else (names.raised if mark == "^" else names.lowered)(content)
        if moved is not None:
            return moved, after
        # What holds scripts of its own is told from what follows it: m_(νₑ).
        is_word = content.isalnum() and unicodedata.normalize("NFKC", content) == content
        if len(content) == 1 or (mark == "_" and is_word):
            return mark + content, after
        return f"{mark}({content})", after

    def _is_base(self, at: int) -> bool:
        if self.math:
            return True
        if at == 0:
            return False
        mark, last = self.text[at], self.text[at - 1]
        if at == self.scripted or last in ")]}|" or (not last.isascii() and not last.isspace()):
            return True
        if self.text.startswith("{", at + 1):
            return last.isalnum()
        if mark == "^" and last.isdecimal():
            return True
        first = max(0, at - 12, self.scripted if self.scripted < at else 0)
        letters = re.search(r"[A-Za-z]+$", self.text[first:at])
        if not letters:
            return False
        start = at - len(letters[0])
        if len(letters[0]) == 1:
            return start in (0, self.scripted) or not (
                self.text[start - 1].isalnum() or self.text[start - 1] == "_"
            )
        if start == self.scripted or self.text[start - 1 : start] == "\\":
            return True
        return letters[0] in names.FUNCTIONS or (mark == "^" and len(letters[0]) <= 4)

    def _script_argument(self, at: int, end: int, depth: int) -> tuple[str, int] | None:
        start = _skip(self.text, at + 1, end) if self.math else at + 1
        if start >= end:
            return None
        if self.text[start] in "{\\":
            found, after = self._argument(start, end, depth)
            return None if found is None else (found.strip(), after)
        if self.math:
            match = _MATH_ARGUMENT.match(self.text, start, end)
            return (match[0], match.end()) if match else None
        shape = _SUPER_ARGUMENT if self.text[at] == "^" else _SUB_ARGUMENT
        match = shape.match(self.text, start, end)
        return (match[0], match.end()) if match else None


# What may follow ^ or _ without braces: a number, one letter, a star. A letter followed by more
# letters is no script (`p_value`), unless they are the next base (`x_ix_j`).
_NEXT = r"(?![A-Za-z0-9_]|\.\d)|(?=[A-Za-z][_^])"
_SUPER_ARGUMENT = re.compile(rf"[-+]?\d+(?!\.\d)|[A-Za-z](?:{_NEXT})|\*|[+-](?!\w)|[^\x00-\x7f\s]")
_MATH_ARGUMENT = re.compile("\\d+|\x00.|[^}]")
_SUB_ARGUMENT = re.compile(rf"\d+(?:{_NEXT})|[A-Za-z](?:{_NEXT})|[^\x00-\x7f\s]")


def _shaped(name: str, content: str) -> str:
    """Apply a one-argument macro to its rendered argument."""
    if name in names.ALPHABETS:
        return names.styled(content, names.ALPHABETS[name]) if len(content) == 1 else content
    if name in names.MARKS:
        marked = content + names.MARKS[name] if len(content) == 1 else content
        return unicodedata.normalize("NFC", marked)
    if name in ("enquote", "mkbibquote", "textquote"):
        return f"“{content}”"
    if name == "ce":
        return re.sub(r"(?<=[A-Za-z)\]])\d+", lambda n: names.lowered(n[0]) or n[0], content)
    if name == "footnote":
        return f" ({content})"
    if name == "textsuperscript":
        return names.raised(content) or content
    if name == "textsubscript":
        return names.lowered(content) or content
    return f"[{content}]" if _CITATION.fullmatch(name) else content


def _negated(sign: str) -> str:
    """Return a relation struck through: `\\not=` → ≠."""
    return unicodedata.normalize("NFC", f"{sign[0]}\u0338{sign[1:]}")


def _accented(content: str, accent: str) -> str:
    """Return a text with an accent on its first letter."""
    letter = {"ı": "i", "ȷ": "j"}.get(content[0], content[0])
    whole = unicodedata.normalize("NFD", letter + content[1:])
    marks = len(whole) - len(whole[1:].lstrip(_MARKS)) if len(whole) > 1 else 1
    return unicodedata.normalize("NFC", whole[:marks] + names.ACCENTS[accent] + whole[marks:])


_MARKS = "".join(set(names.ACCENTS.values()))
_ALONE = {"~": "~", "^": "^", "'": "´", "`": "`"}  # \~{} and \^{}: the sign itself
_ACCENTED = re.compile(
    r"\s*(?:\\([ij])(?![A-Za-z])\s?|([^\W\d_])|\\([" + re.escape("'`^\"~=.") + r"])(?=[{\\A-Za-z]))"
)


def _apart(out: list[str]) -> str:
    """Return the space that keeps a name from growing onto the word before it."""
    return " " if out and out[-1] and out[-1][-1].isalnum() else ""


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] == " ":
        at += 1
    return at


def _behind_name(text: str, at: int, end: int) -> int:
    """Return where to go on behind a macro's name: TeX drops spaces there, but none after `{}`."""
    return at + 2 if text.startswith("{}", at) else _skip(text, at, end)


def _skip_empty(text: str, at: int) -> int:
    return at + 2 if text.startswith("{}", at) else at
