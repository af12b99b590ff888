"""What every value goes through on its way into a page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

_ACTING: dict[int, None] = dict.fromkeys(
    [
        *(sign for sign in range(0x20) if chr(sign) not in "\t\n\r"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),  # marks that turn the direction of all that follows (UAX 9)
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),  # halves of surrogate pairs, which UTF-8 cannot hold
        *range(0xFFFE, 0x10000),
    ]
)


def shown_text(value: Any) -> Any:
    """Return a value without the characters that show nothing but act on what stands around them.

    Titles and names come from outside: one could turn a line around, or break a feed.
    """
    if isinstance(value, str) and not value.isprintable():
        return value.translate(_ACTING)
    return value


_READ: Mapping[str, Callable[[str], object]] = {"date": date.fromisoformat, "number": int}


def input_type(kind: str, value: str) -> str:
    """Return the type of an `<input>` of a kind, 'date' or 'number', that shows a value as typed.

    Browsers empty a field whose value is none of its kind (HTML, 4.10.5.1), so that nobody saw
    what was wrong with it: such a one is shown as text.
    """
    try:
        read = _READ[kind](value) if value else ""
    except ValueError:
        return "text"
    return kind if str(read) == value else "text"
