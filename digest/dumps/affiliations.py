"""Authors' names with their organisations in parentheses, as arXiv prints them. Pure.

`Ann Moss (CERN), Bo Li (1 and 2) ((1) CERN, (2) University of Tests)`: the number or the name in
parentheses is no part of an author's name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from digest.papers import NAME_SUFFIX

# A comma outside parentheses, and not before what belongs to the name.
_NAME_END = re.compile(rf"(?:,(?!\s*{NAME_SUFFIX}\b\.?\s*(?:[,(]|$))\s*(?:and\s+)?|\s+and\s+)\s*")
_NICKNAME = re.compile(
    r"(?<=[^\W\d_] )\(([^\W\d_]+)\)(?=\s+(?!and\b)[^\W\d_])"
)  # William (Bill) Moss
_KEY = re.compile(r"\(\s*(?:[\d*†‡§¶]|[a-z](?![a-z]))\s*\)\s*")  # (1), (a): what a list begins with
_NUMBERS = re.compile(r"[\d\s,*†‡§¶&;]*(?:\band\b[\d\s]+)*")
_NOTES = re.compile(r"(?:corresponding author|equal contribution|deceased|editors?|eds?\.?)", re.I)
_UNNAMED = re.compile(r",?\s(?:et al\.?\s)?\((\d{1,5}) additional authors? not shown\)", re.I)


class Byline(NamedTuple):
    """Who wrote it, and where they work; names are as the source writes them."""

    names: tuple[str, ...]
    organisations: tuple[str, ...]


def split_byline(told: str) -> Byline:
    """Return the names of a line of authors, and the organisations in its parentheses, once."""
    outside, groups = _parted(_NICKNAME.sub("\x02\\1\x03", " ".join(told.split())))
    outside = outside.replace("\x02", "(").replace("\x03", ")")
    names = [" ".join(name.strip(" ,").split()) for name in _NAME_END.split(outside)]
    found: dict[str, None] = {}
    for group in groups:
        for told_once in _KEY.split(group) if _KEY.search(group) else [group]:
            organisation = told_once.strip(" ,;.")
            if (
                organisation
                and not _NUMBERS.fullmatch(organisation)
                and not _NOTES.fullmatch(organisation)
            ):
                found[organisation] = None
    return Byline(tuple(name for name in names if name), tuple(found))


def unnamed(told: str) -> tuple[str, int]:
    """Return a line of authors without its end, and how many that end says are not named.

    arXiv's listings print `Ann Moss, Bo Li, et al. (25 additional authors not shown)`.
    """
    found = _UNNAMED.search(told)
    return (told[: found.start()], int(found[1])) if found else (told, 0)


def _parted(told: str) -> tuple[str, list[str]]:
    """Return the text outside parentheses, and that of each outermost pair of them.

    Where one is never closed, none counts.
    """
    outside: list[str] = []
    groups: list[list[str]] = []
    depth = 0
    for character in told:
        depth += character == "("
        if depth == 1 and character == "(":
            groups.append([])
        elif depth and not (depth == 1 and character == ")"):
            groups[-1].append(character)
        elif not depth and character != ")":
            outside.append(character)
        depth -= character == ")" and depth > 0
    if depth:
        return told, []
    return "".join(outside), ["".join(group) for group in groups]
