"""Titles and abstracts of a printed page, whole again: a sheet's narrow lines have broken them.

A title is set larger than its abstract, so its lines hold fewer characters, and how full a line is
tells nothing until it is known which of the two it is. The first line of an abstract is always
full: what stands above it, below the votes or the submitter, is the title. Where no abstracts are
printed the titles' own fullest lines tell how wide they were set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from digest.dumps.page import furniture
from digest.dumps.page.card_facts import CardFacts, read_facts
from digest.dumps.page.paragraphs import closes_sentence, continues, unit_of
from digest.dumps.page.pieces import Piece

_ROWS = (
    re.compile(
        r"(Upvote)(?:\s(\d[\d.,]*k?|-))?(?:\s(GitHub(?:\s\d[\d.,]*k?)?))?(?:\s(arXiv(?: Page)?))?",
        re.IGNORECASE,
    ),
    re.compile(r"(\d{1,5} authors?)\s(\d{1,5})", re.IGNORECASE),
    re.compile(r"(Previous) ?(Next)", re.IGNORECASE),
)
_COUNTED_NAME = re.compile(r"(\D{2,80}?)\s(\d{1,4})")
_SHORTEST_WRAP = 45  # characters: sheets are wider
_FULL = 0.86  # of an abstract's usual line; fonts fill lines unevenly
_NEARLY_FULL = 0.75  # … where the next line's first word is long
_NEEDED = 0.97  # of an abstract's usual line, with that word
_FULL_TITLE = 0.92  # of the titles' fullest line
_MOST_LINES = 8  # of a title
_TWO_LINES = 1.25  # times the next shorter line
_SHORTEST_REST = 25  # characters: shorter, in lower case, it may be an organisation


def printed_cards(pieces: Sequence[Piece]) -> list[Piece]:
    """Return a printed page's pieces with its titles and abstracts on one line each."""
    told = [cell for piece in pieces for cell in _cells(piece)]
    return list(_Sheets(_with_whole_bylines(told)).cards())


def _cells(piece: Piece) -> Iterator[Piece]:
    """Yield what stood beside one another on a line: buttons, authors and comments."""
    told = _without_alt(piece.text)
    found = next(filter(None, (row.fullmatch(told) for row in _ROWS)), None)
    cells = [cell for cell in found.groups() if cell] if found else [told]
    for at, cell in enumerate(cells):
        yield replace(piece, text=cell, raw=cell, gap=piece.gap and at == 0)


class _Sheets:
    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._facts = [read_facts(piece.text) for piece in pieces]
        self._usual = _usual_line(pieces)
        self._runs = self._with_whole_abstracts(self._find_runs())
        firsts = (len(run[0].text) for run, leads in self._runs if leads)
        self._has_bylines = not self._usual and any(
            leads and _tells_authors(after) for (_, leads), (after, _) in pairwise(self._runs)
        )
        self._title_line = _widest([n for n in firsts if not self._usual or n < self._usual])
        self._runs = self._with_whole_titles()

    def cards(self) -> Iterator[Piece]:
        after_title = False  # where an organisation may stand, at the head of the next sheet
        for (run, leads), (following, _) in pairwise([*self._runs, ([], False)]):
            abstract = next((n for n in range(leads, len(run)) if self._is_full(run, n)), None)
            size = abstract or 0
            if abstract is None and leads:
                size = self._title_size(run, following)
            yield from _one(run[:size])
            if abstract is not None:
                yield from _one(run[abstract:])
            elif self._has_bylines and (after_title or size):
                for piece in run[size : size + 1]:
                    yield from _organisation(piece)
                yield from run[size + 1 :]
            else:
                yield from run[size:]
            after_title = 0 < size == len(run)

    def _find_runs(self) -> Iterator[tuple[list[Piece], bool]]:
        """Yield lines that nothing parts, and whether a title must begin there."""
        run: list[Piece] = []
        leads = awaits_name = False
        for at, piece in enumerate(self._pieces):
            facts = self._facts[at] if not self._is_within(run, piece) else None
            if run and (piece.gap or facts is not None):
                yield run, leads
                run, leads = [], False
            if facts is not None or awaits_name:
                yield [piece], False
                leads = awaits_name or _leads(facts)
                awaits_name = facts is not None and facts.submitter == ""
            else:
                run.append(piece)
        if run:
            yield run, leads

    def _with_whole_abstracts(
        self, runs: Iterable[tuple[list[Piece], bool]]
    ) -> list[tuple[list[Piece], bool]]:
        """Return runs with the abstracts whole that go on behind a gap, with no facts between."""
        found: list[tuple[list[Piece], bool]] = []
        for run, leads in runs:
            before, led = found[-1] if found else ([], False)
            goes_on = not leads and self._is_full(run, 0) and read_facts(run[0].text) is None
            if before and goes_on and self._holds_abstract(before, led):
                before.extend(run)
            else:
                found.append((run, leads))
        return found

    def _with_whole_titles(self) -> list[tuple[list[Piece], bool]]:
        """Return runs with the titles whole that a sheet ended in: their last line is full."""
        found: list[tuple[list[Piece], bool]] = []
        for run, leads in self._runs:
            before, led = found[-1] if found else ([], False)
            is_text = not leads and read_facts(run[0].text) is None
            is_title = led and len(before) < _MOST_LINES and not self._holds_abstract(before, led)
            title = before if is_title else []
            if title and is_text and self._is_full_title(title[-1], run[0]):
                before.extend(run)
            else:
                found.append((run, leads))
        return found

    def _is_full_title(self, line: Piece, following: Piece) -> bool:
        need = len(line.text) + 1 + len(following.text.split(" ", 1)[0])
        return need > _FULL_TITLE * self._title_line or _goes_on(line, following)

    def _holds_abstract(self, run: Sequence[Piece], leads: bool) -> bool:
        is_text = read_facts(run[0].text) is None
        return is_text and any(self._is_full(run, at) for at in range(leads, len(run)))

    def _is_full(self, run: Sequence[Piece], at: int) -> bool:
        return self._fills(run[at], run[at + 1].text if at + 1 < len(run) else "")

    def _fills(self, line: Piece, following: str) -> bool:
        """Return whether a line is as full as an abstract's are."""
        size = len(line.text)
        if not self._usual or size < _NEARLY_FULL * self._usual:
            return False
        need = size + 1 + len(following.split(" ", 1)[0])
        return size >= _FULL * self._usual or need >= _NEEDED * self._usual

    def _is_within(self, run: Sequence[Piece], piece: Piece) -> bool:
        """Return whether a number or an address is a line of an abstract's sentence."""
        if not run or piece.gap or closes_sentence(run[-1].text):
            return False
        if self._fills(run[-1], piece.text):
            return True
        is_address = piece.text.startswith("http")
        return is_address and any(self._is_full(run, at) for at in range(len(run)))

    def _title_size(self, run: Sequence[Piece], following: Sequence[Piece]) -> int:
        """Return how many of a run's lines are its title's; an organisation may follow.

        Where each card tells its authors' number or an organisation, and neither follows, the last
        line is the latter.
        """
        size = len(run)
        for at, (line, after) in enumerate(pairwise(run), start=1):
            if not self._is_full_title(line, after):
                size = at
                break
        if size < 2 or size < len(run) or not self._has_bylines or _tells_authors(following):
            return size
        return size if _may_be_byline(following) else size - 1


