"""What a file looks like that no format recognised: said in the refusal. Pure."""

from __future__ import annotations

import csv
import re

from digest.dumps import json_text, xml_tree
from digest.dumps.page.furniture import SIGN_TEXT
from digest.dumps.page.light_markup import unread_markup
from digest.errors import counted

_FEED = re.compile(rb"<outline\b[^<>]*\bxmlUrl\s*=", re.IGNORECASE)
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,40})"\s*:')
_MAIL = re.compile(r"(?:[A-Z][A-Za-z-]{1,40}: .*\n(?:[ \t].*\n)*){3}")
_SHOWN = 60  # characters
_PAPER = re.compile(r"huggingface\.co/papers/\d{4}\.\d{4,5}")
_HTML = re.compile(r"\s*<(?:!doctype|html)\b", re.IGNORECASE)
_FEWEST_PAPERS = 3
_AS_CITATIONS = "export the papers as BibTeX, RIS or CSL JSON"
_XML = {  # roots without their prefix, lower case → what such a file is
    **dict.fromkeys(
        ("article", "articles", "pmc-articleset"), "the full text of papers in JATS XML"
    ),
    **dict.fromkeys(("tei", "teicorpus"), "the full text of a paper in TEI XML"),
    **dict.fromkeys(("mods", "modscollection"), "a library in MODS XML"),
    **dict.fromkeys(("xml", "records"), "a library in EndNote XML"),
    "collection": "a library in MARC XML",
    "file": "a library in BibTeXML",
    "sources": "the sources of Microsoft Word in XML",
    "rdf": "a library in RDF, as Zotero exports it",
}
_READ = 262_144  # bytes


def appearance(data: bytes) -> str:
    """Return what a file that holds no papers looks like, for a sentence."""
    if page := _page_of_papers(data):
        return page
    root = xml_tree.root_name(data[:65_536])
    if root.lower() == "opml":
        feeds = counted(len(_FEED.findall(data)), "feed")
        return f"a list of {feeds} (OPML): name them as sources (docs/sources.md)"
    if root.lower() == "html":
        return "a web page"
    if named := _XML.get(root.rpartition(":")[2].lower()):
        return f"{named}; {_AS_CITATIONS}"
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


def _page_of_papers(data: bytes) -> str:
    """Return what is to be said of the page of papers in a form that is not read; "" of others."""
    text = data[:_READ].decode("utf-8", "replace")
    if text[:1] in ("{", "[") or _HTML.match(text):
        return ""
    if SIGN_TEXT not in " ".join(text.split()) and len(_PAPER.findall(text)) < _FEWEST_PAPERS:
        return ""
    markup = "DocBook" if "<para>" in text else unread_markup(text)
    if markup:
        told = f"a page of papers in a markup that is not read: {markup}"
    else:
        told = "a page of papers whose titles and abstracts cannot be told apart"
    return f"{told}; save it as HTML or copy it as text"
