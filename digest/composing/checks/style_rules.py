"""What a mail's style sheets say, by day and by night, as far as a mail's selectors go.

tinycss2 reads the sheets (https://www.w3.org/TR/css-syntax-3/). Selectors are understood that
mails use: a tag, classes, and what they stand inside of. Others match nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import tinycss2
from coloraide import Color

Scheme = Literal["light", "dark", "outlook"]  # outlook: dark, after Outlook.com changed colours

_COMPOUND = re.compile(r"([a-z][a-z0-9]*|\*)?((?:\.[A-Za-z_][\w-]*)*)")
_OUTLOOK = re.compile(r"\[data-ogs[bc]\]\s*")
_WORDS = {"transparent", "inherit", "initial", "unset", "currentcolor", "none"}
_COLOURS = {"color", "background-color", "background"}


Compound = tuple[str, frozenset[str]]  # a tag, and classes; in a selector no tag means any


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A selector with what it sets."""

    path: tuple[Compound, ...]  # the last is the element, the ones before stand around it
    declarations: dict[str, str]
    important: frozenset[str]  # which of them win over style attributes
    scheme: Scheme

    def matches(self, boxes: Sequence[Compound]) -> bool:
        """Return whether the innermost of these elements is meant."""
        if not _fits(self.path[-1], boxes[-1]):
            return False
        around = iter(reversed(boxes[:-1]))
        return all(any(_fits(each, box) for box in around) for each in reversed(self.path[:-1]))


def _fits(asked: Compound, box: Compound) -> bool:
    return asked[0] in ("", box[0]) and asked[1] <= box[1]


@dataclass(frozen=True, slots=True, eq=False)  # told apart by identity: cheap to look up by
class StyleSheets:
    """The rules of a mail's style sheets, in order; mails of the same templates share them."""

    rules: tuple[StyleRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ElementStyle:
    """What style sheets and attributes set for an element."""

    light: Mapping[str, str]  # by property
    colours: Mapping[Scheme, tuple[str, str]]  # of the text and behind it; empty: as around it


NO_SHEETS = StyleSheets()

# What counts in a scheme, the later the stronger.
_COUNTED: dict[Scheme, str] = {
    "light": "light",
    "dark": "light dark",
    "outlook": "light dark outlook",
}


@lru_cache(maxsize=64)
def extended(sheets: StyleSheets, sheet: str) -> StyleSheets:
    """Return the sheets so far with another one's rules that are about light or dark."""
    nodes = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return StyleSheets((*sheets.rules, *_rules(nodes)))


@lru_cache(maxsize=4096)  # an edition's mails hold the same few elements thousands of times
def element_style(
    sheets: StyleSheets, boxes: tuple[Compound, ...], style: str, background: str
) -> ElementStyle:
    """Return what is set for the innermost of some elements.

    `style` and `background` are its own attributes (`bgcolor`); empty where there is none.
    """
    own = declarations_of(style)
    if background:
        own = {"background-color": background} | own
    found = [rule for rule in sheets.rules if rule.matches(boxes)]
    set_by: dict[Scheme, dict[str, str]] = {}
    for scheme, counted in _COUNTED.items():
        weak: dict[str, str] = {}
        strong: dict[str, str] = {}
        for rule in sorted(found, key=lambda rule: counted.find(rule.scheme)):
            if rule.scheme in counted:
                weak |= rule.declarations
                strong |= {n: rule.declarations[n] for n in rule.important}
        set_by[scheme] = weak | own | strong
    return ElementStyle(
        set_by["light"],
        {
            scheme: (
                hex_of(each.get("color", "")),
                hex_of(each.get("background-color", "") or each.get("background", "")),
            )
            for scheme, each in set_by.items()
        },
    )


def _rules(nodes: Iterable[object], scheme: Scheme = "light") -> Iterator[StyleRule]:
    for node in nodes:
        if isinstance(node, tinycss2.ast.AtRule) and node.lower_at_keyword == "media":
            query = tinycss2.serialize(node.prelude)
            if "prefers-color-scheme" in query and node.content is not None:
                inside = tinycss2.parse_rule_list(node.content, True, True)
                yield from _rules(inside, "dark" if "dark" in query else "light")
        elif isinstance(node, tinycss2.ast.QualifiedRule):
            yield from _of_rule(node, scheme)


def _of_rule(node: tinycss2.ast.QualifiedRule, scheme: Scheme) -> Iterator[StyleRule]:
    declared = [
        each
        for each in tinycss2.parse_blocks_contents(node.content, True, True)
        if isinstance(each, tinycss2.ast.Declaration)
    ]
    values = {each.lower_name: tinycss2.serialize(each.value).strip() for each in declared}
    important = frozenset(each.lower_name for each in declared if each.important)
    for selector in tinycss2.serialize(node.prelude).split(","):
        plain = _OUTLOOK.sub("", selector.strip())
        told: Scheme = "outlook" if plain != selector.strip() else scheme
        parts = [_COMPOUND.fullmatch(part) for part in plain.split()]
        if parts and all(parts):
            path = tuple(_compound(part) for part in parts if part)
            yield StyleRule(path, values, important, told)


def _compound(found: re.Match[str]) -> Compound:
    tag = (found[1] or "").replace("*", "")
    return tag, frozenset(filter(None, (found[2] or "").split(".")))


@lru_cache(maxsize=4096)
def declarations_of(style: str) -> dict[str, str]:
    """Return what a style attribute sets, by property in lower case."""
    return {
        each.lower_name: tinycss2.serialize(each.value).strip()
        for each in tinycss2.parse_blocks_contents(style, True, True)
        if isinstance(each, tinycss2.ast.Declaration)
    }


@lru_cache(maxsize=4096)
def hex_of(colour: str) -> str:
    """Return a CSS colour as `#rrggbb`; empty when it is none, or one that shows what is below."""
    for part in [colour, *colour.split()]:  # `background` may say more than a colour
        if part.lower() in _WORDS or not Color.match(part, fullmatch=True):
            continue
        found = Color(part)
        if found.alpha(nans=False) < 1:
            return ""
        return found.convert("srgb").to_string(hex=True, fit=True)
    return ""
