"""Keyword text → its lines, each with what its beginning says of all of it. Pure.

`Robots: grasping, "imitation learning"` names a group. `never: …`, `must: …` and `by: …` say for a
whole line what `-`, `+` and `author:` say for a word; `keywords:` says nothing. Bullets and numbers
of a list say nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from subscribers.line_labels import said_by
from subscribers.messages import Message, message
from subscribers.profile_words import DASHES, bare
from subscribers.search_syntax import Scope, search_field

LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
MOST_LETTERS = 40  # of a group's name

_LINE = re.compile(rf"[^{LINE_ENDS}]+")
# Each line is looked at, and white space crosses lines: no run of it is followed for ever.
_BULLET = re.compile(
    r"\s{0,60}(?:(?:[•●▪◦‣∙·✓✔➤►▶→○■□☐☑]|(?:\*|#{1,6}|\([a-z]\)|[a-z]\)|\[[ xX]?\])(?=\s))"
    r"\s{0,60}){1,8}(?=\S)"
)
_NUMBER = re.compile(r"\s{0,60}\(?\d{1,3}[.)]\s{1,60}")
_DASH = re.compile(rf"\s{{0,60}}[{re.escape(DASHES)}]\s{{1,60}}(?:\[[ xX]?\]\s+)?(?=\S)")
_HEAD = re.compile(
    r"\s*(?P<name>[^,;:：\"“”„«»()\[\]{}^+<>\n]{1,60}?)\s*(?P<colon>[:：])(?P<gap>\s*)"
)
_LISTED = re.compile(
    rf"[,，、،;；؛\"“„«+]|(?:^|\s)[{re.escape(DASHES)}]\S|\b(?:AND|OR|NOT|UND|ODER|NICHT)\b|\s[·•|]\s"
)

_GROUP = re.compile(r"^(?:(?:group|Gruppe|groupe|grupo|分组) )+")
_OURS = frozenset(
    (
        *("title", "author", "org"),
        *("intitle", "allintitle", "intext", "allintext", "inauthor", "allinauthor"),
    )
)


@dataclass(frozen=True, slots=True)
class LineStyle:
    """What the beginning of a line says of everything in it."""

    group: str = ""
    excluded: bool = False
    required: bool = False
    scope: Scope | None = None

    @property
    def marks(self) -> bool:
        """Whether it changes what an item is, beside its group."""
        return self.excluded or self.required or self.scope is not None


PLAIN = LineStyle()


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of the text that is read on its own."""

    start: int
    end: int
    style: LineStyle = PLAIN
    remark: Message | None = None  # what a reader should know of how its beginning was read


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines that hold anything, without bullets, numbers and what names them."""
    if ":" not in text and "：" not in text and not _BULLET.match(text) and not _has_lists(text):
        yield Line(0, len(text))
        return
    dashed = _dashed(text)
    heads = _heads(text, dashed)
    many = sum(head is not None and head[2] is None for head in heads.values()) > 1
    section = PLAIN
    last = -1
    for found in _LINE.finditer(text):
        start, end = _without_bullet(text, found.start(), dashed), found.end()
        if not text[start:end].strip():
            continue
        if "\n" in text[last:start].replace("\n", "", 1) and last >= 0:
            section = PLAIN  # a blank line ends what a heading began
        last = end
        is_above = dashed and start == found.start()
        if is_above and is_plain_label(bare(text[start:end].strip())):
            section = PLAIN
            continue  # the heading of a list
        head = heads.get(found.start())
        if head is None:
            yield Line(start, end, section)
            continue
        name, begin, known = head
        style = known or LineStyle(group=name)
        if begin >= end or not text[begin:end].strip():
            section = style
        elif known is not None or many or _LISTED.search(text, begin, end):
            section = PLAIN
            yield Line(begin, end, style)
        else:
            section = PLAIN
            yield Line(start, end, PLAIN, _one_item(name))


def _one_item(name: str) -> Message:
    return message(
        "the words before and after the colon are one item; for a group write “{name}: this, that”",
        name=name,
    )


def _has_lists(text: str) -> bool:
    return any(end in text for end in LINE_ENDS)


def _dashed(text: str) -> frozenset[int]:
    """Return where lines begin whose dash is a bullet.

    So it is below a heading, and where every line has one, and there are several.
    """
    lines = [found for found in _LINE.finditer(text) if found[0].strip()]
    listed = [found.start() for found in lines if not _is_heading(found[0])]
    all_are = len(listed) > 1 and all(_DASH.match(text, start) for start in listed)
    found, below = set(), False
    for line in lines:
        is_dash = _DASH.match(line[0]) is not None
        below = _is_heading(line[0]) or (below and is_dash)
        if is_dash and (below or all_are):
            found.add(line.start())
    return frozenset(found)


def _is_heading(line: str) -> bool:
    """Return whether a line heads a list: it ends with a colon, or is such as `My interests`."""
    return line.rstrip().endswith((":", "：")) or is_label(bare(line.strip()))


def _without_bullet(text: str, start: int, dashed: frozenset[int]) -> int:
    if start in dashed and (dash := _DASH.match(text, start)):
        return dash.end()
    bullet = _BULLET.match(text, start)
    return bullet.end() if bullet else start


def _heads(
    text: str, dashed: frozenset[int]
) -> dict[int, tuple[str, int, LineStyle | None] | None]:
    """Return for each line's start the name before its colon, where the rest begins, its style."""
    found: dict[int, tuple[str, int, LineStyle | None] | None] = {}
    for line in _LINE.finditer(text):
        if head := _head(text, _without_bullet(text, line.start(), dashed), line.end()):
            found[line.start()] = head
    last = max((line.start() for line in _LINE.finditer(text) if line[0].strip()), default=-1)
    head = found.get(last)
    if head and head[2] is None and not text[head[1] :].strip():
        del found[last]  # nothing follows `Robots:`: it is a word with a colon
    return found


