"""A page, read: its cards, what was refused, and what belongs to the page itself.

Every line of the page is in one of the three; `PageReading.lines` says in which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from digest.archive.dump_results import Rejection
from digest.dumps.page.card import Card, without_doubles
from digest.dumps.page.card_facts import CardFacts, leads_to_votes, paper_id, without_picture
from digest.dumps.page.dates import PageDay
from digest.dumps.page.elements import CardElement, card_elements
from digest.dumps.page.grammar import Role, is_prose, read_roles
from digest.dumps.page.numbering import without_numbers
from digest.dumps.page.paragraphs import (
    LONGEST_TITLE,
    Unit,
    closes_sentence,
    count_sentences,
    unit_of,
)
from digest.dumps.page.pieces import Piece, Source
from digest.dumps.page.repeated_lines import without_repeated_lines

_LONG_LINE = 25  # characters: what is shorter may well stand twice in a row

# "rning to Read", "ero-Shot Birds", but not "h-calibration", "tinyML" or "e3nn".
_REST_OF_WORD = re.compile(r"[a-z]{2,}(?:[-,;:.)\]]|\s|$)|[a-z]\s")

Fate = Literal["paper", "refused", "furniture"]


@dataclass(slots=True)
class PageReading:
    """A page, read."""

    cards: list[Card] = field(default_factory=list)
    refused: list[Rejection] = field(default_factory=list)
    days: list[tuple[PageDay, int] | None] = field(default_factory=list)  # of each page, its line
    signs: int = 0  # lines that only this page has
    refused_paragraphs: int = 0  # without what a cut may have left at the text's edges
    doubled: int = 0  # cards that were printed again
    lines: dict[int, Fate] = field(default_factory=dict)
    cut_at: int | None = None  # where the text breaks off in mid-sentence
    repeated: list[tuple[Piece, int]] = field(default_factory=list)  # lines left out: how often
    doubts: list[Piece] = field(default_factory=list)  # lines that may begin a title or an abstract

    def note(self, lines: range | set[int], fate: Fate) -> None:
        """Write down what became of lines; a paper's or a refused line stays that."""
        for line in lines:
            if self.lines.get(line) in (None, "furniture"):
                self.lines[line] = fate


def read_page(source: Source) -> PageReading:
    """Read a page's pieces."""
    pieces, again = without_echoed_lines(source.pieces)
    pieces, idle, repeated = without_repeated_lines(pieces)
    source = replace(source, pieces=tuple(pieces), markup=source.markup | again | idle)
    elements = card_elements(source.pieces)
    reading = _Assembly(source, elements).assemble()
    reading.repeated = repeated
    return reading


