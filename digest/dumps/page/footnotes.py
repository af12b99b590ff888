"""Links as lynx prints them: `[12]Title` in the text, `12. https://…` in a list at its end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from digest.dumps.page.markdown import Linked

_LIST = re.compile(r"\s*(?:References|Visible links:?|Hidden links:?)\s*")
_ADDRESS = re.compile(r"\s*(?P<number>\d{1,5})\.\s+(?P<url>(?:https?|file|ftp|mailto):\S+)\s*")
_MARK = re.compile(r"\[(?P<number>\d{1,5})\](?: (?=\S))?")
_FEWEST = 3
_MOST = 0.6  # share of lines that are indented


def footnoted_links(lines: Sequence[str]) -> Linked | None:
    """Return lines without the numbers of their links; None for a text without such a list."""
    listed: dict[str, str] = {}
    of_list: set[int] = set()
    for number, line in enumerate(lines, 1):
        if found := _ADDRESS.fullmatch(line):
            listed[found["number"]] = found["url"]
            of_list.add(number)
        elif _LIST.fullmatch(line):
            of_list.add(number)
    if len(listed) < _FEWEST or len(of_list) == len(listed):
        return None
    kept: list[str] = []
    links: list[tuple[int, int, str]] = []
    stripped: set[int] = set()
    for number, line in enumerate(lines, 1):
        marks = [] if number in of_list else [*_MARK.finditer(line)]
        addresses = [listed[found["number"]] for found in marks if found["number"] in listed]
        stripped |= {number} if addresses else set()
        links += [(number, number, url) for url in addresses if url.startswith("http")]
        kept.append(_without_marks(line, listed) if addresses else line)
    spans = _headings(lines)
    for first in spans:
        kept[first - 1] = f"### {kept[first - 1]}"
    return Linked(tuple(kept), tuple(links), frozenset(of_list), frozenset(stripped), spans)


def _headings(lines: Sequence[str]) -> dict[int, int]:
    """Return the first and last lines of linked headings: they alone are not indented."""
    filled = [line for line in lines if line.strip()]
    if sum(line.startswith("  ") for line in filled) < _MOST * len(filled):
        return {}
    spans: dict[int, int] = {}
    for at, line in enumerate(lines):
        if _MARK.match(line) and _MARK.sub("", line).strip() and not lines[at - 1].strip():
            last = at
            while last + 1 < len(lines) and lines[last + 1].strip() == lines[last + 1] != "":
                last += 1
            spans[at + 1] = last + 1
    return spans


def _without_marks(line: str, listed: Mapping[str, str]) -> str:
    """Take the numbers off a line; what they stood between is not one word."""

    def instead(found: re.Match[str]) -> str:
        if found["number"] not in listed:
            return found[0]
        before, after = line[found.start() - 1 : found.start()], line[found.end() : found.end() + 1]
        if not (before.isalnum() and after.isalnum()):
            return ""
        return " " if after.isdigit() else " • "

    return _MARK.sub(instead, line)
