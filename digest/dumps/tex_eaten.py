"""Give TeX back the backslashes that a page has eaten.

`mathcal{O}(d^k)` → `\\mathcal{O}(d^k)`, `ngeleft(K right)` → `n\\ge\\left(K \\right)`. A name is
TeX beside mathematics only: the words alpha, left, times or in stay words in a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.dumps import tex_names as names

_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]+")
_TEX_WORD = re.compile(r"\\?[A-Za-z]+")
_SCRIPT = re.compile(
    r"[\w)\]}|][\^][\w{*+\\-]|(?<![A-Za-z0-9_])(?:\\?[A-Za-z]+)_[\w{\\]|[)\]}]_[\w{]"
)
_CHUNK = re.compile(r"\S+")
_RELATION = re.compile(r"[=<>≤≥+*/]|:=|==|<=|>=|!=")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?%?")
_SETLIKE = re.compile(
    r"\\?(?:mathbb|mathcal)\b|R(?:\^|_\+)|\{\s*-?[\w\\]|[\[(]-?[\d.]+,|[\[(]-?[\d.]+$"
)
_CALL = re.compile(
    r"(?<![A-Za-z])(?:[A-Za-z]|Theta|Omega|Gamma|Lambda|Phi|Psi|Sigma|exp|log|ln|sin|cos)\((?=\S)"
)
_DELIMITER = "([{|<)]}>.\\"

_GREEK = "|".join(names.GREEK)
# Digits glued to a sign: 10times, 256times256, 0.5pm0.1, sim10. With a space these are words.
_GLUED_SIGNS = (
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)times(?![A-Za-z])"), r"\1\\times"),
    (re.compile(r"(?<=[\d%)])\s?pm\s?(?=\d)(?<!\spm\s)"), r" \\pm "),
    (  # sim10, sim3x; sim2real is a word
        re.compile(r"(?<![A-Za-z\\])(sim|approx)(?=\d[\d.,]*(?:times|[xkKMB]?(?![A-Za-z\d])))"),
        r"\\\1",
    ),
    (re.compile(rf"(?<=[\w)]\+)({_GREEK})(?![A-Za-z])"), r"\\\1"),  # 1+epsilon
    (re.compile(rf"(?<=[_^]\{{-)({_GREEK})(?=\}})"), r"\\\1"),  # S^{-alpha}
    (re.compile(r"(?<![A-Za-z\\])(forall)(?= [A-Za-z](?:geq|leq|in\b|[^A-Za-z]))"), r"\\\1"),
)
_OPENS = re.compile(rf"(?:{'|'.join(names.OPENING_SIZES)})(?=[(\[{{|.\\])")
_CLOSES = re.compile(rf"(?:{'|'.join(names.CLOSING_SIZES)})(?=[)\]}}|.\\])")
_SIZED = re.compile(
    rf"(?<!\\)(?:{'|'.join(names.OPENING_SIZES)})(?=[(\[{{|.])|"
    rf"(?<!\\)(?:{'|'.join(names.CLOSING_SIZES)})(?=[)\]}}|.])"
)
_EATEN_FONT = re.compile(rf"(?<![A-Za-z\\_.-])({'|'.join(sorted(names.EATEN_FONTS))})(?=\s?\{{)")
_EATEN_SWITCH = re.compile(r"(?<=\{)(it|em|bf|rm|scriptsize|footnotesize)(?= [A-Za-z])")


@dataclass(slots=True)
class _Chunk:
    """A run without white space, and how mathematical it is."""

    start: int
    text: str
    kind: str = "prose"  # prose, neutral, strong
    breaks: bool = False  # nothing after it belongs to the same formula


def restore_tex(text: str) -> str:
    """Return text with backslashes before the TeX names that stand in mathematics."""
    for pattern, replacement in _GLUED_SIGNS:
        text = pattern.sub(replacement, text)
    text = _EATEN_FONT.sub(r"\\\1", text)
    text = _EATEN_SWITCH.sub(r"\\\1", text)
    chunks = [_Chunk(found.start(), found[0]) for found in _CHUNK.finditer(text)]
    sized = _has_sized_pair(text)
    for chunk in chunks:
        chunk.kind = _kind(chunk.text, sized)
        chunk.breaks = chunk.text[-1] in ".;:!?" and not chunk.text.startswith(":")
    for at in range(len(chunks)):
        _settle_word(chunks, at)
    return _rewrite(text, chunks, sized)


def restore_formula(text: str) -> str:
    """Return what stood between dollars with its names backslashed, whatever stands beside them."""
    return _CHUNK.sub(lambda found: _with_backslashes(found[0], True), text)


def _rewrite(text: str, chunks: list[_Chunk], sized: bool) -> str:
    out: list[str] = []
    done, at = 0, 0
    while at < len(chunks):
        last = _span_end(chunks, at)
        strong = any(chunk.kind == "strong" for chunk in chunks[at:last])
        for chunk in chunks[at:last]:
            out.append(text[done : chunk.start])
            piece = chunk.text
            out.append(_with_backslashes(piece, sized) if strong else _scripts_only(piece))
            done = chunk.start + len(piece)
        at = last
    return "".join([*out, text[done:]])


def _span_end(chunks: list[_Chunk], at: int) -> int:
    """Return the end of the formula, or of the single word, that begins at a chunk."""
    if chunks[at].kind == "prose":
        return at + 1
    while at < len(chunks) and chunks[at].kind != "prose":
        at += 1
        if chunks[at - 1].breaks:
            break
    return at


# --- what is mathematics --------------------------------------------------------------------


def _kind(chunk: str, sized: bool) -> str:
    """Say what one chunk is by itself."""
    if "\x00" in chunk:  # something protected: an address, an identifier
        return "prose"
    head = _hyphen_head(chunk)
    if head is not None:
        return "strong" if _kind(head, sized) == "strong" else "prose"
    strong = bool(_SCRIPT.search(chunk)) or bool(_CALL.search(chunk))
    for found in _TEX_WORD.finditer(chunk):
        word = found[0]
        after = chunk[found.end() : found.end() + 1]
        if word.startswith("\\"):
            strong = strong or word[1:] in names.SYMBOLS or word[1:] in names.STRUCTURES
            continue
        if len(word) == 1 or word in names.FUNCTIONS:
            continue
        if word in names.ENGLISH and not _touches_script(chunk, found.start(), found.end()):
            return "prose"
        if word in names.ONLY_TEX or word in names.ALPHABETS or word in ("widetilde", "widehat"):
            strong = True
        elif word in names.SYMBOLS or word in names.STRUCTURES:
            continue
        elif _parts(word, after, sized) is not None:
            strong = True
        elif not (
            _in_script(chunk, found.start()) or (strong and word.isupper() and len(word) <= 4)
        ):
            return "prose"
    if _RELATION.fullmatch(chunk):
        return "strong" if chunk in ("=", "<", ">", "≤", "≥", ":=") else "neutral"
    if re.search(r"[\w)}][=<>][\w({\\.-]|^[=<>≤≥]\S", chunk) and not chunk.startswith("<"):
        strong = True
    return "strong" if strong else "neutral"


def _hyphen_head(chunk: str) -> str | None:
    """Return X of `X-norm`: mathematics may have a word hung on it."""
    found = re.fullmatch(r"(.*[^\s-])-(?:[A-Za-z]{3,}|th\b)[\w-]*\W*", chunk)
    return found[1] if found else None


def _touches_script(chunk: str, start: int, end: int) -> bool:
    """Return whether a name is a base or a script: `sum_j`, `W^star`, `*top`, `hat{x}`."""
    return chunk[end : end + 1] in ("_", "^") or _in_script(chunk, start)


def _in_script(chunk: str, start: int) -> bool:
    return bool(re.search(r"[_^](?:\{[^{}]*)?$", chunk[:start]))


def _settle_word(chunks: list[_Chunk], at: int) -> None:
    """Decide the words that a sentence uses too, by both their neighbours."""
    chunk = chunks[at]
    word = chunk.text.strip("{},.;:)(")
    if chunk.kind == "strong" or (word not in names.SYMBOLS and chunk.text != "/"):
        return
    left = chunks[at - 1] if at and not chunks[at - 1].breaks else None
    right = chunks[at + 1] if at + 1 < len(chunks) else None
    if right is None or (left is None and chunk.text == word):
        return
    if chunk.text == "/":
        if left and _is_operand(left) and _is_operand(right) and left.text.isalpha():
            chunk.kind = "strong"
        return
    if word not in names.OPERATORS or left is None or chunk.text != word:
        return
    chunk.kind = "strong" if _joins(word, left, right) else "prose"


def _joins(word: str, left: _Chunk, right: _Chunk) -> bool:
    """Return whether an operator's name stands between two operands."""
    if word == "to":
        return bool(re.match(r"\\?infty\b|∞", right.text)) and _is_operand(left)
    if not _is_operand(left, after=True) and left.text not in ("{", "("):
        return False
    if word == "in":
        return bool(_SETLIKE.match(right.text)) and left.text not in ("a", "A", "I")
    if word == "times" and _NUMBER.fullmatch(left.text):
        return bool(_NUMBER.match(right.text)) or right.kind == "strong"
    if word in ("pm", "mp"):
        return left.text[-1] in "{(=" or right.kind == "strong"
    strong = left.kind == "strong" or right.kind == "strong"
    if strong and word not in names.ENGLISH and right.kind != "prose":
        return True
    return (_is_operand(right) or right.text == "{") and (
        strong or word not in names.ENGLISH - {"times"}
    )


