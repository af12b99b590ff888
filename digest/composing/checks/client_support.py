"""Which HTML and CSS the readers' mail clients know, by caniemail.com's tests (MIT).

The table is shipped with its date; `scripts/refresh_mail_tables.py` makes it anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from digest.composing.checks.finding import Finding

# What we use although some client lacks it, and what its readers see instead.
FALLBACKS = {
    "css-at-media": "the mail is one column without it",
    "css-at-media-prefers-color-scheme": "the light colours, or the client's own inversion",
    "css-background": "the page's colour is set as background-color too",
    "css-border-radius": "square corners",
    "css-color-scheme": "the light colours",
    "css-cursor": "the usual pointer",
    "css-direction": "the dir attribute says it too",
    "css-display": "links follow each other in the line",
    "css-display-none": "the preheader is one tiny line",
    "css-height": "the picture keeps its own height attribute",
    "css-important": "the light colours",
    "css-letter-spacing": "ordinary spacing",
    "css-margin": "Outlook's Word engine: links stand closer",
    "css-max-height": "the preheader is one tiny line",
    "css-max-width": "Outlook gets a table of fixed width",
    "css-opacity": "the preheader is one tiny line",
    "css-outline": "MJML's own reset for pictures",
    "css-overflow": "the preheader is one tiny line",
    "css-padding": "Outlook's Word engine: links are less tall",
    "css-pseudo-class-hover": "no underline on hover",
    "css-selector-attribute": "only Outlook.com needs those rules",
    "css-selector-descendant": "the light colours",
    "css-selector-grouping": "the light colours",
    "css-selector-class": "everything needed is inline",
    "css-selector-id": "MJML's own reset for Outlook",
    "css-selector-type": "everything needed is inline",
    "css-sytem-ui": "Segoe UI, Roboto or Arial",
    "css-vertical-align": "one column needs none",
    "css-white-space": "a link may break over two lines",
    "css-width": "tables carry a width attribute too",
    "css-word-break": "a long word reaches beyond the margin",
    "css-word-spacing": "ordinary spacing",
    "html-aria-label": "a name for the whole mail, nothing else",
    "html-comments": "conditional comments are for Outlook only",
    "html-doctype": "clients put their own",
    "html-body": "the inner element carries colour and direction too",
    "html-lang": "the inner element carries it too",
    "html-dir": "alignment is set inline too",
    "html-h1-h6": "size and weight are set inline",
    "html-meta-color-scheme": "the light colours",
    "html-role": "nothing changes to the eye",
    "html-target": "clients choose the window themselves",
    "html-style": "everything needed is inline",
    "html-valign": "one column needs none",
}

_CONDITIONAL = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.DOTALL)
_STYLE_BLOCK = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r"\sstyle=\"([^\"]*)\"")
_TAG = re.compile(r"<([a-z][a-z0-9]*)((?:\s+[a-z:-]+(?:=\"[^\"]*\")?)*)\s*/?>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s([a-z-]+)(?:=|\s|$)", re.IGNORECASE)
_DECLARATION = re.compile(r"(?:^|[;{])\s*([a-z-]+)\s*:\s*([^;{}]+)", re.IGNORECASE)
_UNIT = re.compile(r"\d(px|em|rem|vh|vw|vmin|vmax|ch|ex|pt|cm|mm|in|pc|%)")
_FUNCTION = re.compile(r"\b(calc|var|rgba?|clamp|min|max|light-dark|(?:\w+-)?gradient)\(")
_AT_RULE = re.compile(r"@([a-z-]+)([^{;]*)")
_PSEUDO = re.compile(r"(::?)([a-z-]+)(?=[^{}]*\{)")

_BY_ELEMENT = {
    "html-image-maps": {"map", "area"}, "html-lists": {"ul", "ol", "dl"},
    "html-semantics": {"article", "aside", "details", "figcaption", "figure", "footer", "header",
                       "main", "mark", "nav", "section", "summary", "time"},
    "html-h1-h6": {"h1", "h2", "h3", "h4", "h5", "h6"}, "html-strong": {"strong", "b"},
}  # fmt: skip
_FUNCTIONS = {
    "calc": "css-unit-calc", "var": "css-variables", "rgb": "css-rgb", "rgba": "css-rgba",
    "clamp": "css-function-clamp", "min": "css-function-min", "max": "css-function-max",
    "light-dark": "css-function-light-dark", "linear-gradient": "css-linear-gradient",
    "radial-gradient": "css-radial-gradient", "conic-gradient": "css-conic-gradient",
}  # fmt: skip


@cache
def _table() -> dict[str, Any]:
    text = (files("digest.composing") / "data" / "caniemail.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def table_date() -> str:
    """Return the day of the table's data, as YYYY-MM-DD."""
    return str(_table()["date"])


