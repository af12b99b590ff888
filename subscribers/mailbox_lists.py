"""Addresses with names, as mail programs write them: `"Two, Ida" <ida@example.com>; bo@…`. Pure.

The forms of RFC 5322, 3.4, and what people paste: semicolons between, names with a comma that
nobody put in quotation marks, names behind the address in parentheses (RFC 822), a bullet or `To:`
in front, cells of a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|.', re.DOTALL)
_NAMED = re.compile(r"([^<>]*?)\s*[<\[]\s*(?:mailto:)?([^<>\s]+@[^<>\s]+?)\s*[>\]]", re.IGNORECASE)
_NAMED_BEHIND = re.compile(r"([^<>()\s]+@[^<>()\s]+)\s*\(([^()<>@]*)\)")
_ALONE = re.compile(r'(?:mailto:)?((?:"[^<>\s]+"|[^<>\s,;|]+)@[^<>\s,;|]+)', re.IGNORECASE)
_QUOTED = re.compile(r"([\"'])(.*)\1", re.DOTALL)
_IN_A_ROW = re.compile(r"(?:[^<>]*<[^<>]*@[^<>]*>\s*){2,}")
_BULLET = re.compile(r"\s*(?:[-*•·–]|\d{1,4}[.)])\s+")
_LABEL = re.compile(r"\s*(?!mailto:)([^\W\d_][^\W_]*(?:[ -][^\W_]+){0,3})\s*:\s*", re.IGNORECASE)
_RECIPIENTS = (
    *("to", "cc", "bcc", "resent to", "recipients", "an", "kopie", "blindkopie", "empfänger"),
    *("à", "a", "cci", "destinataires", "para", "cco", "destinatarios"),
)
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'’\-])*")


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
        return Mailbox(_unquoted(named[1].strip(), named[2]), named[2])
    if behind := _NAMED_BEHIND.fullmatch(text):
        return Mailbox(_unquoted(behind[2].strip(), behind[1]), behind[1])
    alone = _ALONE.fullmatch(text)
    return Mailbox("", alone[1]) if alone else None


def _unquoted(name: str, email: str) -> str:
    if quoted := _QUOTED.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", quoted[2])
    name = " ".join(name.split())
    return "" if name.casefold() == email.casefold() else name  # as Outlook pastes it


def read_mailbox_line(line: str) -> Sequence[Mailbox] | str:
    """Return the addresses of a line, all of them, or why it is not taken."""
    stripped = line.strip()
    if stripped.startswith(("#", "//")):
        return "a comment: nobody was taken from it"
    if "@" not in stripped:
        return f"there is no address in {stripped[:50]!r}"
    bare = _BULLET.sub("", stripped, count=1) if _BULLET.match(stripped) else stripped
    if label := _LABEL.match(bare):
        said = " ".join(label[1].casefold().replace("-", " ").split())
        if said not in _RECIPIENTS:
            told = f"{label[1]}:"
            return f"what {told!r} says of the address is not known here: write the address alone"
        bare = bare[label.end() :]
    if "\t" in bare and (in_cells := _of_cells(bare.split("\t"))):
        return [in_cells]
    read = [(part, read_mailbox(part)) for part in mailboxes_in(bare)]
    if unread := [part for part, mailbox in read if mailbox is None]:
        return f"{unread[0][:50]!r} is no address, nor a name with one in <…>"
    return [mailbox for _, mailbox in read if mailbox]


def read_unnamed_cells(cells: Sequence[str]) -> Mailbox | str:
    """Return whom a row of a table without a header names, or why that cannot be told."""
    if mailbox := _of_cells(cells):
        return mailbox
    return "what is beside the address is not known: put a line above that names the columns"


def _of_cells(cells: Sequence[str]) -> Mailbox | None:
    """Return an address and the names beside it; None when there is anything else."""
    filled = [" ".join(cell.split()) for cell in cells if cell.strip()]
    addresses = [mailbox for cell in filled if "@" in cell and (mailbox := read_mailbox(cell))]
    names = [cell for cell in filled if "@" not in cell]
    if len(addresses) != 1 or len(names) > 2 or len(filled) != len(names) + 1:
        return None
    if not all(map(_NAME.fullmatch, names)):
        return None
    return Mailbox(addresses[0].name or " ".join(names), addresses[0].email)


def mailboxes_in(line: str) -> Sequence[str]:
    """Return the parts of a line that commas or semicolons separate, each as it was written.

    Addresses may also stand in a row with nothing between.
    """
    parts, part = [], ""
    for piece in [*_PIECE.findall(line), ","]:
        if piece not in (",", ";"):
            part += piece
        elif "@" in part:
            parts.append(part.strip())
            part = ""
        elif part.strip():  # of a name: Two, Ida <ida@example.com>
            part += piece
    if rest := part.strip(",; \t\n"):
        parts.append(rest)
    return [each for part in parts for each in _in_a_row(part)]


def _in_a_row(part: str) -> Sequence[str]:
    if _IN_A_ROW.fullmatch(part):
        return [each.strip() for each in re.findall(r"[^<>]*<[^<>]*>", part)]
    words = part.split()
    if '"' not in part and all(map(_ALONE.fullmatch, words)):
        return words
    return [part]
