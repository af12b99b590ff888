"""MJML templates, read as XML against the list of MJML's elements before MJML sees them.

mjml-python takes unknown elements and attributes in silence, and its errors carry no line; a
slip of the pen would only show in the reader's inbox.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any
from xml.parsers import expat

from digest.errors import TemplateError

_ROOT = "digest-part"  # wraps a part, which may have several elements side by side
_UNITS = re.compile(r"unit(?P<negative>WithNegative)?\((?P<units>[^)]*)\)(?P<most>\{1,4\})?")
_LINE_IN_ERROR = re.compile(r": line \d+, column \d+$")


@cache
def _known() -> dict[str, Any]:
    text = (files("digest.composing") / "data" / "mjml.json").read_text(encoding="utf-8")
    known: dict[str, Any] = json.loads(text)
    return known


def check_mjml(text: str, template: str) -> None:
    """Raise TemplateError, with the line, unless a template is well-formed and uses MJML only."""
    parser = expat.ParserCreate()
    inside: list[str] = []

    def starts(name: str, attributes: dict[str, str]) -> None:
        if name == _ROOT:
            return
        problem = _problem(name, attributes, inside)
        inside.append(name)
        if problem:
            raise TemplateError(problem, template=template, line=parser.CurrentLineNumber)

    def ends(name: str) -> None:
        if name != _ROOT:
            inside.pop()

    parser.StartElementHandler = starts
    parser.EndElementHandler = ends
    try:
        parser.Parse(f"<{_ROOT}>{text}</{_ROOT}>", True)
    except expat.ExpatError as error:
        reason = _LINE_IN_ERROR.sub("", str(error))
        raise TemplateError(
            f"no well-formed XML: {reason}", template=template, line=error.lineno
        ) from None


def _problem(name: str, attributes: dict[str, str], inside: list[str]) -> str | None:
    elements: dict[str, dict[str, str] | None] = _known()["elements"]
    if any(outer in _known()["ending"] for outer in inside):
        return f"<{name}> stands where only HTML may" if name.startswith("mj-") else None
    if name not in elements:
        return f"<{name}> is no MJML element"
    known = elements[name]
    if known is None:  # mj-all and mj-class take every attribute of every element
        return None
    for attribute, value in attributes.items():
        if attribute in _known()["everywhere"]:
            continue
        if attribute not in known:
            return f"<{name}> has no attribute {attribute!r}"
        if not _fits(value, known[attribute]):
            return f"<{name}> {attribute}={value!r} is not {_described(known[attribute])}"
    return None


def _fits(value: str, kind: str) -> bool:
    """Return whether a value is of MJML's type, such as `unit(px,%){1,4}`; Jinja is let through."""
    if "{{" in value or "{%" in value:
        return True
    if kind.startswith("enum("):
        return value in kind[5:-1].split(",")
    unit = _UNITS.fullmatch(kind)
    if unit is None:
        return True
    names = [name for name in unit["units"].split(",") if name]
    number = r"-?\d+(\.\d+)?" if unit["negative"] else r"\d+(\.\d+)?"
    part = rf"(0|auto|{number}({'|'.join(map(re.escape, names))}))"
    bare = "|" + number if unit["units"].endswith(",") else ""
    most = 4 if unit["most"] else 1
    return re.fullmatch(rf"({part}{bare})(\s+({part}{bare})){{0,{most - 1}}}", value) is not None


def _described(kind: str) -> str:
    if kind.startswith("enum("):
        return "one of " + kind[5:-1].strip(",").replace(",", ", ")
    return "a length in " + kind.partition("(")[2].partition(")")[0].strip(",").replace(",", " or ")
