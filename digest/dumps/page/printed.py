"""What a browser prints at the edges of a page's sheets: day, title, address, number of the sheet.

A page that was printed to PDF and turned into text again (pdftotext plain, `-layout`, `-raw`, or a
viewer's own export) has these lines at the end of each sheet, on one line or on several, before or
behind a form feed, and in the middle of abstracts. They are known by one another: numbers that
count the sheets, and beside them what stands there again and again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from digest.dumps import text
from digest.dumps.page.paragraphs import closes_sentence, continues
from digest.dumps.page.pieces import Piece

_STAMP = (
    r"(?:\d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4},?|\d{1,2}\s\w{3,9}\.?\s\d{4},?|\w{3,9}\s\d{1,2},\s\d{4},?)"
    r"(?:\sat)?\s\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?"
)
_ADDRESS = r"(?:https?://|file:///|about:|localhost[:/])\S*"
_NUMBER = r"(?:page\s|seite\s)?(?P<at>\d{1,3})\s?(?:/|of|von|sur|de)\s?(?P<all>\d{1,3})"
_NUMBERED = re.compile(
    rf"(?:(?P<before>{_ADDRESS}|{_STAMP})\s)?{_NUMBER}(?:\s(?P<behind>{_ADDRESS}|{_STAMP}))?",
    re.IGNORECASE,
)
_STAMPED = re.compile(rf"(?P<stamp>{_STAMP})(?:\s(?P<title>.{{1,200}}))?", re.IGNORECASE)
_STAMP_BEHIND = re.compile(rf"(?P<title>.{{1,200}}?)\s(?P<stamp>{_STAMP})", re.IGNORECASE)
_HAS_ADDRESS = re.compile(rf"(?:(?P<title>.{{1,200}}?)\s)?{_ADDRESS}", re.IGNORECASE)
_LONG_LINE = 60  # characters
_SHORTEST_REST = 25  # characters: what is shorter may be an organisation
_REACH = 3  # lines with text that may stand between a sheet's number and the other edge lines


@dataclass(frozen=True, slots=True)
class _Line:
    number: int  # from 1
    text: str


def sheet_edges(lines: Sequence[str]) -> frozenset[int]:
    """Return the numbers (from 1) of the lines that a browser has printed at the edges of sheets.

    None where nothing counts the sheets, or neither a moment nor an address stands beside that.
    """
    shown = [_Line(n, seen) for n, line in enumerate(lines, 1) if (seen := text.visible(line))]
    counted = _counted(shown)
    if not counted:
        return frozenset()
    near = sorted(
        {
            other
            for at in counted
            for other in range(max(0, at - _REACH), min(len(shown), at + _REACH + 1))
        }
        - set(counted)
        | set(range(min(_REACH, len(shown)))) - set(counted)
    )
    repeated = Counter(shown[at].text for at in near)
    often = max(2, len(counted) // 2) if len(counted) > 1 else 1
    titles = _titles(shown, near, often)
    beside = {
        at
        for at in near
        if _is_beside(shown[at].text, titles)
        or (_HAS_ADDRESS.fullmatch(shown[at].text) and repeated[shown[at].text] >= often)
    }
    told = any(
        (found := _NUMBERED.fullmatch(shown[at].text)) and (found["before"] or found["behind"])
        for at in counted
    )
    if not beside and not told:
        return frozenset()
    return frozenset(shown[at].number for at in (*counted, *beside))


def joined_over_edges(pieces: Sequence[Piece], edges: frozenset[int]) -> list[Piece]:
    """Return pieces without a gap where a sheet ended in mid-sentence."""
    found = list(pieces[:1])
    for before, piece in pairwise(pieces):
        over_edge = piece.gap and any(n in edges for n in range(before.last + 1, piece.line))
        open_end = len(before.text) >= _LONG_LINE and not closes_sentence(before.text)
        goes_on = len(piece.text) >= _SHORTEST_REST and continues(before.text, piece.text)
        is_joined = over_edge and (open_end or goes_on)
        found.append(replace(piece, gap=False) if is_joined else piece)
    return found


def _counted(shown: Sequence[_Line]) -> list[int]:
    """Return where lines stand that count the sheets: 1/7, 2/7, … in their order."""
    by_all: dict[int, list[tuple[int, int]]] = {}
    for at, line in enumerate(shown):
        if len(line.text) < 300 and (found := _NUMBERED.fullmatch(line.text)):
            by_all.setdefault(int(found["all"]), []).append((at, int(found["at"])))
    best: list[int] = []
    for whole, found_at in by_all.items():
        rising: list[int] = []
        last = 0
        for at, number in found_at:
            if last < number <= whole:
                rising.append(at)
                last = number
        if (len(rising) >= 2 or whole == 1) and len(rising) > len(best):
            best = rising
    return best


def _titles(shown: Sequence[_Line], near: Sequence[int], often: int) -> frozenset[str]:
    """Return the page's titles: what stands beside the moment of printing, or right below it."""
    found: Counter[str] = Counter()
    for at in near:
        told = shown[at].text
        stamped = _STAMPED.fullmatch(told) or _STAMP_BEHIND.fullmatch(told)
        if stamped is None:
            continue
        if stamped["title"]:
            found[stamped["title"]] += 1
        else:
            found.update(
                {shown[other].text for other in (at - 1, at + 1) if 0 <= other < len(shown)}
            )
    return frozenset(
        title
        for title, count in found.items()
        if count >= often and not _NUMBERED.fullmatch(title) and any(map(str.isalpha, title))
    )


def _is_beside(told: str, titles: frozenset[str]) -> bool:
    """Return whether a line near a sheet's number is of its edge, too."""
    if told in titles:
        return True
    found = (
        _STAMPED.fullmatch(told) or _STAMP_BEHIND.fullmatch(told) or _HAS_ADDRESS.fullmatch(told)
    )
    return found is not None and (found["title"] or "") in ("", *titles)
