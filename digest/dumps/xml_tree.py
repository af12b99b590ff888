"""XML from outside: a small tree with line numbers, and no way to blow it up.

Entity declarations and external entities are refused (billion laughs, quadratic blow-up, XXE;
CWE-776, CWE-611): no feed needs them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from digest.dumps.text import MAX_BYTES
from digest.errors import DumpError

MAX_DEPTH = 200
_MOST_DOCUMENTS = 1_000  # one behind another
_HEAD = 65_536  # bytes: longer than what stands before any root

# Atomic groups: without them a page of comments would be tried in every way of pairing them up.
_ROOT = re.compile(
    r"[\ufeff\s]*+(?>(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*+)*+<([\w:.-]+)",
    re.DOTALL,
)


@dataclass(slots=True, eq=False)
class Node:
    """An element: its name without namespace, and what it holds."""

    name: str  # local name: "creator" for <dc:creator>
    space: str  # namespace address, or ""
    line: int  # from 1
    attributes: dict[str, str]  # by local name
    content: list[Node | str] = field(default_factory=list)  # children and text, in order

    @property
    def text(self) -> str:
        """All text in it and in its children, as it came, outer white space removed."""
        return "".join(self._pieces()).strip()

    @property
    def children(self) -> Iterator[Node]:
        """The elements in it, in order."""
        return (child for child in self.content if isinstance(child, Node))

    def all(self, name: str) -> Iterator[Node]:
        """Yield the children of this name."""
        return (child for child in self.children if child.name == name)

    def find(self, name: str) -> Node | None:
        """Return the first child of this name, or None."""
        return next(self.all(name), None)

    def first(self, name: str) -> str:
        """Return the text of the first child of this name, or ''."""
        return next((child.text for child in self.all(name)), "")

    def first_at(self, parent: str, name: str) -> str:
        """Return the text of the first child of this name in a child of that name, or ''."""
        return next(filter(None, (node.first(name) for node in self.all(parent))), "")

    def _pieces(self) -> Iterator[str]:
        for each in self.content:
            if isinstance(each, str):
                yield each
            else:
                yield from each._pieces()


def root_name(head: bytes) -> str:
    """Return the name of the first element (`rdf:RDF`), or '' when this is no XML; never raises."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    found = _ROOT.match(head[: len(head) // 2 * 2].decode(encoding, "ignore"))
    return found[1] if found else ""


def parse_xml(data: bytes, *, whole: Collection[str] = ()) -> tuple[Node, DumpError | None]:
    """Return the root and, where the XML breaks off or is broken, the error with its line.

    Documents of one kind that stand one behind another are read as one.
    What stood before the break is in the tree, but an element named in `whole` only if it ended.
    Raises DumpError when not even the root could be read, or when the XML declares entities.
    """
    if len(data) > MAX_BYTES:
        raise DumpError(f"more than {MAX_BYTES:,} bytes: no dump is that large")
    root, broken, end = _parse_one(data, whole, 0)
    line = 0
    for _ in range(_MOST_DOCUMENTS):
        if end is None:
            break
        line += data.count(b"\n", 0, end)
        data = data[end:]
        following, broken, end = _parse_one(data, whole, line)
        if following is None or root is None or following.name != root.name:
            broken = DumpError("broken XML: another document begins in it", line=line + 1)
            break
        root.content += following.content
    if root is None:
        raise broken or DumpError("XML without an element", line=1)
    return root, broken


def _parse_one(
    data: bytes, whole: Collection[str], line: int
) -> tuple[Node | None, DumpError | None, int | None]:
    """Return a document's root, what breaks it, and where another one begins behind its end.

    `line` is how many lines of the file stand before the data.
    """
    builder = _Builder(line)
    broken: DumpError | None = None
    following: int | None = None
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        told = f"broken XML: {expat.ErrorString(error.code)}"
        broken = DumpError(told, line=line + error.lineno)
        end = builder.parser.ErrorByteIndex
        if builder.is_closed and root_name(data[end : end + _HEAD]):
            following = end
    except DumpError:
        raise
    except (LookupError, UnicodeError, ValueError) as error:
        broken = DumpError(f"XML in an encoding that cannot be read: {error}", line=line + 1)
    builder.drop_open(whole)
    return builder.root, broken, following


class _Builder:
    """Builds the tree from expat's events."""

    def __init__(self, lines_before: int) -> None:
        self.root: Node | None = None
        self._lines_before = lines_before
        self._open: list[Node] = []
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity

    @property
    def is_closed(self) -> bool:
        """Return whether the root has ended."""
        return self.root is not None and not self._open

    @property
    def _line(self) -> int:
        return self._lines_before + self.parser.CurrentLineNumber

    def drop_open(self, names: Collection[str]) -> None:
        """Take the elements of these names that never ended out of the tree."""
        for parent, node in pairwise(self._open):
            if node.name in names:
                parent.content.remove(node)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise DumpError("XML nested too deeply", line=self._line)
        space, _, local = name.rpartition("}")
        by_local = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        node = Node(local, space, self._line, by_local)
        if self._open:
            self._open[-1].content.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, characters: str) -> None:
        if self._open:
            self._open[-1].content.append(characters)

    def _entity(self, *_: object) -> None:
        raise DumpError("XML that declares entities is refused", line=self._line)
