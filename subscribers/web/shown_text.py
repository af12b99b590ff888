"""What every value goes through on its way into a page. Pure."""

from __future__ import annotations

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
