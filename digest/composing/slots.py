"""Slots: the few places in which one paper's card, or a heading, differs from reader to reader.

A card's template is rendered once for a paper, with marks where the reason and the sentences with
matched words go. It is split at the marks, and what a reader gets is joined from
pieces that many readers share: what differs adds up, it does not multiply. A heading's template
is rendered once and filled for each keyword.

A hole (`digest.mail.HOLES`) is filled in every mail, a slot once for each way of matching.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from jinja2 import BaseLoader, Environment, Template, nodes

from digest.composing.wrapping import WIDTH, wrap

SlotName = Literal["why", "contribution", "result", "abstract", "heading", "lede", "count"]
IN_HTML: tuple[SlotName, ...] = ("why", "contribution", "result", "abstract")  # of a card
IN_TEXT: tuple[SlotName, ...] = ("why",)  # no word is marked in the text twin
IN_HEADING: tuple[SlotName, ...] = ("heading", "lede", "count")  # in both forms

# Control characters: `excerpt.harmless` takes them out of all text from outside.
_OPEN, _BETWEEN, _CLOSE = "\x02", "\x1f", "\x03"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Slot:
    """What a template puts in place of a text that comes later."""

    name: SlotName

    def __str__(self) -> str:
        return f"{_OPEN}{self.name}{_CLOSE}"

    __html__ = __str__  # a mark holds nothing to escape

    def wrapped(self, first: str, indent: str, width: int) -> str:
        """Return the mark of a text that is wrapped when it comes."""
        return f"{_OPEN}{_BETWEEN.join((self.name, first, indent, str(width)))}{_CLOSE}"


def wrap_or_wait(text: str | Slot, first: str = "", indent: str = "", width: int = WIDTH) -> str:
    """Wrap a text; the templates' `wrap`."""
    if isinstance(text, Slot):
        return text.wrapped(first, indent, width)
    return wrap(text, first, indent, width)


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """What stands before a slot, and the slot; at the end there is none."""

    before: str = ""
    slot: SlotName | None = None
    wrapping: tuple[str, str, int] | None = None

    def filled(self, value: str) -> str:
        """Return this part with its slot, if it has one, filled."""
        if self.slot is None:
            return self.before
        return self.before + (wrap(value, *self.wrapping) if self.wrapping else value)


Joint = tuple[
    TemplatePart, TemplatePart
]  # of the HTML part and of the text twin, what becomes one fragment
Skeleton = tuple[Joint, ...]  # a card without what differs from reader to reader


def split(rendered: str) -> list[TemplatePart]:
    """Return a rendered template in parts; the last one has no slot."""
    *marked, end = _MARK.split(rendered)
    return [*map(_part, marked[::2], marked[1::2]), TemplatePart(end)]


def _part(before: str, mark: str) -> TemplatePart:
    name, *wrapping = mark.split(_BETWEEN)
    assert name in IN_HTML or name in IN_HEADING  # noqa: S101 - only Slot writes marks
    if not wrapping:
        return TemplatePart(before, name)
    first, indent, width = wrapping
    return TemplatePart(before, name, (first, indent, int(width)))


def put_in(parts: Iterable[TemplatePart], values: Mapping[SlotName, str]) -> str:
    """Return a template that was split, its slots filled."""
    return "".join([part.filled(values[part.slot] if part.slot else "") for part in parts])


class Values(Protocol):
    """What fills the slots of a card."""

    def in_html(self) -> Mapping[SlotName, str]:
        """Return HTML for each of IN_HTML."""

    def in_text(self) -> Mapping[SlotName, str]:
        """Return text for each of IN_TEXT."""


def filled(skeleton: Skeleton, values: Values) -> list[tuple[str, str]]:
    """Return a card's fragments, each as HTML and as text."""
    html, text = values.in_html(), values.in_text()
    return [
        (a.filled(html[a.slot] if a.slot else ""), b.filled(text[b.slot] if b.slot else ""))
        for a, b in skeleton
    ]


def joined(html: Sequence[TemplatePart], text: Sequence[TemplatePart]) -> Skeleton:
    """Put the parts of both forms together, so that few fragments come of them.

    Either form keeps its own order. If each gives the reason once, as usual, the reasons are one
    fragment, which papers share; what stands before it and after it in the text is put to the
    first and to the last part of the HTML.
    """
    reasons = [[at for at, part in enumerate(form) if part.slot == "why"] for form in (html, text)]
    if [len(places) for places in reasons] != [1, 1] or len(text) != 2:
        return _tidied(
            [*((part, TemplatePart()) for part in html), *((TemplatePart(), part) for part in text)]
        )
    (at,), (reason, end) = reasons[0], text
    joints = [[part, TemplatePart()] for part in html]
    joints[at][1] = TemplatePart("", reason.slot, reason.wrapping)
    joints[-1][1] = end
    if at == 0:
        joints.insert(0, [TemplatePart(), TemplatePart()])
    joints[0][1] = TemplatePart(reason.before)
    return _tidied([(a, b) for a, b in joints])