class _Assembly:
    """Puts cards together from elements and their roles."""

    def __init__(self, source: Source, elements: list[CardElement]) -> None:
        self._source = source
        self._steps = list(zip(elements, read_roles(elements), strict=True))
        self._reading = PageReading(days=[None])
        self._above = CardFacts()  # facts that belong to the title to come
        self._above_lines: list[CardElement] = []
        self._card: Card | None = None
        self._more: list[Piece] = []  # of the open card's abstract, after its first paragraph
        self._lost = False  # the paragraph before was refused; what facts follow went with it

    def assemble(self) -> PageReading:
        for element, role in self._steps:
            self._lost = self._lost and role in ("refused", "none")
            if element.unit is not None:
                self._take_unit(element.unit, role)
            elif element.kind == "facts" and element.facts is not None:
                self._take_facts(element, element.facts, role)
            else:
                self._take_furniture(element)
        self._close()
        self._drop_above()
        self._finish()
        return self._reading

    def _take_unit(self, unit: Unit, role: Role) -> None:
        self._reading.doubts += unit.doubts
        if role == "title":
            self._close()
            self._card = Card(unit, facts=self._above, page=len(self._reading.days) - 1)
            self._card.lines |= {n for e in self._above_lines for n in _lines(e)}
            self._above, self._above_lines = CardFacts(), []
            self._card.lines |= set(range(unit.line, unit.last + 1))
        elif role in ("abstract", "more", "organisation") and self._card is not None:
            self._card.lines |= set(range(unit.line, unit.last + 1))
            if role == "organisation":
                self._card.facts.take(CardFacts(organisation=without_picture(unit.text)))
                self._card.facts.addresses += unit.pieces[0].links
            elif self._card.abstract is None:
                self._card.abstract = unit
            else:
                self._more += unit.pieces
        else:
            self._lost = True
            self._refuse(unit.line, unit.last, _why_alone(unit))
            self._reading.refused_paragraphs += not self._at_edge(unit)

    def _take_facts(self, element: CardElement, facts: CardFacts, role: Role) -> None:
        if role == "above":
            self._close()
        if role == "below" and facts.has_count:
            facts = replace(facts, has_count=False, comments=facts.count, role="comments")
        open_card = self._card if role != "above" else None
        if open_card is not None and role != "refused" and not self._leads_away(open_card, facts):
            open_card.facts.take(facts)
            open_card.lines |= _lines(element)
        elif role == "refused" and self._lost:
            self._reading.note(_lines(element), "refused")
        elif role == "refused":
            self._lost = True
            shown = element.pieces[0].text[:60]
            first, last = element.pieces[0].line, element.pieces[-1].last
            self._refuse(first, last, f"{shown!r} belongs to no paper")
        else:
            self._above.take(facts)
            self._above_lines.append(element)

    def _leads_away(self, card: Card, facts: CardFacts) -> bool:
        """Return whether an address is of the next card: its vote button, or its picture."""
        if not facts.is_idle or not facts.addresses:
            return False
        ids = {found for address in facts.addresses if (found := paper_id(address))}
        known = card.arxiv_id
        votes = any(map(leads_to_votes, facts.addresses))
        return bool(ids) and known not in ids and (known is not None or votes)

    def _take_furniture(self, element: CardElement) -> None:
        if element.kind in ("sign", "day"):
            self._close()
            self._drop_above()
        if element.kind == "sign":
            self._reading.signs += 1
            if self._reading.days[-1] or any(
                c.page == len(self._reading.days) - 1 for c in self._reading.cards[-1:]
            ):
                self._reading.days.append(None)
        if element.kind == "day" and element.day is not None:
            self._reading.days[-1] = (element.day, element.pieces[0].line)
        self._reading.note(_lines(element), "furniture")

    def _close(self) -> None:
        card, self._card = self._card, None
        if card is None:
            return
        if self._more and card.abstract is not None:
            card.abstract = unit_of([*card.abstract.pieces, *self._more])
        self._more = []
        problem = card.problem() or self._damage(card) or self._cut_off(card)
        if problem is None:
            self._reading.cards.append(card)
            self._reading.note(card.lines, "paper")
            return
        line, reason = problem
        self._reading.refused_paragraphs += not self._at_edge(card.title)
        self._reading.refused.append(Rejection(line, reason))
        self._reading.note(card.lines, "refused")

    def _damage(self, card: Card) -> tuple[int, str] | None:
        bad = sorted(card.lines & self._source.bad.keys())
        return (bad[0], self._source.bad[bad[0]]) if bad else None

    def _at_edge(self, unit: Unit) -> bool:
        """Return whether the text begins or ends with a paragraph: it may be the rest of one."""
        pieces = self._source.pieces
        return unit.pieces[0] is pieces[0] or unit.pieces[-1] is pieces[-1]

    def _cut_off(self, card: Card) -> tuple[int, str] | None:
        """Return why a title is not whole: the text begins, or ends, within it."""
        title, pieces = card.title, self._source.pieces
        if title.pieces[0] is pieces[0] and _REST_OF_WORD.match(title.text):
            return title.line, "title that begins in mid-sentence: the text may be cut off there"
        cards = self._reading.cards
        if not max(card.lines) == title.last == pieces[-1].last:
            return None
        told = sum(max(each.lines) > each.title.last for each in cards)
        if told >= 2 and told >= 0.9 * len(cards):
            return title.line, "title without what follows it elsewhere: the text may be cut off"
        return None

    def _drop_above(self) -> None:
        """Report facts whose title never came."""
        told = [e for e in self._above_lines if e.facts is not None and not e.facts.is_idle]
        for element in self._above_lines:
            self._reading.note(_lines(element), "furniture")
        if told:
            first, last = told[0].pieces[0], told[-1].pieces[-1]
            shown = " ".join(element.pieces[0].text for element in told)[:60]
            self._refuse(first.line, last.last, f"{shown!r} belongs to no paper")
        self._above, self._above_lines = CardFacts(), []

    def _refuse(self, first: int, last: int, reason: str) -> None:
        span = f" (lines {first} to {last})" if last > first else ""
        self._reading.refused.append(Rejection(first, f"{reason}{span}"))
        self._reading.note(range(first, last + 1), "refused")

    def _settle_headings(self) -> None:
        """Take headings with nothing below them for a document's own, where others have more.

        One of the papers' own level may be a paper whose abstract is missing: it is told.
        """
        told = [card for card in self._reading.cards if not card.is_bare_heading]
        bare = [card for card in self._reading.cards if card.is_bare_heading]
        if len(bare) > len(told):
            return
        self._reading.cards = told
        levels = {card.title.pieces[0].level for card in told if card.title.pieces[0].heading}
        for card in bare:
            of_papers = card.title.pieces[0].level in levels
            for line in card.lines:
                self._reading.lines[line] = "refused" if of_papers else "furniture"
            if of_papers:
                self._reading.refused_paragraphs += 1
                self._reading.refused.append(Rejection(card.title.line, "title without abstract"))

    def _finish(self) -> None:
        reading = self._reading
        reading.note(set(self._source.markup), "furniture")
        self._settle_headings()
        reading.cards = without_numbers(reading.cards)
        cards = reading.cards
        last = cards[-1] if cards else None
        if last is not None and last.abstract is not None:
            pieces = self._source.pieces
            is_last = last.abstract.last == max(piece.last for piece in pieces)
            if is_last and not closes_sentence(last.abstract.text):
                closed = [bool(c.abstract and closes_sentence(c.abstract.text)) for c in cards[:-1]]
                if is_prose(last.abstract) or (closed and all(closed)):
                    reading.cut_at = last.abstract.last
        unique = without_doubles(reading.cards)
        reading.doubled = len(reading.cards) - len(unique)
        reading.cards = unique
        reading.refused.sort(key=lambda each: each.line or 0)


def without_echoed_lines(pieces: Sequence[Piece]) -> tuple[list[Piece], frozenset[int]]:
    """Return pieces without those that only say again what stands right above, and their lines.

    Some programs copy each line twice; a title may stand below its picture's text.
    """
    runs = [list(run) for _, run in groupby(pieces, key=lambda piece: piece.text)]
    is_doubled = len(runs) > 4 and sum(len(run) % 2 == 0 for run in runs) >= 0.9 * len(runs)
    kept: list[Piece] = []
    again: set[int] = set()
    for run in runs:
        count = len(run)
        if is_doubled:
            count = (len(run) + 1) // 2
        elif len(run[0].text) >= _LONG_LINE:
            count = 1
        kept += run[:count]
        again |= {n for piece in run[count:] for n in range(piece.line, piece.last + 1)}
    return kept, frozenset(again)


def _lines(element: CardElement) -> set[int]:
    return {n for piece in element.pieces for n in range(piece.line, piece.last + 1)}


def _why_alone(unit: Unit) -> str:
    is_title = len(unit.text) <= LONGEST_TITLE and count_sentences(unit.text) < 2
    return "title without abstract" if is_title else "abstract without title"
