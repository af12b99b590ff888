"""Lists of feeds as feed readers export them (OPML 2.0, opml.org/spec2.opml). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.dumps import xml_tree
from digest.errors import DumpError


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """One feed of a list."""

    title: str  # may be empty
    url: str


def listed_feeds(data: bytes) -> tuple[ListedFeed, ...]:
    """Return the feeds of a list, each once, in its order, whatever folders they lie in.

    Raises DumpError when it is no OPML, breaks off, or names no feed.
    """
    root, broken = xml_tree.parse_xml(data)
    if root.name.lower() != "opml":
        raise DumpError(f"it is no OPML: its first element is <{root.name[:60]}>", line=root.line)
    if broken:
        raise broken
    feeds = {feed.url: feed for feed in _feeds(root)}
    if not feeds:
        raise DumpError("the list names no feed (no outline has an xmlUrl)", line=root.line)
    return tuple(feeds.values())


def _feeds(root: xml_tree.Node) -> Iterator[ListedFeed]:
    left = [root]
    while left:
        node = left.pop()
        told = {name.lower(): value.strip() for name, value in node.attributes.items()}
        if node.name.lower() == "outline" and told.get("xmlurl"):
            yield ListedFeed(told.get("title") or told.get("text") or "", told["xmlurl"])
        left.extend(reversed(list(node.children)))