def _tidied(joints: Sequence[Joint]) -> Skeleton:
    return tuple(
        part
        for joint in joints
        for part in _apart(joint)
        if part != (TemplatePart(), TemplatePart())
    )


def _apart(joint: Joint) -> Sequence[Joint]:
    """Take what stands before a slot off, where it is long: it need not be encoded again with
    each value of the slot. A short one stays, as every fragment costs something in each mail.
    """
    html, text = joint
    if (html.slot or text.slot) and len(html.before) + len(text.before) > _LONG:
        before = TemplatePart(html.before), TemplatePart(text.before)
        return before, (replace(html, before=""), replace(text, before=""))
    return (joint,)


_LONG = 100  # characters


class Loader(BaseLoader):
    """Finds templates, and parses each once: for a look at its tree, and to compile it."""

    def __init__(self, find: Callable[[str], str]) -> None:
        self._find = find
        self._trees: dict[str, nodes.Template] = {}

    def tree(self, environment: Environment, name: str) -> nodes.Template:
        """Return a template's tree, to look at."""
        if name not in self._trees:
            self._trees[name] = environment.parse(self._find(name), name)
        return self._trees[name]

    def load(
        self,
        environment: Environment,
        name: str,
        globals: Any = None,
    ) -> Template:
        """Return a template, compiled; its tree is gone, as compiling changes it."""
        tree = self.tree(environment, name)
        self._trees.pop(name, None)
        code = environment.compile(tree, name)
        return environment.template_class.from_code(environment, code, globals or {})


def can_be_split(environment: Environment, name: str, slots: Collection[str]) -> bool:
    """Return whether a template does no more with these slots than to show them.

    slots: as a template names them, `paper.why` or `heading`. It may also ask whether there is
    one, and wrap a text. A template that does more, as in `{{ paper.why | upper }}`, is rendered
    whole for each way of matching: slower, and right.
    """
    return _Inspection(environment, slots).passes(name)


class _Inspection:
    """Walks through a template and what it includes."""

    def __init__(self, environment: Environment, slots: Collection[str]) -> None:
        self._environment = environment
        self._slots = slots

    def passes(self, name: str) -> bool:
        loader = self._environment.loader
        assert isinstance(loader, Loader)  # noqa: S101 - the renderer's environments have one
        return self._only_show(loader.tree(self._environment, name).body)

    def _only_show(self, found: Iterable[nodes.Node]) -> bool:
        return all(map(self._only_shows, found))

    def _only_shows(self, node: nodes.Node) -> bool:
        match node:
            case nodes.Output():
                return all(self._shows(each) or self._leaves(each) for each in node.nodes)
            case nodes.If():
                inside = (*node.body, *node.elif_, *node.else_)
                return self._asks(node.test) and self._only_show(inside)
            case nodes.For(test=None):
                return self._leaves(node.iter) and self._only_show((*node.body, *node.else_))
            case nodes.Include(template=nodes.Const(value=str(name))):
                return self.passes(name)
        return self._leaves(node) and not any(node.find_all(_FROM_ELSEWHERE))

    def _shows(self, node: nodes.Node) -> bool:
        text = not self._environment.autoescape  # HTML that was wrapped is text, not HTML
        if text and isinstance(node, nodes.Filter) and node.name == "wrap":
            return node.node is not None and self._is_slot(node.node)
        return self._is_slot(node)

    def _asks(self, test: nodes.Node) -> bool:
        """Return whether a condition asks no more than whether there is a text."""
        match test:
            case nodes.Not(node=asked):
                return self._asks(asked)
            case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
                return self._asks(left) and self._asks(right)
        return self._is_slot(test) or self._leaves(test)

    def _is_slot(self, node: nodes.Node) -> bool:
        match node:
            case nodes.Getattr(node=nodes.Name(name="paper"), attr=str(field)):
                return f"paper.{field}" in self._slots
            case nodes.Name(name=str(name)):
                return name in self._slots
        return False

    def _leaves(self, node: nodes.Node) -> bool:
        """Return whether neither a slot nor the paper as a whole is used in here."""
        every = [node, *node.find_all(nodes.Node)]
        papers = sum(isinstance(each, nodes.Name) and each.name == "paper" for each in every)
        return papers == sum(map(_is_field, every)) and not any(map(self._is_slot, every))


_FROM_ELSEWHERE = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def _is_field(node: nodes.Node) -> bool:
    match node:
        case nodes.Getattr(node=nodes.Name(name="paper")):
            return True
    return False