def _with_whole_bylines(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with the bylines whole whose day a line end has broken: `· Aug` / `19`."""
    found: list[Piece] = []
    for piece in pieces:
        is_begun = bool(found) and not piece.gap and "·" in found[-1].text
        joined = f"{found[-1].text} {piece.text}" if is_begun else ""
        if is_begun and read_facts(found[-1].text) is None and read_facts(joined) is not None:
            found[-1] = replace(found[-1], text=joined, raw=joined, last=piece.last)
        else:
            found.append(piece)
    return found


def _one(lines: Sequence[Piece]) -> Iterator[Piece]:
    """Yield lines as one paragraph."""
    if lines:
        whole = unit_of(lines)
        yield replace(
            lines[0],
            text=whole.text,
            raw=whole.text,
            last=whole.last,
            links=tuple(link for line in lines for link in line.links),
            whole=True,
            printed=0,
        )


def _tells_authors(run: Sequence[Piece]) -> bool:
    facts = read_facts(run[0].text) if len(run) == 1 else None
    return facts is not None and facts.author_count is not None


def _may_be_byline(run: Sequence[Piece]) -> bool:
    """Return whether the next sheet begins with an organisation."""
    if not run or not run[0].gap or furniture.is_furniture(run[0].text):
        return False
    return read_facts(run[0].text) is None


def _organisation(piece: Piece) -> Iterator[Piece]:
    """Yield an organisation, named as such, and the number of comments that stands beside it."""
    if read_facts(piece.text) is not None or furniture.is_furniture(piece.text):
        yield piece
        return
    found = _COUNTED_NAME.fullmatch(piece.text)
    name = found[1] if found else piece.text
    yield replace(piece, text=f"Organization: {name}", raw=name)
    if found:
        yield replace(piece, text=found[2], raw=found[2], gap=False)


def _goes_on(line: Piece, following: Piece) -> bool:
    """Return whether a title goes on in mid-sentence."""
    if not continues(line.text, following.text):
        return False
    return len(following.text) >= _SHORTEST_REST or not following.text[0].islower()


def _leads(facts: CardFacts | None) -> bool:
    """Return whether a title follows these facts: votes, or who has submitted it."""
    return facts is not None and (facts.has_count or bool(facts.submitter))


def _widest(sizes: Sequence[int]) -> int:
    """Return how long the titles' fullest line is; a word put together again makes one of two."""
    widest, *others = sorted(sizes, reverse=True) or [0]
    while others and widest > _TWO_LINES * others[0]:
        widest, *others = others
    return widest


def _usual_line(pieces: Sequence[Piece]) -> float:
    """Return how long an abstract's lines are; 0 where there are none."""
    sizes = [
        len(line.text)
        for line, following in pairwise(pieces)
        if len(line.text) >= _SHORTEST_WRAP
        and not following.gap
        and continues(line.text, following.text)
    ]
    return median(sizes) if len(sizes) >= 5 else 0


def _without_alt(told: str) -> str:
    """Return an organisation without its picture's text, printed where the picture was missing."""
    name, separator, rest = told.partition(" · ")
    half = len(name) // 2
    if len(name) > 3 and len(name) % 2 == 0 and name[:half] == name[half:].lower() != name[half:]:
        return f"{name[half:]}{separator}{rest}"
    return told
