"""Links, references and images of Markdown as crawlers write it: text kept, addresses apart."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

_SIGNS = re.compile(
    r"\]\((?:https?://|/|#)|\]\[\d{1,4}\]|^\s*(?:[-*+•] )?#{1,6}\s+\S", re.MULTILINE
)
_DEFINITION = re.compile(
    r"\s*(?:[-*+•]\s+)?\[(?P<name>[^\[\]]{1,60})\]:\s*<?(?P<url>\S+?)>?(?:\s+[\"'(].*)?\s*"
)
_TOKEN = re.compile(r"\\.|!?\[|\]", re.DOTALL)
_TARGET = re.compile(
    r"\]\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<url>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\n[^()\s]+)?))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_REFERENCE = re.compile(r"\] ?\[(?P<name>[^\[\]\n]{0,60})\]")
_ALT = re.compile(r"\s*\[[^\[\]\n]{0,80}\]\s*(?=[^\s\]])")
_LINE_OPENER = re.compile(r"^[ \t>#*+-]*\[", re.MULTILINE)
_SITE = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Linked:
    """Lines without their links' marks, and where each link led."""

    lines: tuple[str, ...]
    links: tuple[tuple[int, int, str], ...] = ()  # first line, last line, address
    definitions: frozenset[int] = frozenset()  # lines that define references
    stripped: frozenset[int] = frozenset()  # lines that marks were taken off
    spans: dict[int, int] = field(default_factory=dict)  # of a link over several lines
    is_marked: bool = False

    def links_between(self, first: int, last: int) -> tuple[str, ...]:
        """Return the addresses of the links that begin on these lines."""
        return tuple(url for begin, _, url in self.links if first <= begin <= last)


def is_markdown(lines: Sequence[str]) -> bool:
    """Return whether a text has headings or links as Markdown writes them."""
    return _SIGNS.search("\n".join(lines)) is not None


def resolve_links(lines: Sequence[str]) -> Linked:
    """Return lines with links as their text, images as nothing, and the addresses apart."""
    definitions = {
        n: found for n, line in enumerate(lines, 1) if (found := _DEFINITION.fullmatch(line))
    }
    urls = {found["name"].lower(): found["url"] for found in definitions.values()}
    kept = ["" if n in definitions else line for n, line in enumerate(lines, 1)]
    return _Resolver("\n".join(kept), urls, frozenset(definitions)).resolve()


class _Resolver:
    """One pass over a text's brackets."""

    def __init__(self, text: str, urls: dict[str, str], definitions: frozenset[int]) -> None:
        self._text = text
        self._urls = urls
        self._definitions = definitions
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._cuts: list[tuple[int, int, str]] = []  # from, to, what stands there instead
        self._links: list[tuple[int, int, str]] = []
        self._spans: dict[int, int] = {}
        self._done = 0  # where the last link ended

    def resolve(self) -> Linked:
        opened: list[tuple[int, bool]] = []
        for token in _TOKEN.finditer(self._text):
            if token.start() < self._done or token[0].startswith("\\"):
                continue
            if token[0] != "]":
                opened.append((token.start(), token[0] == "!["))
                continue
            opener = opened.pop() if opened else None
            if (target := self._target(token.start())) is not None:
                self._close(opener, opened, token.start(), *target)
        return self._linked()

    def _target(self, at: int) -> tuple[int, str] | None:
        """Return where a link's address ends, and the address."""
        if found := _TARGET.match(self._text, at):
            url = found["angled"] if found["angled"] is not None else found["url"]
            return found.end(), url.replace("\n", "")
        found = _REFERENCE.match(self._text, at)
        if found and found["name"].lower() in self._urls:
            return found.end(), self._urls[found["name"].lower()]
        if found and found["name"].isdigit() and self._line(at) == self._line(found.end()):
            line_end = self._text.find("\n", found.end())
            rest = self._text[found.end() : line_end if line_end >= 0 else None]
            # A reference whose definition was cut off with the end of the page.
            return (found.end(), "") if not rest.strip() and "://" not in rest else None
        return None

    def _close(
        self, opener: tuple[int, bool] | None, opened: list[tuple[int, bool]],
        at: int, end: int, url: str,
    ) -> None:  # fmt: skip
        start, is_image = opener or (None, False)
        if is_image and start is not None:
            self._cuts.append((start, end, ""))
            self._done = max(self._done, end)
            return
        if start is None or not self._at_line_start(start):
            start = self._outer(opened, start, at)
        if start is not None:
            self._cut_opener(start, at)
        glued = self._text[end : end + 1].isalnum()
        self._cuts.append((at, end, " " if glued else ""))
        address = f"{_SITE}{url}" if url.startswith("/") else url
        first = self._line(start if start is not None else at)
        if address.startswith(("http://", "https://")):
            self._links.append((first, self._line(at), address))
        if self._line(at) > first:
            self._spans[first] = self._line(at)
        self._done = end

    def _cut_opener(self, start: int, at: int) -> None:
        alt = _ALT.match(self._text, start + 1)
        is_heading = (
            self._text[self._starts[self._line(start) - 1] : start].lstrip().startswith("#")
        )
        end = alt.end() if alt and alt.end() < at and not is_heading else start + 1
        before = self._text[start - 1 : start]
        self._cuts.append(
            (start, end, " " if before and (before.isalnum() or before == ",") else "")
        )

    def _outer(self, opened: list[tuple[int, bool]], inner: int | None, before: int) -> int | None:
        """Return the bracket at a line's start that a link must have begun with.

        An abstract may hold a bracket that nothing closes: `[0, 1)`.
        """
        for at in range(len(opened) - 1, -1, -1):
            if not opened[at][1] and self._at_line_start(opened[at][0]):
                start = opened[at][0]
                if inner is None or self._line(inner) == self._line(start):
                    del opened[at:]
                    return start
        if inner is not None:
            return inner
        found = _LINE_OPENER.search(self._text, self._done, before)
        return found.end() - 1 if found else None

    def _at_line_start(self, at: int) -> bool:
        begin = self._starts[self._line(at) - 1]
        return not self._text[begin:at].strip(" \t>#*+-•·")

    def _line(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def _linked(self) -> Linked:
        out: list[str] = []
        done = 0
        for begin, end, instead in sorted(self._cuts):
            if begin < done:
                continue
            out += [self._text[done:begin], instead, "\n" * self._text.count("\n", begin, end)]
            done = end
        lines = "".join([*out, self._text[done:]]).split("\n")
        stripped = frozenset(self._line(begin) for begin, _, _ in self._cuts)
        return Linked(
            tuple(lines), tuple(self._links), self._definitions, stripped, self._spans, True
        )
