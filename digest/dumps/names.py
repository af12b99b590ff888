"""The one splitter of names: a line of authors, however a source lists them → names as one reads.

Pure. Sources part names by semicolons, by `and`, by commas, or turn them round and part both alike:
`Moss, A., Li, B. C.`. What stands in braces or parentheses (`{Barnes and Noble}`, `(CERN, Geneva)`)
is never split.
"""

from __future__ import annotations

import re
from itertools import chain

_MOST = 10_000  # names; no paper has more
_NESTED = 4  # levels of braces and parentheses
_GROUP = re.compile(r"\{[^{}]*\}|\([^()]*\)")
_WIDE = str.maketrans({"，": ",", "、": ",", "；": ";"})

_SEMICOLON = re.compile(r"\s*;\s*")
_COMMA = re.compile(r"\s*,\s*")
_AND = re.compile(r"(?:^|,?\s)(?:(?:and|und|&)(?=\s|$)[\s,]*)+", re.IGNORECASE)
_REST = re.compile(r"(?:^|[,;\s]+)(?:et\.? al\.?|(?:and )?others|\.{3}|…)[.,;\s]*$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr|Jnr|Snr|2nd|3rd|II|III|IV|Ph\.?D)\b\.?(?=$|\s*\()", re.IGNORECASE)
_INITIALS = re.compile(
    r"(?:[^\W\d_][^\W\d_]?\.[ -]?)+[^\W\d_]?|[^\W\d_]{1,3}|[^\W\d_](?:[ -][^\W\d_])+"
)
_LETTER = re.compile(r"[^\W\d_]")


def split_names(told: str, *, inverted: bool | None = None) -> list[str]:
    """Return the names in one line of them, in order, given names first, without `et al.`.

    `inverted` tells what the source does: False: given names come first, so that every comma
    parts two names; True: a name with one comma is turned round (`García Márquez, Gabriel José`).
    None: judged by the line itself; `Ann Moss, Bo Li` are two people, `Moss, Ann` is one.
    """
    return [given_first(name) for name in separate_names(told, inverted=inverted)]


def separate_names(told: str, *, inverted: bool | None = None) -> list[str]:
    """Return the names in one line of them, each as it is written there (see `split_names`)."""
    line = _REST.sub("", " ".join(told.translate(_WIDE).split()))
    listed = _split(_SEMICOLON, line)
    if len(listed) > 1 or ";" in _masked(line):
        found = list(chain.from_iterable(_split(_AND, piece) for piece in listed))
    else:
        pieces = _split(_AND, line)
        commas = [_masked(piece).count(",") for piece in pieces]
        # An English sentence has one `and`; several, or a comma beside each, are BibTeX's.
        one_each = len(pieces) > 2 or (len(pieces) == 2 and commas == [1, 1])
        found = []
        for piece, count in zip(pieces, commas, strict=True):
            found += [piece] if one_each and count == 1 else _by_commas(piece, inverted)
    return [name for name in found if _LETTER.search(name) and not _REST.fullmatch(name)][:_MOST]


def separate_at_and(told: str) -> list[str]:
    """Return what stands between the `and`s of a line: each of them one name, for BibTeX."""
    return _split(_AND, " ".join(told.split()))


def given_first(name: str) -> str:
    """Return one name as it is read: `Lovelace, Ada, Jr.` → `Ada Lovelace Jr.`."""
    parts = _split(_COMMA, name)
    suffixes = [part for part in parts[1:] if _SUFFIX.match(part)]
    family, *given = [part for part in parts if part not in suffixes] or [""]
    if not given:
        return ", ".join(parts)
    return " ".join([given[0], family, *given[1:], *suffixes])


def _by_commas(piece: str, inverted: bool | None) -> list[str]:
    parts: list[str] = []
    for part in _split(_COMMA, piece):
        if parts and _SUFFIX.match(part):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    if len(parts) < 2 or len(parts) % 2 or inverted is False:
        return parts
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    if len(pairs) == 1:
        turned = inverted or _is_family(parts[0]) or " " not in parts[1] or _is_given(parts[1])
    else:
        turned = all(_is_family(a) for a, _ in pairs) or all(_is_given(b) for _, b in pairs)
    return [f"{family}, {given}" for family, given in pairs] if turned else parts


def _is_family(part: str) -> bool:
    """Return whether a part cannot be a whole name: one word, or one behind a `van` or `de la`."""
    return " " not in part or part[0].islower()


def _is_given(part: str) -> bool:
    """Return whether a part is initials: `A. B.`, `J.-P.`, `Yu.`, `AB`; `Bo Li` is a name."""
    bare = part.partition(",")[0]
    dotted = "." in bare
    return bool(_INITIALS.fullmatch(bare)) and (dotted or bare.isupper()) and bare[0].isupper()


def _split(separator: re.Pattern[str], told: str) -> list[str]:
    """Return the pieces between separators that stand in no group, none of them empty."""
    found: list[str] = []
    start = 0
    for match in separator.finditer(_masked(told)):
        found.append(told[start : match.start()])
        start = match.end()
    return [bare for piece in (*found, told[start:]) if (bare := piece.strip(" ,;"))]


def _masked(told: str) -> str:
    """Return text of the same length in which groups hold no separators."""
    for _ in range(_NESTED):
        masked = _GROUP.sub(lambda group: "\0" * len(group[0]), told)
        if masked == told:
            break
        told = masked
    return told
