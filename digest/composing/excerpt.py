"""Where an abstract may be cut, and how matched words are marked in what remains.

A cut falls at the end of a sentence if one is in reach, else between two words, never inside
a formula, a bracket or a link. It is an offset into the text, so the spans of matched words
need no arithmetic: they end at the cut.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from digest.mail import HOLES


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of a text to show."""

    end: int  # show text[:end]
    ellipsis: bool  # whether a sentence was left unfinished


_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|vs|cf|figs?|eqs?|sec|tab|refs?|resp|approx|no|nos|vol|dr|prof|st|"
    r"w\.r\.t|i\.i\.d|a\.k\.a|viz|ca|incl|[a-z])|\b[A-Z])\.$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"https?://\S+|\$[^$\n]{1,300}\$|\\\(.{1,300}?\\\)|\\\[.{1,300}?\\\]|`[^`\n]{1,200}`", re.DOTALL
)
_OPERATOR = set("=<>≤≥≠≈∼~+−±×⋅·*/→←↔⇒⇔∈∉⊂⊆∪∩∝≪≫∘⊗⊕^_|∀∃∂∇√∑∏∫:")
_OPENING = "([{⟨"
_BRACKET = re.compile(r"[(\[{⟨)\]}⟩]")


def cut(text: str, limit: int) -> Cut:
    """Return where to cut a text so that it has at most `limit` characters, or all of it."""
    if len(text) <= limit:
        return Cut(len(text), False)
    closed = _closed_places(text, limit)
    best = 0
    for found in _SENTENCE_END.finditer(text, 0, limit + 1):
        end = found.end()
        if end <= limit and closed[end] and not _ABBREVIATION.search(text, max(0, end - 10), end):
            best = end
    if best >= limit * 0.4:
        return Cut(best, False)
    for end in range(limit, 0, -1):
        if text[end].isspace() and closed[end] and not _between_operands(text, end):
            return Cut(best, False) if end < best else Cut(_without_comma(text, end), True)
    return Cut(best, False) if best else Cut(_last_resort(text, limit), True)


class Excerpt:
    """The part of a text that a card shows, as text and as HTML in which words can be marked.

    Cutting and escaping are done once; readers whose words differ only put other marks into it.
    """

    __slots__ = ("_html", "_places", "end", "plain", "start")

    def __init__(self, shown: str, ending: str, start: int | None) -> None:
        self.plain = harmless(shown) + ending
        self.start = start  # where it stands in its text; None: it is not taken from there
        # Of the text; where nothing is shown, nothing is marked.
        self.end = (start or 0) + len(shown) if self.plain else 0
        self._html = escaped(self.plain)
        # Where each character of the text begins in the HTML; None: it is the same text.
        self._places = None if self._html == shown + ending else _places(shown)

    def marked(self, spans: Iterable[tuple[int, int]], before: str, after: str) -> str:
        """Return the excerpt as HTML, each span of what is shown between `before` and `after`.

        Spans may come in any order, overlap, or reach beyond the text; none is trusted.
        """
        html, places, end = self._html, self._places, self.end - (self.start or 0)
        parts: list[str] = []
        done = at = 0  # in the HTML, in the text
        for start, stop in sorted(spans):
            start, stop = max(start, at), min(stop, end)  # noqa: PLW2901
            if start >= stop:
                continue
            opened, closed = (places[start], places[stop]) if places else (start, stop)
            parts += (html[done:opened], before, html[opened:closed], after)
            done, at = closed, stop
        parts.append(html[done:])
        return "".join(parts)


def _places(text: str) -> array[int]:
    """Return where each character, and the end, comes to stand when a text is made HTML."""
    return array("I", accumulate((len(escaped(harmless(c))) for c in text), initial=0))


@lru_cache(maxsize=4096)  # the same abstract is shown in both parts, and in each language
def excerpt(text: str, limit: int) -> Excerpt:
    """Return what is shown of a text of which at most `limit` characters may be; 0: nothing."""
    where = cut(text, limit) if limit else Cut(0, False)
    return Excerpt(text[: where.end], "…" if where.ellipsis else "", 0)


def passage(shown: str, text: str) -> Excerpt:
    """Return what is shown instead of a text: some of its words, the first letter raised, or not.

    If it is cut short, it ends with an ellipsis.
    """
    body = shown.removesuffix("…")
    at = text.find(body[1:], 1) - 1 if len(body) > 1 else -1
    taken = at >= 0 and text[at].lower() == body[0].lower()
    return Excerpt(body, shown[len(body) :], at if taken else None)


def escaped(text: str) -> str:
    """Return text as HTML; what `markupsafe.escape` gives, without its object: twice as fast."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
    )


def harmless(text: str) -> str:
    """Return outside text without what could break a mail.

    Holes, control characters, halves of surrogate pairs, and the marks that turn the direction
    of all the text that follows. Line breaks become spaces.
    """
    return text if text.isprintable() else text.translate(_HARMFUL)  # none of these is printable


_HARMFUL = {
    **{ord(mark): None for mark in HOLES.values()},
    **dict.fromkeys([*range(0x20), 0x7F, *range(0x80, 0xA0), *range(0xFFFE, 0x10000)]),
    **dict.fromkeys(range(0xD800, 0xE000)),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
    **dict.fromkeys([0x09, 0x0A, 0x0D, 0x2028, 0x2029], " "),
}


def _closed_places(text: str, limit: int) -> bytearray:
    """Flag each offset up to `limit` that is outside every bracket, formula and link."""
    closed = bytearray(b"\1") * (limit + 1)
    for whole in _WHOLE.finditer(text):
        if whole.start() > limit:
            break
        for inside in range(whole.start() + 1, min(whole.end(), limit + 1)):
            closed[inside] = 0
    for opened, after in _brackets(text, limit):
        for inside in range(opened + 1, min(after, limit + 1)):
            closed[inside] = 0
    return closed


def _brackets(text: str, limit: int) -> Iterable[tuple[int, int]]:
    """Yield the outermost bracketed ranges; a bracket that closes nothing is just a character."""
    stack: list[int] = []
    for found in _BRACKET.finditer(text, 0, limit + 300):
        if found[0] in _OPENING:
            stack.append(found.start())
        elif stack:
            yield stack.pop(), found.end()


def _between_operands(text: str, end: int) -> bool:
    """Return whether the space at `end` stands beside an operator, as in `x ≤ y`."""
    before = text[end - 1 : end]
    after = text[end + 1 : end + 2]
    return before in _OPERATOR or (after in _OPERATOR and bool(after))


def _without_comma(text: str, end: int) -> int:
    while end > 1 and text[end - 1] in ",;:–—-(":
        end -= 1
    return end


def _last_resort(text: str, limit: int) -> int:
    """One word longer than the limit: cut it, unless it is a link, which is left out."""
    for whole in _WHOLE.finditer(text):
        if whole.start() < limit < whole.end():
            return whole.start()
    return limit
