"""Where the sentences of an abstract begin and end.

A stop ends a sentence where a capital, a digit or a bracket follows its space, where it stands
between two spaces (`is slow . we`), or where an extraction ate the space (`is slow.We propose`);
not after an abbreviation, an initial or in `i.i.d.`
"""

from __future__ import annotations

import re

# A stop that may end a sentence, with its closing quotes; the group is the space after it. Begins
# with one set of characters, which the engine looks for without trying the rest at each place.
_STOP = re.compile(
    r"[.!?…。！？](?:[.!?…]*[\"'”’»)\]]*(?:(?=\s+[^a-z\s])|(?=[A-Z])|(?<=\s\.)(?=\s))"
    r"|(?<=[。！？])[。！？]*[”」』）]*)(\s*)"
)
# The same where no other stop is in the text: a single character is looked for much faster.
_FULL_STOP = re.compile(_STOP.pattern.replace(r"[.!?…。！？]", r"\.", 1))
# What follows a stop whose space an extraction ate; `2.5`, `v1.2` and addresses are nothing such.
_EATEN_SPACE = re.compile(r"[A-Z][a-z]*[ ,]")
# What a stop belongs to, as does an initial (and with it the end of `e. g.` and `z. B.`).
_ABBREVIATION_WORDS = """
e.g i.e al vs cf fig figs eq eqs eqn eqns sec secs tab tabs ref refs ch chap resp approx no nos vol
p pp dr prof st mr mrs ms jr w.r.t i.i.d a.k.a s.t u.s u.k viz ca incl inc ltd dept univ
z.b d.h u.a bzw ggf vgl sog abb nr bspw
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
# After these a capital is a name or a number more often than a new sentence, unless it is one of:
_OPENERS = re.compile(
    r"\s+(?:We|Our|This|These|The|In|It|However|To|For|Here|They|Moreover|Thus|As|But)\s"
)
_LAST_WORD = re.compile(r"[^\s(\[“\"~-]*$")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence of a paragraph, without the space between."""
    bounds: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    plain = text.isascii() and "?" not in text and "!" not in text
    for found in (_FULL_STOP if plain else _STOP).finditer(text):
        stop, after = found.span()
        end = found.start(1)
        if text[stop] not in "。！？":
            if end == after and not _ate_space(text, stop, end):
                continue
            # After five letters or more it is a sentence's: the usual case, known without a search.
            if not text[end - 6 : end - 1].isalpha() and _is_abbreviated(text, start, stop, end):
                continue
        bounds.append((start, end))
        start = after
    last = len(text.rstrip())
    if start < last:
        bounds.append((start, last))
    return bounds


def _ate_space(text: str, stop: int, end: int) -> bool:
    """Return whether a sentence follows at once, the space before it lost."""
    before = text[max(stop - 1, 0) : stop]
    return (before.islower() or before in (")", "]")) and _EATEN_SPACE.match(text, end) is not None


def _is_abbreviated(text: str, start: int, stop: int, end: int) -> bool:
    """Return whether the stop before `end` is an abbreviation's, not a sentence's."""
    if stop != end - 1 or text[stop] != ".":
        return False
    word = _LAST_WORD.search(text, max(start, end - 8), stop)
    if word is None:
        return False
    lower = word[0].lower()
    is_initial = len(lower) == 1 and lower.isascii() and lower.isalpha()
    return (is_initial or lower in _ABBREVIATIONS) and not _OPENERS.match(text, end)
