"""Checks of a finished HTML part: can everybody read it, and does every link lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import NamedTuple

from digest.composing.checks.finding import Finding
from digest.composing.checks.style_rules import (
    NO_SHEETS,
    Compound,
    Scheme,
    element_style,
    extended,
)
from digest.composing.links import web_url
from digest.composing.palette import AA, contrast
from digest.composing.wrapping import columns

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
_HIDDEN = {"head", "style", "title", "script"}
_LEFTOVERS = re.compile(r"\{\{|\{%|\{#|%\}|\}\}|<mj-[a-z]+|\{[a-z]+\}|%\([a-z]+\)s|[\ue000-\uf8ff]")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {"p", "div", "table", "tr", "td", "th", "ul", "ol", "li", "br", "hr", "body",
           "blockquote", "pre", *_HEADINGS}  # fmt: skip
_LENGTH = re.compile(r"\s*([0-9.]+)\s*(px|pt)?\s*(?:!|$)")
_NUMBER = re.compile(r"\s*([0-9]*\.?[0-9]+)")
_HARDLY_SEEN = 0.05  # of an opacity; a font is larger, or is not to be seen
_FETCHES = re.compile(r"url\(|@import|src\s*=\s*[\"']?https?:", re.IGNORECASE)
_SPOT = 2  # pixels: no picture is as small that somebody is to see
_WHEN: dict[Scheme, str] = {"light": "", "dark": "by night, ", "outlook": "by night in Outlook, "}
BLANKS = re.compile(r"[\s\u00a0\u034f\u200c]+")
_STYLE_LIMIT = 16_000  # bytes of all <style>: Gmail ignores what comes after


@dataclass(slots=True)
class StyledBlock:
    """The visible words of a paragraph, a cell or a heading."""

    words: list[str] = field(default_factory=list)
    is_label: bool = True  # all of them are a link's own, outside of headings


class Unseen(NamedTuple):
    """Why text that takes its place is not seen; an element inside may change each."""

    invisible: bool = False  # visibility: hidden
    tiny: bool = False  # font-size: 0
    clear: bool = False  # opacity: 0, which nothing inside changes

    def within(self, style: Mapping[str, str]) -> Unseen:
        """Return what holds inside an element of this style."""
        size, visibility = style.get("font-size"), style.get("visibility")
        return Unseen(
            self.invisible if visibility is None else visibility in ("hidden", "collapse"),
            self.tiny if size is None else _is_nothing(size),
            self.clear or _is_nothing(style.get("opacity", "1")),
        )


def _is_nothing(number: str) -> bool:
    """Return whether a size, an opacity or a share is so small that nothing is seen."""
    found = _NUMBER.match(number)
    return found is not None and float(found[1]) < _HARDLY_SEEN


@dataclass(slots=True)
class _Open:
    """An element that is open, and the colours inside it."""

    boxes: tuple[Compound, ...]  # the elements around it, and it
    colours: dict[Scheme, tuple[str, str]]  # of the text and of what is behind it
    hidden: bool  # with all that is in it
    unseen: Unseen  # what is in it may be shown again

    @property
    def tag(self) -> str:
        return self.boxes[-1][0]


class _Reader(HTMLParser):
    """Walks the mail once and notes what is wrong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.findings: list[Finding] = []
        self.links: list[str] = []
        self.blocks = [StyledBlock()]
        self._headings: list[int] = []
        self._sheets = NO_SHEETS
        plain: tuple[str, str] = ("#000000", "#ffffff")
        self._open = [_Open((("", frozenset()),), dict.fromkeys(_WHEN, plain), False, Unseen())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element's faults and its colours."""
        named = {name: value or "" for name, value in attrs}
        above = self._open[-1]
        boxes = (*above.boxes, (tag, frozenset(named.get("class", "").split())))
        style = element_style(self._sheets, boxes, named.get("style", ""), named.get("bgcolor", ""))
        self._check(tag, named, style.light)
        if tag in _BLOCKS:
            self.blocks.append(StyledBlock())
        colours = {
            scheme: (ink or above.colours[scheme][0], ground or above.colours[scheme][1])
            for scheme, (ink, ground) in style.colours.items()
        }
        element = _Open(boxes, colours, above.hidden, above.unseen.within(style.light))
        if alt := named.get("alt", ""):  # where no pictures are loaded it is text
            self._check_contrast(element, alt)
        if tag in _VOID:
            return
        element.hidden |= style.light.get("display") == "none" or tag in _HIDDEN
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those left open inside it."""
        if tag in _BLOCKS:
            self.blocks.append(StyledBlock())
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Note visible words, and whether they can be read on their ground."""
        around = self._open[-1]
        if around.tag == "style":
            self._sheets = extended(self._sheets, data)
            self._check_fetches(data, "a style sheet")
            return
        words = BLANKS.sub(" ", data).strip()
        if around.hidden or any(around.unseen) or not words:
            return
        self.blocks[-1].words.append(words)
        tags = {each.tag for each in self._open}
        self.blocks[-1].is_label &= "a" in tags and tags.isdisjoint(_HEADINGS)
        self._check_contrast(around, words)

    def _check_contrast(self, element: _Open, words: str) -> None:
        for scheme, (colour, background) in element.colours.items():
            ratio = contrast(colour, background)
            if ratio < AA:
                self._note(
                    "contrast",
                    "error",
                    f"{_WHEN[scheme]}{colour} on {background} has a contrast of {ratio:.1f}; "
                    f"text needs {AA}: {words[:40]!r}",
                    colour,
                )

    def handle_comment(self, data: str) -> None:
        """Note what Outlook alone would fetch: it reads conditional comments."""
        self._check_fetches(data, "a comment for Outlook")

    def _check_fetches(self, text: str, where: str) -> None:
        if found := _FETCHES.search(text):
            self._note("tracking", "error", f"{where} fetches something: use <img>, with an alt",
                       found[0])  # fmt: skip

    def _check(self, tag: str, named: Mapping[str, str], style: Mapping[str, str]) -> None:
        if "background" in named or "srcset" in named or "poster" in named:
            self._note("tracking", "error", "a picture that is no <img>: nobody hears what it says",
                       "background=")  # fmt: skip
        self._check_fetches(named.get("style", ""), "a style")
        if tag == "html" and not named.get("lang"):
            self._note("lang", "error", "<html> says no language", "<mjml")
        if tag == "table" and named.get("role") not in ("presentation", "none"):
            self._note("role", "error", 'a layout table needs role="presentation"', "<table")
        if tag == "img":
            self._image(named, style)
        if tag == "a":
            self._link(named.get("href", ""))
        if tag in (
            "script",
            "form",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "video",
            "audio",
            "picture",
            "svg",
            "input",
        ):
            self._note("element", "error", f"no mail client lets <{tag}> live", f"<{tag}")
        if tag in _HEADINGS:
            self._heading(int(tag[1]))

    def _image(self, named: Mapping[str, str], style: Mapping[str, str]) -> None:
        source = named.get("src", "")
        if "alt" not in named:
            self._note("alt", "error", f"a picture without alt: {source[:60]}", "<img")
        if web_url(source) is None and not source.startswith("cid:"):
            self._note("link", "error", f"a picture's address is no http(s) one: {source[:60]!r}",
                       "<img")  # fmt: skip
        if self._open[-1].hidden or _is_spot(named, style):
            self._note("tracking", "error", "a picture that nobody can see looks like a spy",
                       "<img")  # fmt: skip

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
    """Return whether a link's address is one that can be followed."""
    return (address.startswith("mailto:") and "@" in address) or web_url(address) is not None


def _is_spot(named: Mapping[str, str], style: Mapping[str, str]) -> bool:
    """Return whether a picture is too small to see, or hidden."""
    if style.get("display") == "none" or style.get("visibility") == "hidden":
        return True
    if _is_nothing(style.get("opacity", "1")):
        return True
    lengths = [named.get("width"), named.get("height")]
    lengths += [style.get(name) for name in ("width", "height", "max-width", "max-height")]
    found = [_LENGTH.match(length) for length in lengths if length]
    return any(each is not None and float(each[1]) <= _SPOT for each in found)


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
    return " ".join([word for block in blocks_of(html) for word in block.words])


def blocks_of(html: str) -> list[StyledBlock]:
    """Return each paragraph, cell and heading with visible words, in order."""
    return [block for block in _read(html).blocks if block.words]


@lru_cache(maxsize=2)  # several checks ask about the same mail one after the other
def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader
