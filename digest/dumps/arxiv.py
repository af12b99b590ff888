"""arXiv: the Atom answers of its API, and its RSS and Atom listings of a day.

One paper is one record whatever its version and however many categories list it. Replacements
(`Announce Type: replace`, `replace-cross`, UPDATED in the old listings) are not new papers: they
are neither records nor rejections, the dump lists them apart. Cross-lists are new to the listing,
so they are records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from digest.dumps import affiliations, fields, record, xml_tree
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.dumps.xml_tree import Node
from digest.errors import DumpError, SourceRefused
from digest.papers import Link, PaperRecord, find_arxiv_id, find_doi

_OURS = re.compile(
    rb"https?://(?:export\.|rss\.)?arxiv\.org/(?:api|rss|atom|schemas)|<id>\s*oai:arXiv\.org:"
    rb"|<id>\s*https?://arxiv\.org/abs/|<channel rdf:about=\"https?://arxiv\.org/\"",
    re.IGNORECASE,
)
_ROOTS = ("feed", "rss", "rdf:RDF")
_SIGNED = 8192  # bytes within which arXiv names itself: a feed may well link to it further down
_ANNOUNCED = re.compile(
    r"(?:arXiv:\S+\s+)?Announce Type:\s*(?P<type>[\w-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE
)
_OLD_TITLE = re.compile(
    r"\s*\(arXiv:(?P<id>\S+)(?:\s+\[[\w.-]+\])?(?P<mark>\s+(?:UPDATED|CROSS LISTED))?\)\s*$"
)
_VERSIONED = re.compile(r"\d{4}v(\d{1,3})\b")  # 2401.01234v2, math/0309136v1
_ON_BEHALF = re.compile(r"^(?:for|on behalf of)\s+(?:the\s+)?", re.IGNORECASE)
_COMMENT_LINK = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


class Arxiv:
    """arXiv's API answers and listings."""

    name = "arxiv"
    version = 4

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are XML that arXiv wrote; never raises."""
        return xml_tree.root_name(head) in _ROOTS and _OURS.search(head[:_SIGNED]) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read an answer or a listing.

        Raises DumpError when it is none, or with arXiv's own words when it refused. A refusal
        of one of several ids costs that id only.
        """
        root, broken = xml_tree.parse_xml(data, whole=("entry", "item"))
        if root.name not in ("feed", "rss", "RDF"):
            raise DumpError(f"no feed: its root is <{root.name}>", line=root.line)
        harvest = Harvest()
        refused: list[DumpError] = []
        for number, node in enumerate(_entries(root), start=1):
            values = _api_values(node) if root.name == "feed" else _item_values(node)
            if error := _refusal(values, node):
                refused.append(error)
            elif str(values["announced"]).startswith("replace"):
                harvest.replace(Entry(number, node.line, values), _record)
            else:
                harvest.add(Entry(number, node.line, values), _record)
        if refused and not harvest.records:
            raise refused[0]
        for error in refused:
            harvest.reject(error.line, error.reason)
        harvest.break_off(broken)
        return harvest.dump(self, captured_on or _listed_on(root))


def _entries(root: Node) -> Iterator[Node]:
    yield from root.all("entry")
    yield from root.all("item")
    for channel in root.all("channel"):
        yield from channel.all("item")


def _refusal(values: dict[str, object], node: Node) -> DumpError | None:
    """Return what an entry says when it is how arXiv refuses (API manual, 3.4), else None."""
    identity, title = str(values["id"]), str(values["title"])
    if "/api/errors" in identity or (title == "Error" and not find_arxiv_id(identity)):
        reason = f"arXiv refused: {values['abstract'] or 'no reason given'}"
        return SourceRefused(reason, line=node.line)
    return None


def _api_values(node: Node) -> dict[str, object]:
    """Read an Atom entry: of the API, or of a listing, which has `announce_type` and creators."""
    links = [link.attributes for link in node.all("link")]
    authors = [author.first("name") for author in node.all("author")]
    told = affiliations.Byline(tuple(authors), _affiliations(node))
    byline = told if any(authors) else _creators(node)
    return {
        **_announced(node, node.first("summary")),
        "id": node.first("id"),
        "title": node.first("title"),
        "authors": list(byline.names),
        "organisations": list(byline.organisations),
        "published": node.first("published") or node.first("updated"),
        "updated": node.first("updated"),
        "doi": node.first("doi") or node.first("DOI"),
        "comment": node.first("comment"),
        "venue": _venue(node),
        "page": next((a.get("href") for a in links if a.get("rel") == "alternate"), ""),
        "categories": [c.attributes.get("term", "") for c in node.all("category")],
    }


def _item_values(node: Node) -> dict[str, object]:
    """Read an RSS item, of today's listings (2.0) or of the old ones (RDF)."""
    title = node.first("title")
    old = _OLD_TITLE.search(title)
    byline = _creators(node)
    values: dict[str, object] = {
        **_announced(node, node.first("description")),
        "id": node.first("guid") or (old["id"] if old else "") or node.first("link"),
        "title": title[: old.start()].rstrip().removesuffix(".") if old else title,
        "authors": list(byline.names),
        "organisations": list(byline.organisations),
        "published": node.first("pubDate") or node.first("date"),
        "updated": node.first("pubDate") or node.first("date"),
        "doi": node.first("doi") or node.first("DOI"),
        "comment": node.first("comment"),
        "venue": _venue(node),
        "page": node.first("link"),
        "categories": [c.text for c in node.all("category")],
    }
    if old and "UPDATED" in (old["mark"] or ""):
        values["announced"] = "replace"
    return values


def _announced(node: Node, description: str) -> dict[str, object]:
    """Return the announce type and the abstract without the prefix that may carry it."""
    found = _ANNOUNCED.match(description)
    told = node.first("announce_type") or (found["type"] if found else "")
    abstract = description[found.end() :] if found else description
    return {
        "announced": told.lower(),
        "prefix": found[0] if found else "",
        "abstract": fields.without_markup(abstract).strip(),
    }


def _affiliations(node: Node) -> tuple[str, ...]:
    told = (each.text for author in node.all("author") for each in author.all("affiliation"))
    return tuple(_ON_BEHALF.sub("", each) for each in told)


def _venue(node: Node) -> str:
    return node.first("journal_ref") or node.first("journal_reference")


def _creators(node: Node) -> affiliations.Byline:
    """Split `dc:creator`: one name each, or all in one, with markup in the old listings."""
    told = [fields.without_markup(creator.text) for creator in node.all("creator")]
    return affiliations.split_byline(", ".join(filter(None, told)))


def _record(entry: Entry) -> PaperRecord:
    values = entry.values
    title = entry.title("title")
    arxiv_id = find_arxiv_id(str(values["id"])) or find_arxiv_id(str(values["page"]))
    if arxiv_id is None:
        raise Unreadable(f"no arXiv id for {title[:60]!r}")
    links = [Link("paper", f"https://arxiv.org/abs/{arxiv_id}")]
    for address in _COMMENT_LINK.findall(entry.text("comment")):
        if found := fields.web_address(address.rstrip(".,;:)]'")):
            code = re.search(r"//(?:www\.)?(?:github|gitlab)\.com/", found)
            links.append(Link("code" if code else "project", found))
    return record.build_record(
        title=" ".join(title.split()),
        abstract=" ".join(entry.text("abstract").split()),
        position=entry.position,
        line=entry.line,
        authors=entry.names("authors"),
        published=entry.day("published"),
        links=links,
        keywords=entry.words("categories"),
        arxiv_id=arxiv_id,
        doi=find_doi(entry.text("doi")),
        version=_version(values),
        revised=read_day(values["updated"]),
        organisations=entry.words("organisations"),
        venue=entry.text("venue"),
        comment=entry.text("comment"),
    )


def _version(values: Mapping[str, Any]) -> int | None:
    """Return the version in an entry's arXiv id, None when it names none."""
    named = (_VERSIONED.search(str(values[name])) for name in ("id", "prefix", "page"))
    return next((int(found[1]) for found in named if found), None)


def _listed_on(root: Node) -> date | None:
    """Return a listing's own day; an answer of the API has none (its date is that of the query)."""
    for channel in root.all("channel"):
        for name in ("pubDate", "date", "lastBuildDate"):
            if day := read_day(channel.first(name)):
                return day
    is_answer = any(root.all("totalResults"))
    return None if is_answer else read_day(root.first("updated"))