def _head(text: str, start: int, end: int) -> tuple[str, int, LineStyle | None] | None:
    if number := _NUMBER.match(text, start, end):
        start = number.end()
    head = _HEAD.match(text, start, end)
    if not head:
        return _lone_label(text, start, end)
    name = bare(" ".join(head["name"].split()).strip("*_"))
    name = bare(_GROUP.sub("", name))  # as `understood` writes it
    folded = name.casefold()
    style = _style(folded)
    spaced = head["gap"] or head.end() == end or text[head.end()] in '"“„«'
    spaced = spaced or head["colon"] == "："  # which is as wide as a colon and a space
    if style is not None and (spaced or style == PLAIN):
        return name, head.end(), style
    full_width = head["colon"] == "：" and not name.isascii() and name.replace(" ", "").isalnum()
    if folded in _OURS or (search_field(name) and not head["gap"]):
        return None
    short = name and len(name) <= MOST_LETTERS and len(name.split()) < 6
    fits = short and name[0].isalnum() and not _NUMBER.match(name)
    if not fits or not (spaced or full_width):
        return None
    return name, head.end(), None


def _lone_label(text: str, start: int, end: int) -> tuple[str, int, LineStyle] | None:
    """Read `Never` or, before all else, `Keywords` on a line of its own, as with a colon."""
    name = bare(text[start:end].strip())
    style = _style(" ".join(name.casefold().split()))
    first = not text[:start].strip()
    if (
        style is None
        or not text[end:].strip()
        or not (style.excluded or (first and style == PLAIN))
    ):
        return None
    return name, end, style


def is_label(name: str) -> bool:
    """Return whether a name before a colon says what all after it is: `never`, `topics`."""
    return _style(" ".join(name.casefold().split())) is not None


def is_plain_label(name: str) -> bool:
    """Return whether a name only says that keywords follow: `Index Terms`, `topics`."""
    return _style(" ".join(name.casefold().split())) == PLAIN


def _style(name: str) -> LineStyle | None:
    said = said_by(name)
    if said is None:
        return None
    if said in ("author", "org"):
        return LineStyle(scope=said)
    return LineStyle(excluded=said == "never", required=said == "must")