def unsupported(feature: str) -> list[str]:
    """Return the clients that do not support a feature: ["outlook windows", …]."""
    letters = _table()["features"].get(feature, "")
    return [name for name, letter in zip(_table()["clients"], letters, strict=False)
            if letter == "n"]  # fmt: skip


def support_findings(html: str) -> Iterator[Finding]:
    """Yield a warning for each feature used that a client lacks and that has no known fallback."""
    seen: dict[str, str] = {}
    for feature, needle in _used(_CONDITIONAL.sub("", html)):
        seen.setdefault(feature, needle)
    for feature, needle in seen.items():
        lacking = unsupported(feature)
        if lacking and feature not in FALLBACKS:
            yield Finding(
                "client-support",
                "warning",
                f"{feature} is not supported by {', '.join(lacking)} "
                f"(caniemail.com, {table_date()})",
                needle=needle,
            )


def _used(html: str) -> Iterator[tuple[str, str]]:
    """Yield (feature, the text that uses it)."""
    known = _table()["features"]
    for block in _STYLE_BLOCK.findall(html):
        yield from _in_rules(block)
    styles = [*_STYLE_ATTRIBUTE.findall(html), *_STYLE_BLOCK.findall(html)]
    for style in dict.fromkeys(styles):
        for found in _DECLARATION.finditer(style.replace("&#39;", "'")):
            yield from _in_declaration(found[1].lower(), found[2].strip().lower(), known)
    for tag, attributes in dict.fromkeys(_TAG.findall(html)):
        yield from _in_tag(tag.lower(), attributes, known)


def _in_declaration(name: str, value: str, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    if name == "display":
        first = value.split(maxsplit=1)[0].removeprefix("inline-")
        yield (
            (f"css-display-{first}" if f"css-display-{first}" in known else "css-display"),
            (f"display:{value.split(maxsplit=1)[0]}"),
        )
    elif name.startswith(("padding-", "margin-")) and f"css-{name}" not in known:
        yield f"css-{name.partition('-')[0]}", f"{name}:"
    elif f"css-{name}" in known:
        yield f"css-{name}", f"{name}:"
    for unit in _UNIT.findall(value):
        yield f"css-unit-{'percent' if unit == '%' else unit}", value
    for function in _FUNCTION.findall(value):
        yield _FUNCTIONS.get(function, "css-linear-gradient"), f"{function}("


def _in_rules(block: str) -> Iterator[tuple[str, str]]:
    for rule, condition in _AT_RULE.findall(block):
        feature = f"css-at-{rule}"
        names = re.findall(r"\(\s*([a-z-]+)", condition)
        detailed = [f"{feature}-{name}" for name in names]
        table = _table()["features"]
        yield from ((name if name in table else feature, f"@{rule}") for name in detailed or [""])
    for colons, name in _PSEUDO.findall(block):
        kind = "element" if len(colons) == 2 else "class"
        feature = f"css-pseudo-{kind}-{name}"
        if feature in _table()["features"]:
            yield feature, f"{colons}{name}"


def _in_tag(tag: str, attributes: str, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    if f"html-{tag}" in known:
        yield f"html-{tag}", f"<{tag}"
    for feature, elements in _BY_ELEMENT.items():
        if tag in elements:
            yield feature, f"<{tag}"
    for attribute in _ATTRIBUTE.findall(attributes):
        if f"html-{attribute}" in known and attribute not in ("style", "link", "form"):
            yield f"html-{attribute}", f"{attribute}="