def _is_operand(chunk: _Chunk, *, after: bool = False) -> bool:
    """Return whether a chunk can stand beside an operator: a letter, a number, a formula."""
    if chunk.kind == "strong":
        return True
    bare = chunk.text.strip("(){}[]|,.;") if not after else chunk.text.strip("(){}[]|")
    return bool(
        re.fullmatch(r"[A-Za-z]'?", bare)
        or _NUMBER.fullmatch(bare)
        or bare.lstrip("\\") in names.GREEK
    )


# --- putting the backslashes back -----------------------------------------------------------


def _with_backslashes(chunk: str, sized: bool) -> str:
    """Backslash every TeX name in a piece of mathematics, glued ones too."""
    head = _hyphen_head(chunk)
    if head is not None:
        return _with_backslashes(head, sized) + chunk[len(head) :]
    out: list[str] = []
    done = 0
    for found in _WORD.finditer(chunk):
        word, after = found[0], chunk[found.end() : found.end() + 1]
        out.append(chunk[done : found.start()])
        out.append(_backslashed(word, after, sized))
        done = found.end()
    return "".join([*out, chunk[done:]])


def _backslashed(word: str, after: str, sized: bool) -> str:
    if word in names.SYMBOLS or word in names.STRUCTURES or word in names.EATEN_FONTS:
        return "\\" + word
    parts = _parts(word, after, sized)
    if parts is None:
        return word
    prefix, found = parts
    return prefix + "".join("\\" + name for name in found)


