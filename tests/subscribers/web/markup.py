"""Is a page valid HTML5, and can everybody use it? What a validator would say."""

from __future__ import annotations

import itertools
import re
from typing import Any

import html5lib

_LABELLED = {"input", "select", "textarea"}
_NEEDS_ID = ("for", "aria-labelledby", "aria-describedby")
_LEVELS = {f"h{n}": n for n in range(1, 7)}


def faults(html: str) -> list[str]:
    """Return what is wrong with a whole page; empty when nothing is."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    found = [f"{place}: {code} {data}" for place, code, data in parser.errors]
    elements = list(tree.iter())
    ids = [e.get("id") for e in elements if e.get("id")]
    found += [f"id {name} twice" for name in {i for i in ids if ids.count(i) > 1}]
    for element in elements:
        found += _element_faults(element, set(ids))
    found += _outline_faults(elements)
    root = tree
    if not root.get("lang"):
        found.append("no lang")
    if not any(e.tag == "title" and (e.text or "").strip() for e in elements):
        found.append("no title")
    found += [fault for form in tree.iter("form") for fault in _presses_another(form)]
    return found + _unlabelled(tree)


def _presses_another(form: Any) -> list[str]:
    """Return what Enter does in a form, if that is not what the form is for.

    It presses the first button of the form (HTML, 4.10.22.2, implicit submission).
    """
    typed = {"text", "email", "search", "date", "number", "radio", "checkbox"}
    if not any(each.get("type", "text") in typed for each in form.iter("input")):
        return []
    button = next(form.iter("button"), None)
    other = button is None or button.get("formaction") or button.get("name")
    return ["Enter presses a button beside the matter"] if other else []


def _element_faults(element: Any, ids: set[str]) -> list[str]:
    found = []
    for name in _NEEDS_ID:
        missing = set((element.get(name) or "").split()) - ids
        found += [f"{element.tag} {name}={value}: no such id" for value in missing]
    if (element.get("href") or "").startswith("#") and element.get("href")[1:] not in ids:
        found.append(f"link to {element.get('href')}: no such id")
    found += [f"{element.tag} has {name}" for name in element.attrib if name.startswith("on")]
    if element.get("style") or element.tag == "style":
        found.append(f"{element.tag} has a style inside")
    if element.tag == "script" and not element.get("src"):
        found.append("script inside")
    if element.tag in ("ul", "ol") and any(child.tag != "li" for child in element):
        found.append(f"{element.tag} holds something that is no li")
    if element.tag == "img" and element.get("alt") is None:
        found.append("img without alt")
    if element.tag == "input" and "min" in element.attrib and element.get("type") not in _VALUES:
        found.append(f"input {element.get('name')} has a least value")
    if element.tag == "input" and not _is_of_its_type(element):
        found.append(f"input {element.get('name')}: {element.get('value')!r} is of another type")
    if element.tag == "form" and element.get("method", "").lower() == "get":
        found.append("a form by GET")
    return found


_VALUES = {"date": r"\d{4}-\d\d-\d\d", "number": r"-?\d+", "time": r"\d\d:\d\d"}


def _is_of_its_type(element: Any) -> bool:
    """Return whether a browser would show the value (HTML, 4.10.5.1)."""
    value, wanted = element.get("value"), _VALUES.get(element.get("type") or "")
    return not value or wanted is None or re.fullmatch(wanted, value) is not None


def _outline_faults(elements: list[Any]) -> list[str]:
    levels = [_LEVELS[e.tag] for e in elements if e.tag in _LEVELS]
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} h1"]
    skips = [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1]
    return found + [f"h{b} follows h{a}" for a, b in skips]


def _unlabelled(tree: Any) -> list[str]:
    by_for = {label.get("for") for label in tree.iter("label")}
    inside = {id(child) for label in tree.iter("label") for child in label.iter()}
    return [
        f"{e.tag} {e.get('name')} has no label"
        for e in tree.iter()
        if e.tag in _LABELLED
        and e.get("type") != "hidden"
        and e.get("id") not in by_for
        and id(e) not in inside
    ]
