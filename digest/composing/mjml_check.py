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
    elements: dict[str, list[str]] = _known()["elements"]
    ending = set(_known()["ending"])
    if any(outer in ending for outer in inside):
        return f"<{name}> stands where only HTML may" if name.startswith("mj-") else None
    if name not in elements:
        return f"<{name}> is no MJML element"
    if inside and inside[-1] in ("mj-attributes",):
        return None
    unknown = sorted(set(attributes) - set(elements[name]) - set(_known()["everywhere"]))
    if unknown:
        return f"<{name}> has no attribute {unknown[0]!r}"
    return None
