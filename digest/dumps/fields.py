"""Reading single fields of a source that may hold anything: numbers as text, lists, nothing.

Pure. A field that cannot be used is absent; it never costs the paper.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

LARGEST_COUNT = 2**31 - 1
MAX_TEXT = 200_000  # characters; a longer field is not a title, an abstract or a name
MAX_NAMES = 10_000

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ATTRIBUTES = r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/?>"
_INLINE = re.compile(
    r"</?(?:(?:jats:)?(?:i|b|em|strong|sub|sup|sc|scp|small|u|span|a|italic|bold|bold-italic|tt"
    r"|code|roman|monospace|sans-serif|underline|overline|strike|styled-content|named-content"
    r"|inline-formula|disp-formula|alternatives|tex-math|inf|emph|email|ext-link|xref|font)"
    r"|mml:[a-z]+|math|m(?:i|n|o|row|sub|sup|subsup|frac|text|space|style|over|under|sqrt|fenced))"
    + _ATTRIBUTES,
    re.I,
)
# A formula that JATS gives twice, and the frame of a document that Springer puts around its TeX.
_FORMULA_AGAIN = re.compile(r"(</(?:jats:)?tex-math>)\s*<mml:math\b.*?</mml:math>", re.I | re.S)
_TEX_FRAME = re.compile(r"\\documentclass.*?\\begin\{document\}|\\end\{document\}", re.S)
_PAIR = re.compile(r"<(\w+)>[^<>]*</\1>")  # what a source has escaped: &lt;i&gt;x&lt;/i&gt;
_BLOCK = re.compile(
    r"</?(?:jats:)?(?:p|br|div|ul|ol|li|title|sec|h[1-6]|tr|td|blockquote)" + _ATTRIBUTES, re.I
)
_TAG_NAMES = "|".join(
    """
    a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas
    caption center cite code col colgroup data dd del details dfn dialog div dl dt em embed
    fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img
    input ins kbd label legend li link main map mark math menu meta mfrac mi mn mo mrow msub
    msubsup msup mtext nav noscript object ol optgroup option p param picture pre q rp rt ruby s
    samp script sec section select small source span strike strong style sub summary sup svg table
    tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr
    bold italic monospace roman
    """.split()  # noqa: SIM905
)
_VALUE = r"(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))"
# A sign that begins no tag: `T <Tc`, `a<b holds`. An attribute without a value is one of few.
_LESS_THAN = re.compile(
    rf"<(?!!--|!\[|!doctype|\?|/?(?:{_TAG_NAMES}|\w+[:-][\w:-]+)"
    rf"(?:\s+[\w:-]+{_VALUE}|\s+(?:hidden|async|defer|controls|disabled|open|reversed))*\s*/?>"
    rf"|/?(?:{_TAG_NAMES})\s[^<>]*=[^<>]*\Z)",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*")
_NEVER_OPEN = frozenset(  # void elements, and those whose end tag HTML lets one leave out
    [
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody"),
        *("tfoot", "option", "optgroup", "colgroup", "rp", "rt", "html", "head", "body"),
    ]
)
MAX_NESTING = 512  # HTML parsers need time by size times depth; a page has less than 100

_PARAGRAPH = "\u2029"  # Unicode's own paragraph separator: it marks where a block begins or ends


def text(value: object) -> str:
    """Return a string as it came, without what no store can hold; anything else is ''."""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return ""
    return _LONE_SURROGATE.sub("\ufffd", value).replace("\0", "").strip()


def count(value: object) -> int | None:
    """Return a plausible count (0 or more), also from its digits; else None."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value) if len(value) < 12 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_COUNT else None


def moment(value: object) -> datetime | None:
    """Return a timestamp as an aware moment (UTC where it names no zone)."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def names(value: object) -> tuple[str, ...]:
    """Return author names from strings or from objects with `name` (or `fullname`)."""
    if not isinstance(value, list):
        return ()
    found = []
    for each in value[:MAX_NAMES]:
        told = (each.get("name") or each.get("fullname")) if isinstance(each, dict) else each
        if name := text(told):
            found.append(name)
    return tuple(found)


def words(value: object) -> tuple[str, ...]:
    """Return a list's strings, once each, in order."""
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(filter(None, (text(each) for each in value[:MAX_NAMES]))))


def web_address(value: object) -> str | None:
    """Return an absolute http(s) address without white space; else None."""
    address = text(value)
    if not address or len(address) > 2_000 or re.search(r"[\s<>\"\x00-\x1f\x7f\\]", address):
        return None
    try:
        parts = urlsplit(address)
        hostname, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return address if parts.scheme.lower() in ("http", "https") and hostname else None


def without_markup(value: str) -> str:
    """Return plain text whose few known tags and entities are resolved (`<i>E. coli</i>`).

    For sources that promise text: `a<b and c>d` stays.
    """
    bare = _without_tags(value)
    if "&" not in bare:
        return bare
    told = html.unescape(bare)
    return _without_tags(told) if _PAIR.search(told) else told


def _without_tags(value: str) -> str:
    if "<" not in value:
        return value
    once = _TEX_FRAME.sub("", _FORMULA_AGAIN.sub(r"\1", value)) if "tex-math" in value else value
    return _INLINE.sub("", _BLOCK.sub(" ", once))


def text_of_html(value: str) -> str:
    """Return the visible text of an HTML fragment, one line."""
    return " ".join(paragraphs_of_html(value))


def paragraphs_of_html(value: str) -> list[str]:
    """Return the visible text of an HTML fragment, a line for each of its blocks."""
    value = _LESS_THAN.sub("&lt;", value)
    if "<" not in value and "&" not in value:
        told = value.replace(_PARAGRAPH, " ")
    elif nested_too_deeply(value):
        told = html.unescape(_ANY_TAG.sub(" ", value).replace(">", " "))
    else:
        marked = _BLOCK.sub(lambda tag: f"{_PARAGRAPH}{tag[0]}", value.replace(_PARAGRAPH, " "))
        tree = LexborHTMLParser(marked)
        tree.strip_tags(["script", "style", "template", "noscript"])
        told = tree.body.text() if tree.body else ""
    lines = (" ".join(line.split()) for line in told.split(_PARAGRAPH))
    return [line for line in lines if line]


def nested_too_deeply(markup: str) -> bool:
    """Return whether HTML nests deeper than MAX_NESTING, in time linear in its length."""
    depth = 0
    opened: dict[str, int] = {}
    for tag in _ANY_TAG.finditer(markup):
        name = tag[2].lower()
        if name in _NEVER_OPEN or tag[0].endswith("/"):
            continue
        change = -1 if tag[1] else 1
        if opened.get(name, 0) + change < 0:
            continue  # an end tag without its start
        opened[name] = opened.get(name, 0) + change
        depth += change
        if depth > MAX_NESTING:
            return True
    return False


def first(values: Iterable[str]) -> str:
    """Return the first text that is not empty, or ''."""
    return next(filter(None, values), "")
