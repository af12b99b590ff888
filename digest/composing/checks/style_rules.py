"""What a mail's style sheets say, by day and by night, as far as a mail's selectors go.

tinycss2 reads the sheets (https://www.w3.org/TR/css-syntax-3/). Selectors are understood that
mails use: a tag, classes, and what they stand inside of. Others match nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import tinycss2
from coloraide import Color

Scheme = Literal["light", "dark", "outlook"]  # outlook: dark, after Outlook.com changed colours

_COMPOUND = re.compile(r"([a-z][a-z0-9]*|\*)?((?:\.[A-Za-z_][\w-]*)*)")
_OUTLOOK = re.compile(r"\[data-ogs[bc]\]\s*")
_WORDS = {"transparent", "inherit", "initial", "unset", "currentcolor", "none"}
_COLOURS = {"color", "background-color", "background"}


class StyledBox(Protocol):
    """An element, as selectors see it."""

    tag: str
    classes: frozenset[str]


Compound = tuple[str, frozenset[str]]  # a tag, or empty for any, and classes


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A selector with what it sets."""

    path: tuple[Compound, ...]  # the last is the element, the ones before stand around it
    declarations: dict[str, str]
    important: frozenset[str]  # which of them win over style attributes
    scheme: Scheme

    def matches(self, boxes: Sequence[StyledBox]) -> bool:
        """Return whether the innermost of these elements is meant."""
        if not _fits(self.path[-1], boxes[-1]):
            return False
        around = iter(reversed(boxes[:-1]))
        return all(any(_fits(each, box) for box in around) for each in reversed(self.path[:-1]))


def _fits(compound: Compound, box: StyledBox) -> bool:
    tag, classes = compound
    return tag in ("", box.tag) and classes <= box.classes


def rules_of(sheet: str) -> Iterator[StyleRule]:
    """Yield a style sheet's rules that are about light or dark, in order."""
    yield from _rules(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


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