def _parts(word: str, after: str, sized: bool) -> tuple[str, list[str]] | None:
    """Split `SNRgeOmegaleft` into `SNR` and its names; None when it is a word of its own."""
    rest = word
    found: list[str] = []
    certain = False
    if sized and after and after in _DELIMITER:
        for size in (*names.OPENING_SIZES, *names.CLOSING_SIZES):
            if rest.endswith(size):
                rest, certain = rest.removesuffix(size), True
                found.append(size)
                break
    while rest:
        name = next((rest[-k:] for k in range(len(rest), 1, -1) if _is_name(rest[-k:])), None)
        if name is None:
            break
        found.insert(0, name)
        rest = rest[: -len(name)]
        certain = (
            certain or name in names.ONLY_TEX or name in names.ALPHABETS or name.startswith("wide")
        )
    if not found or not (len(rest) <= 1 or (rest.isupper() and len(rest) <= 5)):
        return None
    letters_only = not rest and len(found) >= 2 and found[0][0].isupper()
    return (rest, found) if certain or letters_only else None


def _is_name(text: str) -> bool:
    return text in names.SYMBOLS or text in names.STRUCTURES


def _scripts_only(chunk: str) -> str:
    """In a chunk that is no formula: only a Greek name that carries a script, or is one."""
    if "_" not in chunk and "^" not in chunk:
        return chunk
    greek = "|".join([*names.GREEK, "ell"])
    return re.sub(
        rf"(?<![A-Za-z0-9_\\])(?:{greek})(?=[_^])|(?<=[\w)}}][_^])(?:{greek})(?![A-Za-z0-9_])",
        lambda found: "\\" + found[0],
        chunk,
    )


def _has_sized_pair(text: str) -> bool:
    """Return whether `left(` … `right)` or `bigl(` … `bigr)` stand around mathematics."""
    opening = _OPENS.search(text)
    while opening:
        closing = _CLOSES.search(text, opening.end())
        if closing is None:
            return False
        inner = text[opening.end() + 1 : closing.start()]
        if (
            not opening[0].startswith("left")
            or re.search(r"[\^_=+*/|{}\\\d]", inner)
            or len(inner) == 1
        ):
            return True
        opening = _OPENS.search(text, opening.end())
    return False
