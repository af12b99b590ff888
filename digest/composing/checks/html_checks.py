"""Checks of a finished HTML part: can everybody read it, and does every link lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from digest.composing.checks.finding import Finding
from digest.composing.links import web_url
from digest.composing.palette import AA, contrast
from digest.composing.wrapping import columns

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
_HIDDEN = {"head", "style", "title", "script"}
_LEFTOVERS = re.compile(r"\{\{|\{%|\{#|%\}|\}\}|<mj-[a-z]+|\{[a-z]+\}|%\([a-z]+\)s|[\ue000-\uf8ff]")
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*(#[0-9a-f]{6})", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*(#[0-9a-f]{6})", re.IGNORECASE)
BLANKS = re.compile(r"[\s\u00a0\u034f\u200c]+")
_STYLE_LIMIT = 16_000  # bytes of all <style>: Gmail ignores what comes after


@dataclass(slots=True)
class _Open:
    """An element that is open, and the colours inside it."""

    tag: str
    colour: str
    background: str
    hidden: bool


class _Reader(HTMLParser):
    """Walks the mail once and notes what is wrong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.findings: list[Finding] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._headings: list[int] = []
        self._open = [_Open("", "#000000", "#ffffff", False)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element's faults and its colours."""
        named = {name: value or "" for name, value in attrs}
        self._check(tag, named)
        if tag in _VOID:
            return
        above = self._open[-1]
        colour, background, hidden = _style_of(named.get("style", ""))
        self._open.append(
            _Open(
                tag,
                colour or above.colour,
                background or above.background,
                above.hidden or hidden or tag in _HIDDEN,
            )
        )

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those left open inside it."""
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Note visible words, and whether they can be read on their ground."""
        around = self._open[-1]
        words = BLANKS.sub(" ", data).strip()
        if around.hidden or not words:
            return
        self.words.append(words)
        ratio = contrast(around.colour, around.background)
        if ratio < AA:
            self._note(
                "contrast",
                "error",
                f"{around.colour} on {around.background} has a contrast of {ratio:.1f}; "
                f"text needs {AA}: {words[:40]!r}",
                around.colour,
            )

    def _check(self, tag: str, named: dict[str, str]) -> None:
        if tag == "html" and not named.get("lang"):
            self._note("lang", "error", "<html> says no language", "<mjml")
        if tag == "table" and named.get("role") not in ("presentation", "none"):
            self._note("role", "error", 'a layout table needs role="presentation"', "<table")
        if tag == "img":
            self._image(named)
        if tag == "a":
            self._link(named.get("href", ""))
        if tag in ("script", "form", "iframe", "object", "embed", "link", "base"):
            self._note("element", "error", f"no mail client lets <{tag}> live", f"<{tag}")
        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._heading(int(tag[1]))

    def _image(self, named: dict[str, str]) -> None:
        source = named.get("src", "")
        if "alt" not in named:
            self._note("alt", "error", f"a picture without alt: {source[:60]}", "<img")
        if web_url(source) is None and not source.startswith("cid:"):
            self._note("link", "error", f"a picture's address is no http(s) one: {source[:60]!r}",
                       "<img")  # fmt: skip
        if named.get("width") == "1" or named.get("height") == "1":
            self._note("tracking", "error", "a picture of one pixel looks like a spy", "<img")

    def _link(self, address: str) -> None:
        self.links.append(address)
        if not leads_somewhere(address):
            self._note("link", "error", f"a link leads nowhere: {address[:80]!r}", f'"{address}"')

    def _heading(self, level: int) -> None:
        before = self._headings[-1] if self._headings else 0
        self._headings.append(level)
        if level > before + 1:
            self._note("headings", "error", f"<h{level}> follows <h{before}>: a level is missing"
                       if before else f"the first heading is <h{level}>, not <h1>",
                       f"<h{level}")  # fmt: skip
        if level == 1 and self._headings.count(1) > 1:
            self._note("headings", "error", "there is more than one <h1>", "<h1")

    def _note(self, check: str, severity: str, message: str, needle: str = "") -> None:
        serious = "error" if severity == "error" else "warning"
        self.findings.append(Finding(check, serious, message, needle=needle))  # type: ignore[arg-type]


def leads_somewhere(address: str) -> bool:
    """Say whether a link's address is one that can be followed."""
    return (address.startswith("mailto:") and "@" in address) or web_url(address) is not None


@lru_cache(maxsize=4096)  # a template has few styles
def _style_of(style: str) -> tuple[str, str, bool]:
    """Return a style's colour, its background, and whether it hides; empty: it does not say."""
    style = style.replace("&#39;", "'")
    colour, background = _COLOUR.search(style), _BACKGROUND.search(style)
    return (
        colour[1].lower() if colour else "",
        background[1].lower() if background else "",
        "display:none" in style.replace(" ", ""),
    )


def html_findings(html: str) -> list[Finding]:
    """Return what is wrong with a finished HTML part, its holes filled."""
    reader = _read(html)
    found = list(reader.findings)
    styles = sum(len(s.encode()) for s in re.findall(r"<style[^>]*>.*?</style>", html, re.DOTALL))
    if styles > _STYLE_LIMIT:
        found.append(Finding("style-size", "error",
                             f"<style> has {styles} bytes; Gmail reads {_STYLE_LIMIT}",
                             needle="<mj-style"))  # fmt: skip
    if 'name="viewport"' not in html:
        found.append(Finding("viewport", "warning", "there is no viewport meta element"))
    if "color-scheme" not in html:
        found.append(Finding("dark", "warning", "nothing says that the mail knows dark mode"))
    return found


def leftover_findings(text: str, what: str) -> Iterator[Finding]:
    """Yield what a template left behind: braces, MJML elements, unfilled holes.

    Only for specimens: a real abstract may be full of braces.
    """
    for leftover in dict.fromkeys(_LEFTOVERS.findall(text)):
        at = text.index(leftover)
        around = " ".join(text[max(0, at - 30) : at + 40].split())
        message = f"{leftover!r} is left over in the {what}: …{around}…"
        yield Finding("leftover", "error", message, needle=leftover)


def text_findings(text: str, width: int = 72) -> Iterator[Finding]:
    """Yield the text twin's overlong lines; a line that holds a link may be as long as it is."""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        breakable = len(line.removeprefix("* ").split()) > 1
        if columns(line) > width and breakable and "://" not in line and "mailto:" not in line:
            message = f"line {number} of the text part has {columns(line)} columns: {line[:50]!r}"
            yield Finding("wrap", "warning", message, needle=line.strip()[:20])


def links_of(html: str) -> list[str]:
    """Return every link's address, in order."""
    return list(_read(html).links)


def words_of(html: str) -> str:
    """Return the visible words, in order, as one line."""
    return " ".join(_read(html).words)


@lru_cache(maxsize=2)  # several checks ask about the same mail one after the other
def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader
