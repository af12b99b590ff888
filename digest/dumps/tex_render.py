"""TeX with its backslashes → Unicode: one pass from left to right.

Plain text passes through: `%`, `&`, `$`, `~`, `_`, `#` are themselves. An unknown macro keeps its
name and its argument.
"""

from __future__ import annotations

import re
import unicodedata

from digest.dumps import tex_names as names

_NAME = re.compile(r"\\([A-Za-z]+)\*?")
_PLAIN = re.compile(r"[^\\{^_]+")
_WORD = re.compile(r"[A-Za-z]{3,}")
_SPACES = {",": " ", ";": " ", ":": " ", " ": " ", "!": "", "/": "", "-": "", "\\": " "}
_DELIMITERS = {"(": "", ")": "", "[": "", "]": "", "|": "‖"}
_DEEPEST = 12  # groups within groups; hostile text nests without end
_OWN_GROUP = re.compile(r"\\(?:mathcal|mathbb|mathscr|mathfrak|mathbf|mathrm|frac|dfrac)\b|\||\{")
_SWITCH = re.compile(rf"\\?(?:{'|'.join(('it', 'em', 'bf', 'tt', 'sc', 'sl', 'cal'))})(?![A-Za-z])")
_CITATION = re.compile(r"(?:[Cc]ite\w*|\w*cite|nocite)$")


def render(text: str) -> str:
    """Return text with its TeX rendered. Never raises; unbalanced braces stay as they are."""
    return _Renderer(text).run(0, len(text), 0)


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
    def __init__(self, text: str) -> None:
        self.text = text
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
            return _fraction(top, bottom), last + 1
        if inner.isdecimal() and at and self.text[at - 1].isdecimal():
            return f"/{inner}", close + 1  # \frac{8}{255}, of which the page left 8{255}
        if switch := _SWITCH.match(inner):
            start = at + 1 + switch.end()
            return self.run(start, close, depth + 1).lstrip(), close + 1
        content = self.run(at + 1, close, depth + 1)
        if _OWN_GROUP.match(inner):
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
        """Say whether a word of a sentence begins here, not a letter of mathematics."""
        return self.text[at].islower() and self.text[at + 1 : min(at + 2, end)].isalpha()

    # --- macros ---------------------------------------------------------------------------

    def _macro(self, at: int, end: int, depth: int, out: list[str]) -> tuple[str, int]:
        found = _NAME.match(self.text, at, end)
        if not found:
            return self._sign(at, end)
        name, after = found[1], found.end()
        if (
            len(name) == 1
            and name in names.ACCENTS
            and (accented := self._accent(name, after, end))
        ):
            return accented
        if name in names.LETTERS:
            return names.LETTERS[name], _skip(self.text, _skip_empty(self.text, after), end)
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
        if name in ("frac", "dfrac", "tfrac"):
            top, middle = self._argument(at, end, depth)
            bottom, after = self._argument(middle, end, depth)
            return None if top is None or bottom is None else (_fraction(top, bottom), after)
        if not (
            name in names.ALPHABETS
            or name in names.FONTS
            or name in names.MARKS
            or name == "sqrt"
            or _CITATION.fullmatch(name)
            or name == "footnote"
        ):
            return None
        argument, after = self._argument(at, end, depth)
        if argument is None:
            return None
        return _shaped(name, argument), after

    def _sign(self, at: int, end: int) -> tuple[str, int]:
        """A backslash before something that is no letter."""
        if at + 1 >= end:
            return "\\", at + 1
        sign = self.text[at + 1]
        if sign in names.ACCENTS and (accented := self._accent(sign, at + 2, end)):
            return accented
        if sign in _SPACES:
            return _SPACES[sign], at + 2
        if sign in _DELIMITERS:
            return _DELIMITERS[sign], at + 2
        return "\\", at + 1

    def _accent(self, accent: str, at: int, end: int) -> tuple[str, int] | None:
        """`'a`, `'{a}`, `'\\i`, `v s`, `c{c}` after the backslash → one accented letter."""
        found = re.compile(
            r"\s*(?:\{\s*\\?([^\W\d_])\s*\}|\\([ij])(?![A-Za-z])\s?|([^\W\d_]))"
        ).match(self.text, at, end)
        if not found or (accent.isalpha() and found[3] and found.start(3) == at):
            return None
        if found[3] and found.start(3) > at and self._begins_word(found.start(3), end):
            return None  # `\^ afterwards`: a stray sign
        letter = found[1] or found[2] or found[3]
        return unicodedata.normalize("NFC", letter + names.ACCENTS[accent]), found.end()

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
        words = _WORD.search(content)
        moved = None if words else (names.raised if mark == "^" else names.lowered)(content)
        if moved is not None:
            return moved, after
        if len(content) == 1 or (mark == "_" and content.isalnum()):
            return mark + content, after
        return f"{mark}({content})", after

    def _is_base(self, at: int) -> bool:
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
        start = at + 1
        if start >= end:
            return None
        if self.text[start] in "{\\":
            found, after = self._argument(start, end, depth)
            return None if found is None else (found.strip(), after)
        shape = _SUPER_ARGUMENT if self.text[at] == "^" else _SUB_ARGUMENT
        match = shape.match(self.text, start, end)
        return (match[0], match.end()) if match else None


# What may follow ^ or _ without braces: a number, one letter, a star. A letter followed by more
# letters is no script (`p_value`), unless they are the next base (`x_ix_j`).
_NEXT = r"(?![A-Za-z0-9_]|\.\d)|(?=[A-Za-z][_^])"
_SUPER_ARGUMENT = re.compile(rf"[-+]?\d+(?!\.\d)|[A-Za-z](?:{_NEXT})|\*|[+-](?!\w)|[^\x00-\x7f\s]")
_SUB_ARGUMENT = re.compile(rf"\d+(?:{_NEXT})|[A-Za-z](?:{_NEXT})|[^\x00-\x7f\s]")


def _shaped(name: str, content: str) -> str:
    """Apply a one-argument macro to its rendered argument."""
    if name in names.ALPHABETS:
        return names.styled(content, names.ALPHABETS[name]) if len(content) == 1 else content
    if name in names.MARKS:
        marked = content + names.MARKS[name] if len(content) == 1 else content
        return unicodedata.normalize("NFC", marked)
    if name == "sqrt":
        return f"√{content}" if len(content) == 1 or content.isdecimal() else f"√({content})"
    if name == "footnote":
        return f" ({content})"
    if name == "textsuperscript":
        return names.raised(content) or content
    if name == "textsubscript":
        return names.lowered(content) or content
    return f"[{content}]" if _CITATION.fullmatch(name) else content


def _fraction(top: str, bottom: str) -> str:
    return f"{_delimited(top)}/{_delimited(bottom)}"


def _delimited(content: str) -> str:
    """Return content in parentheses unless it is one thing already."""
    content = content.strip()
    one = re.fullmatch(r"[^+=\s-]*\||\w[\w′*]*|[\d.,]+|\w+\([^()]*\)|\([^()]*\)", content)
    return content if one or len(content) == 1 else f"({content})"


def _apart(out: list[str]) -> str:
    """Return the space that keeps a name from growing onto the word before it."""
    return " " if out and out[-1] and out[-1][-1].isalnum() else ""


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] == " ":
        at += 1
    return at


def _skip_empty(text: str, at: int) -> int:
    return at + 2 if text.startswith("{}", at) else at
