"""The one splitter of names: a line of authors, however a source lists them → names as one reads.

Pure. Sources part names by semicolons, by `and`, by commas, or turn them round and part both alike:
`Moss, A., Li, B. C.`. What stands in braces or parentheses (`{Barnes and Noble}`, `(CERN, Geneva)`)
is never split.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from digest.dumps.name_order import is_given_first
from digest.papers import NAME_SUFFIX

_MOST = 10_000  # names; no paper has more
_NESTED = 4  # levels of braces and parentheses
_GROUP = re.compile(r"\{[^{}]*\}|\([^()]*\)")
_WIDE = str.maketrans({"，": ",", "、": ";", "；": ";", "|": ";"})  # OpenAlex parts by `|`
# What stands beside a name and is none: addresses of mail, ORCID numbers, marks of footnotes.
_ADDRESS = re.compile(
    r"[<(\[]?(?:e-?mail:\s?)?(?:mailto:)?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+[>)\]]?"
    r"|[(\[]?(?:https?://)?(?:orcid(?:\.org/|:)\s?)?\d{4}-\d{4}-\d{4}-\d{3}[\dX][)\]]?",
    re.IGNORECASE,
)
_SIGNS = "*∗⁎†‡§¶‖#✉¹²³⁰⁴⁵⁶⁷⁸⁹⁺"
_MARK = re.compile(
    rf"(?<=[^\W\d_.)\s])\s?[{_SIGNS}][\d{_SIGNS}]*(?=\s*(?:,|$))"  # Moss*, Moss¹
    r"|(?<=[^\W\d_A-Z]|\.)\d{1,2}(?=\s*(?:,|$))"  # Ann Moss1
    r"|\s\(\d{1,2}(?:\s?[,;]\s?\d{1,2})*\)(?=[\s,]|$)"  # Ann (1) Moss, Ann Moss (1,2)
)
_NUMBER_BEHIND = re.compile(r"(?<=[^\W\d_]) \d{4}(?=,|$)")
# A name in a script in which nothing parts family and given name, nor is either turned round.
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff·]+")

_SEMICOLON = re.compile(r"\s*;\s*")
_COMMA = re.compile(r"\s*,\s*")
_AND = re.compile(r"(?:^|,?\s)(?:(?:and|und|&)(?=\s|$)[\s,]*)+", re.IGNORECASE)
_REST = re.compile(r"(?:^|[,;\s]+)(?:et\.? al\.?|(?:and )?others|\.{3}|…)[.,;\s]*$", re.IGNORECASE)
_SUFFIX = re.compile(rf"{NAME_SUFFIX}\b\.?(?=$|\s*\()", re.IGNORECASE)
_SUFFIX_BEHIND = re.compile(rf"(?<=[\w.]) ({NAME_SUFFIX}\.?)$")
_DEGREE = re.compile(  # behind a whole name: Ann Moss, MD, PhD
    r"(?:Ph\.? ?D|D\.?Phil|M\.?D|M\.?Sc|B\.?Sc|MPH|M\.?Phil|DVM|RN|FRCP|FAAN|Dr\.? ?(?:med|rer))\b"
    r"\.?(?: \w{1,4}\.?)?"
)
_INITIALS = re.compile(
    r"(?:[^\W\d_][^\W\d_]?\.[ -]?)+[^\W\d_]?|[^\W\d_]{1,3}|[^\W\d_](?:[ -][^\W\d_])+"
)
_INITIALS_BEFORE = re.compile(r"(?:[^\W\d_]\.[ -]?)+\s*[^\W\d_]{2}")
_INITIALS_BEHIND = re.compile(r"\s[A-Z]{1,3}$")
_LETTER = re.compile(r"[^\W\d_¹²³⁰⁴⁵⁶⁷⁸⁹]")


def names_of_fields(told: Sequence[str]) -> list[str]:
    """Return the names in a source's fields, each of which should hold one, turned round.

    Where hardly any has a comma the source writes given names first; a comma then parts two names,
    and so it does where what stands on both its sides are surely names: `Ann Moss, Bo Li`.
    """
    lists = [parts for field in told if len(parts := _split(_COMMA, field)) > 1]
    few = len(told) > 1 and 2 * len(lists) <= len(told)
    listed = all(is_given_first(name) for parts in lists for name in parts)
    inverted = None if few or listed else True
    return [name for field in told for name in split_names(field, inverted=inverted)]


def split_names(told: str, *, inverted: bool | None = None) -> list[str]:
    """Return the names in one line of them, in order, given names first, without `et al.`.

    `inverted` tells what the source does: False: given names come first, so that every comma
    parts two names; True: a name with one comma is turned round (`García Márquez, Gabriel José`).
    None: judged by the line itself; `Ann Moss, Bo Li` are two people, `Moss, Ann` is one.
    """
    return [given_first(name) for name in separate_names(told, inverted=inverted)]


def separate_names(told: str, *, inverted: bool | None = None) -> list[str]:
    """Return the names in one line of them, each as it is written there (see `split_names`)."""
    line = _ADDRESS.sub("", told) if "@" in told or "-" in told else told
    line = _REST.sub("", " ".join(line.translate(_WIDE).split()))
    line = _REST.sub("", line)  # `et al., and others`
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
    found = [without_marks(name) for name in found[:_MOST]]
    return [name for name in found if _LETTER.search(name) and not _REST.fullmatch(name)]


def without_marks(name: str) -> str:
    """Return a name without marks of footnotes: `Ann Moss1` and `Bo Li*†` are people.

    `Bo Li 0001` is how DBLP tells people of one name apart.
    """
    name = _NUMBER_BEHIND.sub("", name)
    return _MARK.sub("", name) if " " in name or "," in name else name


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
    if all(map(_EAST_ASIAN.fullmatch, parts)):
        return "".join(parts)
    if suffix := _SUFFIX_BEHIND.search(given[0]):  # Moss, Ann Jr.
        suffixes.append(suffix[1])
    forename = _SUFFIX_BEHIND.sub("", given[0])
    return " ".join([forename, family, *given[1:], *suffixes])


def _by_commas(piece: str, inverted: bool | None) -> list[str]:
    parts: list[str] = []
    for part in _split(_COMMA, piece):
        if parts and _SUFFIX.match(part):
            parts[-1] += f", {part}"
        elif not (parts and " " in parts[-1] and _is_degree(part, inverted=inverted)):
            parts.append(part)
    if all(len(part) > 1 and _EAST_ASIAN.fullmatch(part) for part in parts):
        return parts
    if len(parts) < 2 or len(parts) % 2 or inverted is False:
        return parts
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    if len(pairs) == 1 and _are_whole(parts):
        turned = False
    elif len(pairs) == 1:
        turned = inverted or _is_family(parts[0]) or " " not in parts[1] or _is_given(parts[1])
    else:
        turned = all(_is_family(a) for a, _ in pairs) or all(_is_given(b) for _, b in pairs)
    return [f"{family}, {given}" for family, given in pairs] if turned else parts


def _is_degree(part: str, *, inverted: bool | None) -> bool:
    """Return whether a part is a degree: `PhD`; in capitals, behind a family name, initials."""
    return _DEGREE.fullmatch(part) is not None and not (inverted and part.isupper())


def _are_whole(parts: Sequence[str]) -> bool:
    """Return whether parts are names each by itself: `Moss A`, `A. Moss`, `Ann Moss (Oslo)`."""
    return (
        all(map(_INITIALS_BEHIND.search, parts))
        or all(map(_INITIALS_BEFORE.match, parts))
        or all(part.endswith(")") and " " in part.partition("(")[0].strip() for part in parts)
    )


def _is_family(part: str) -> bool:
    """Return whether a part cannot be a whole name: one word, or one behind a `van` or `de la`."""
    if _INITIALS_BEHIND.search(part):
        return False  # van der Berg J
    return " " not in part.partition(",")[0] or part[0].islower()


def _is_given(part: str) -> bool:
    """Return whether a part is initials: `A. B.`, `J.-P.`, `Yu.`, `AB`; `Bo Li` is a name."""
    bare = part.partition(",")[0]
    dotted = "." in bare
    capitals = all(letter.isupper() for letter in bare if letter.isalpha())
    return bool(_INITIALS.fullmatch(bare)) and (dotted or capitals) and bare[0].isupper()


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
