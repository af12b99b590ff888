"""Addresses with names, as mail programs write them: `"Two, Ida" <ida@example.com>; bo@…`. Pure.

The forms of RFC 5322, 3.4, and what people paste: semicolons between, and names with a comma that
nobody put in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|.', re.DOTALL)
_NAMED = re.compile(r"([^<>]*?)\s*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)
_ALONE = re.compile(r"(?:mailto:)?([^<>\s]+@[^<>\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r"([\"'])(.*)\1", re.DOTALL)


class Mailbox(NamedTuple):
    """An address and the name beside it; neither is checked."""

    name: str  # may be empty
    email: str


def read_mailbox(text: str) -> Mailbox | None:
    """Return what a text says, `Ida Two <ida@example.com>` or an address alone; None: neither."""
    text = text.strip()
    if (whole := _QUOTED.fullmatch(text)) and whole[1] not in whole[2]:
        text = whole[2].strip()
    if named := _NAMED.fullmatch(text):
        name = named[1].strip()
        if quoted := _QUOTED.fullmatch(name):
            name = re.sub(r"\\(.)", r"\1", quoted[2])
        return Mailbox(" ".join(name.split()), named[2])
    alone = _ALONE.fullmatch(text)
    return Mailbox("", alone[1]) if alone else None


def is_mailbox_list(line: str) -> bool:
    """Return whether a line holds addresses, with or without names, and nothing else."""
    parts = mailboxes_in(line)
    return bool(parts) and all(map(read_mailbox, parts))


def mailboxes_in(line: str) -> Sequence[str]:
    """Return the parts of a line that commas or semicolons separate, each as it was written."""
    pieces = _PIECE.findall(line)
    separator = ";" if ";" in pieces else ","
    parts, part = [], ""
    for piece in [*pieces, separator]:
        if piece != separator:
            part += piece
        elif "@" in part:
            parts.append(part.strip())
            part = ""
        elif part.strip():  # of a name: Two, Ida <ida@example.com>
            part += piece
    if rest := part.strip(f"{separator} \t\n"):
        parts.append(rest)
    return parts
