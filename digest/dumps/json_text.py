"""JSON from outside, element by element: one bad element never costs its neighbours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from digest.dumps.text import MAX_BYTES
from digest.errors import DumpError

_SPACE = re.compile(r"[ \t\r\n\ufeff\x1a\0]*")  # with the marks of files that were put together
_NEXT_ANSWER = re.compile(r"[\]}][ \t\r\n\ufeff\x1a\0]*[\[{]")
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_MOST_BROKEN = 100  # JSON lines: each error counts lines from the beginning
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a JSON list, or what kept it from being read."""

    number: int  # from 1
    line: int  # from 1, where it begins
    value: Any = None
    problem: str | None = None


def json_opening(head: bytes) -> str:
    """Return the text of a dump's first bytes, for recognising; '' when it is no text."""
    try:
        return head.decode(json.detect_encoding(head), "ignore").lstrip("\ufeff \t\r\n")
    except (UnicodeError, LookupError):
        return ""


def decode_json(data: bytes) -> str:
    """Return JSON's text; bytes that are not UTF-8 become lone surrogates (see `elements`).

    Raises DumpError when it is empty or too large.
    """
    if len(data) > MAX_BYTES:
        raise DumpError(f"more than {MAX_BYTES:,} bytes: no dump is that large")
    encoding = json.detect_encoding(data)
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    text = data.decode(encoding, errors).lstrip("\ufeff").rstrip("\ufeff\x1a\0 \t\r\n")
    if not text.strip():
        raise DumpError("the file is empty")
    return text


def load_json(text: str) -> Any:
    """Return the value of a whole JSON text. Raises DumpError with the line that breaks it."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise DumpError(f"broken JSON: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise DumpError("JSON nested too deeply", line=1) from None


def elements(text: str, start: int) -> Iterator[Element]:
    """Yield the elements of the list whose `[` is at `start`.

    Where the JSON breaks off or is broken, the last element says so, and what came before stays.
    """
    at, line, counted, number = start + 1, 1, 0, 0
    while True:
        at = _after_space(text, at)
        if at < len(text) and text[at] == "]":
            return
        number += 1
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            yield Element(number, error.lineno, problem=f"broken JSON: {error.msg}")
            return
        except RecursionError:
            value, end = None, _end_of(text, at)
            yield Element(number, line, problem="nested too deeply")
        else:
            broken = _NOT_UTF8.search(text, at, end)
            yield Element(number, line, value, "not UTF-8" if broken else None)
        at = _after_space(text, end)
        if at >= len(text) or text[at] not in ",]":
            where = line + text.count("\n", counted, at)
            yield Element(number + 1, where, problem="broken JSON: the list breaks off")
            return
        at += text[at] == ","


def elements_of_lists(text: str, key: str | None = None) -> Iterator[Element]:
    """Yield the elements of the outermost list, or of the list under `key`, of every answer.

    Answers stand one behind another where pages of results were put into one file.
    """
    number = 0
    at: int | None = 0
    while at is not None:
        following = _next_answer(text, at)
        start = list_at(text, key, at)
        if start is not None and start < (following or len(text)):
            for element in elements(text, start):
                number += 1
                yield replace(element, number=number)
        at = following


def _next_answer(text: str, at: int) -> int | None:
    """Return where the next answer begins behind the one at a place, None when none does."""
    if not _NEXT_ANSWER.search(text, at):
        return None
    at = _after_space(text, _end_of(text, _after_space(text, at)))
    return at if text[at : at + 1] in ("[", "{") else None


def documents(text: str) -> Iterator[Element]:
    """Yield the values of a text that holds one after another, as JSON Lines do.

    Where one is broken, the next line that begins an object goes on; not for ever.
    """
    at, line, counted, number, broken_lines = _after_space(text, 0), 1, 0, 0, 0
    while at < len(text):
        number += 1
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            yield Element(number, error.lineno, problem=f"broken JSON: {error.msg}")
            broken_lines += 1
            again = text.find("\n{", at) if broken_lines < _MOST_BROKEN else -1
            end = again if again >= 0 else len(text)
        except RecursionError:
            end = _end_of(text, at)
            yield Element(number, line, problem="nested too deeply")
        else:
            broken = _NOT_UTF8.search(text, at, end)
            yield Element(number, line, value, "not UTF-8" if broken else None)
        at = _after_space(text, end)


def list_at(text: str, key: str | None = None, start: int = 0) -> int | None:
    """Return where the `[` of the outermost list is, or of the list under `key`; else None."""
    if key is None:
        at = _after_space(text, start)
        return at if text[at : at + 1] == "[" else None
    found = re.compile(rf'"{re.escape(key)}"\s*:\s*\[').search(text, start)
    return found.end() - 1 if found else None


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _end_of(text: str, at: int) -> int:
    """Return where the value at `at` ends, by its brackets alone."""
    depth = 0
    for token in _STRUCTURE.finditer(text, at):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if depth == 0:
            return token.end()
    return len(text)


def _bounded_int(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None  # int() of 5,000 digits raises


_DECODER = json.JSONDecoder(parse_int=_bounded_int, parse_constant=lambda _: None)
