"""HTML to pieces: each block is a paragraph of its own, headings and links are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.dumps import text
from digest.dumps.page.pieces import Piece, Source

_SITE = "https://huggingface.co"
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    {
        *("p", "div", "section", "article", "main", "body", "ul", "ol", "li", "dl", "dt", "dd"),
        *("table", "thead", "tbody", "tr", "td", "th", "blockquote", "pre", "figure", "center"),
        *("label", "header", "time", "hr", "fieldset", "figcaption", "address", "details"),
    }
)
# Menus, controls and what shows nothing: the page's own, whatever stands in them.
_SKIPPED = frozenset(
    {
        *("script", "style", "noscript", "template", "svg", "head", "nav", "footer", "select"),
        *("option", "textarea", "iframe", "object", "canvas", "math"),
    }
)


def read_html(tree: LexborHTMLParser) -> Source:
    """Return the pieces of an HTML page; a piece's line is its block's number."""
    blocks: list[_Block] = [_Block()]
    if tree.body is not None:
        _walk(tree.body, blocks)
    return Source(tuple(_pieces(blocks)))


@dataclass(slots=True)
class _Block:
    """The text of one block, as it is gathered."""

    heading: bool = False
    item: bool = False
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def _walk(root: LexborNode, blocks: list[_Block]) -> None:
    """Gather blocks in the page's order, without recursion: pages nest deeply."""
    stack: list[tuple[LexborNode | None, bool, bool]] = [(root, False, False)]
    while stack:
        node, heading, item = stack.pop()
        if node is None:
            blocks.append(_Block(heading, item))
            continue
        tag = node.tag or ""
        if tag == "-text":
            blocks[-1].words.append(node.text_content or "")
            continue
        if tag in _SKIPPED or tag.startswith(("-", "!")):
            continue
        is_block = tag in _BLOCKS or tag == "br"
        inner = heading or tag in _HEADINGS
        listed = item or tag == "li"
        if is_block:
            blocks.append(_Block(inner, listed))
            stack.append((None, heading, item))
        if tag == "a" and (address := _address(node.attributes.get("href"))):
            blocks[-1].links.append(address)
        children = list(node.iter(include_text=True))
        stack.extend((child, inner, listed) for child in reversed(children))


def _address(href: str | None) -> str | None:
    if not href:
        return None
    address = f"{_SITE}{href}" if href.startswith("/") and not href.startswith("//") else href
    return address if address.startswith(("http://", "https://")) else None


def _pieces(blocks: list[_Block]) -> Iterator[Piece]:
    number = 0
    for block in blocks:
        shown = text.visible(" ".join("".join(block.words).split()))
        if shown or block.links:
            number += 1
        if shown:
            links = tuple(block.links)
            bare = shown.lstrip("•·- ") if block.item and len(shown) > 2 else shown
            yield Piece(
                bare or shown, number, number, True, block.heading, block.item, links, True, shown
            )
        else:
            for link in block.links:
                yield Piece(link, number, number, gap=True, whole=True, raw=link)
