"""What a file looks like that no format recognised: said in the refusal. Pure."""

from __future__ import annotations

import csv
import re

from digest.dumps import json_text, xml_tree

_FEED = re.compile(rb"<outline\b[^<>]*\bxmlUrl\s*=", re.IGNORECASE)
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,40})"\s*:')
_MAIL = re.compile(r"(?:[A-Z][A-Za-z-]{1,40}: .*\n(?:[ \t].*\n)*){3}")
_SHOWN = 60  # characters


def appearance(data: bytes) -> str:
    """Return what a file that holds no papers looks like, for a sentence."""
    root = xml_tree.root_name(data[:65_536])
    if root.lower() == "opml":
        feeds = len(_FEED.findall(data))
        told = "1 feed" if feeds == 1 else f"{feeds} feeds"
        return f"a list of {told} (OPML): name them as sources (docs/sources.md)"
    if root.lower() == "html":
        return "a web page"
    if root:
        return f"XML with the root <{root[:_SHOWN]}>"
    head = data[:65_536]
    text = json_text.json_opening(head)
    if text[:1] in ("{", "["):
        keys = list(dict.fromkeys(_KEY.findall(text[:4_000])))[:5]
        return f"JSON with {', '.join(keys)}" if keys else "JSON without any object"
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.startswith(("\\documentclass", "%!TEX")):
        return "a LaTeX document"
    if _MAIL.match(lines):
        return "a mail: read it from a mailbox source, or save its text"
    first = next((line.strip() for line in lines.split("\n") if line.strip()), "")
    for separator in "\t;,":
        cells = next(csv.reader([first[:4_000]], delimiter=separator), [])
        if len(cells) > 3 and all(len(cell.split()) <= 5 for cell in cells):
            return f"a table with the columns {', '.join(cells[:6])}"[: _SHOWN * 2]
    shown = first if len(first) <= _SHOWN else first[:_SHOWN].rstrip() + "…"
    return f"text that begins “{shown}”"
