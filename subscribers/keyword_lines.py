"""Keyword text → its lines, each with what its beginning says of all of it. Pure.

`Robots: grasping, "imitation learning"` names a group. `never: …`, `must: …` and `by: …` say for a
whole line what `-`, `+` and `author:` say for a word; `keywords:` says nothing. Bullets and numbers
of a list say nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

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

_NOTHING = """
author keywords|
keywords and phrases|all fields|any field|anywhere|include|interested in|looking for|
keywords|keyword|key words|my keywords|index terms|search terms|topics|topic|my topics|interests|
interest|my interests|research interests|my research interests|research topics|areas|
areas of interest|tags|subjects|fields|wants|wanted|any of|one of|
papers|articles|papers on|papers about|
stichwörter|stichworte|schlüsselwörter|schlagwörter|suchbegriffe|themen|
interessen|forschungsinteressen|gesucht|mots-clés|
mots clés|sujets|thèmes|recherché|palabras clave|temas|intereses|buscado|
palavras-chave|assuntos|interesses|procurado|关键词|关键字|主题|想看|キーワード|ключевые слова
"""
_NEVER = """
never|none of|not|no|exclude|excluded|excluding|exclusions|without|except|not interested in|nie|
niemals|nicht|ohne|ausschließen|ausgeschlossen|kein|keine|
jamais|sans|sauf|exclure|exclu|nunca|sin|excepto|excluir|excluido|
sem|exceto|excluído|não|绝不|不看|不要|排除
"""
_MUST = """
must|all of|must have|must include|must contain|required|always|only|immer|muss|pflicht|nur|
unbedingt|
obligatoire|toujours|obligatorio|siempre|solo|sólo|obrigatório|sempre|só|必须|必需
"""
_BY = """
by|authors|people|researchers|autoren|autorinnen|autorinnen und autoren|von|
par|auteurs|autrices|por|autores|autoras|作者
"""
_FROM = """
from|affiliation|affiliations|institution|institutions|organisation|organisations|organization|
organizations|university|universities|hochschulen|einrichtungen|établissements|instituciones|
instituições|机构
"""


_GROUP = re.compile(r"^(?:(?:group|Gruppe|groupe|grupo|分组) )+")
_OURS = frozenset(
    (
        *("title", "author", "org"),
        *("intitle", "allintitle", "intext", "allintext", "inauthor", "allinauthor"),
    )
)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split("|"))


_SAY_NOTHING, _SAY_NEVER, _SAY_MUST, _SAY_BY, _SAY_FROM = map(
    _names, (_NOTHING, _NEVER, _MUST, _BY, _FROM)
)
_LABELLED = (" keywords", " key words", " interests", " search terms")  # whose they are


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
    dashed = _all_dashed(text)
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
        if dashed and start == found.start() and is_label(bare(text[start:end].strip())):
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


def _all_dashed(text: str) -> bool:
    """Return whether every line begins with a dash and a space, and there are several: a list.

    What heads it needs none: it ends with a colon, or is such as `My interests`.
    """
    lines = [line for line in _LINE.findall(text) if line.strip()]
    listed = [
        line
        for line in lines
        if not line.rstrip().endswith((":", "：")) and not is_label(bare(line.strip()))
    ]
    return len(listed) > 1 and all(map(_DASH.match, listed))


def _without_bullet(text: str, start: int, dashed: bool) -> int:
    if dashed and (dash := _DASH.match(text, start)):
        return dash.end()
    bullet = _BULLET.match(text, start)
    return bullet.end() if bullet else start


def _heads(text: str, dashed: bool) -> dict[int, tuple[str, int, LineStyle | None] | None]:
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
    if style is not None and (spaced or folded in _SAY_NOTHING):
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
    if name in _SAY_NOTHING or name.endswith(_LABELLED):
        return PLAIN
    if name in _SAY_NEVER:
        return replace(PLAIN, excluded=True)
    if name in _SAY_MUST:
        return replace(PLAIN, required=True)
    if name in _SAY_BY:
        return replace(PLAIN, scope="author")
    if name in _SAY_FROM:
        return replace(PLAIN, scope="org")
    return None
