"""Org, reStructuredText and pandoc's own Markdown to plain Markdown, line by line.

Of each no more than a page of papers has: links, headings, pictures and what goes around blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_FEWEST = 3  # links that show which markup a text is in

# Markups that are not read, by what a page of links and headings shows of them.
_UNREAD = (
    ("AsciiDoc", re.compile(r"^=+ \S|(?:link:|https?://)[^\s\[\]]+\[", re.MULTILINE)),
    ("Jira's markup", re.compile(r"\[[^\[\]|\n]*\|https?://[^\s\]]+\]")),
    ("Textile", re.compile(r"\":https?://")),
    ("MediaWiki's markup", re.compile(r"(?<!\[)\[https?://\S+ |^(==+) .*\S \1$", re.MULTILINE)),
)

_PANDOC_FENCE = re.compile(r"^[ \t]*:{3,}[^:\n]*:*[ \t]*$", re.MULTILINE)
_PANDOC_ATTRIBUTES = re.compile(
    r"(?<=[\])])\{[.#][^{}\n]*\}|(?<=\S)\s\{[.#][^{}]{0,200}\}(?=\s*$)", re.MULTILINE
)

_ORG_LINK = re.compile(
    r"\[\[(?P<url>[^\[\]\s]+)\](?:\[(?P<text>(?:[^\[\]]|\[\[[^\[\]]*\]\]|\[[^\[\]]*\])*)\])?\]"
)
_ORG_PICTURE = re.compile(r"\[\[\S+?\]\]|\[\[?\[?data:[^\]]*\]*")
_ORG_HEADING = re.compile(r"(?P<stars>\*{1,6}) (?=\S)")
_ORG_DRAWER = re.compile(r"\s*:[A-Za-z_][\w-]*:(?:\s.*)?|\s*#\+\w+.*")

_RST_LINK = re.compile(r"`(?P<text>[^`<>]*?)\s?<(?P<url>[^`<>\s]+)>`__?")
_RST_DIRECTIVE = re.compile(
    r"\s*(?:\.\.\s+(?!rubric::)\S.*|:(?:name|class|alt|width|height|target):.*)"
)
_RST_RUBRIC = re.compile(r"\s*\.\. rubric:: (?P<text>.*)")
_RST_PICTURE = re.compile(r"\|(?P<name>[\w .-]+)\|")
_RST_JOINT = re.compile(r"\\ ")


def as_markdown(lines: Sequence[str]) -> list[str]:
    """Return a text's lines as Markdown, where they are another markup; else as they are.

    Each line stays where it is. What stood on a line that only marks it is left blank.
    """
    text = "\n".join(lines)
    if sum(found["text"] is not None for found in _ORG_LINK.finditer(text)) >= _FEWEST:
        return _from_org(text).split("\n")
    if len(_RST_LINK.findall(text)) >= _FEWEST:
        return _from_rst(text)
    if len(_PANDOC_FENCE.findall(text)) >= _FEWEST:
        return _PANDOC_ATTRIBUTES.sub(_line_ends, _PANDOC_FENCE.sub("", text)).split("\n")
    return list(lines)


def _line_ends(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def unread_markup(text: str) -> str:
    """Return the name of the markup that a text is in and that is not read; "" for none."""
    counts = {name: len(sign.findall(text)) for name, sign in _UNREAD}
    most = max(counts, key=counts.__getitem__)
    return most if counts[most] >= _FEWEST else ""


def _from_org(text: str) -> str:
    def link(found: re.Match[str]) -> str:
        url = found["url"]
        shown = _ORG_PICTURE.sub("", found["text"] or "")
        return f"[{shown}]({url})" + "\n" * (found[0].count("\n") - shown.count("\n"))

    kept = ("" if _ORG_DRAWER.fullmatch(line) else line for line in text.split("\n"))
    headed = (_ORG_HEADING.sub(lambda f: "#" * len(f["stars"]) + " ", line, count=1)
              if _ORG_HEADING.match(line) else line for line in kept)  # fmt: skip
    return _ORG_LINK.sub(link, "\n".join(headed))


def _from_rst(text: str) -> list[str]:
    def link(found: re.Match[str]) -> str:
        shown, url = found["text"], found["url"]
        return f"[{shown.strip()}]({url})" + "\n" * (found[0].count("\n") - shown.count("\n"))

    bare = _RST_LINK.sub(link, _RST_PICTURE.sub("", _RST_JOINT.sub("", text)))
    found: list[str] = []
    for line in bare.split("\n"):
        if rubric := _RST_RUBRIC.fullmatch(line):
            found.append(f"### {rubric['text']}")
        else:
            found.append("" if _RST_DIRECTIVE.fullmatch(line) else line.strip())
    return found
