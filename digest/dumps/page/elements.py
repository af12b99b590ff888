"""Pieces to elements: paragraphs, facts, and the page's own furniture, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from digest.dumps.page import furniture, paragraphs
from digest.dumps.page.broken_lines import with_whole_lines
from digest.dumps.page.card_facts import (
    CardFacts,
    leads_to_comments,
    leads_to_votes,
    paper_id,
    read_facts,
    without_picture,
)
from digest.dumps.page.dates import PageDay
from digest.dumps.page.paragraphs import LONGEST_TITLE, Unit, Wrap
from digest.dumps.page.pieces import Piece
from digest.dumps.page.wraps import is_double_spaced, runs_without_gap, usual_wrap

_LONGEST_NAME = 4  # words
_LONGEST_QUERY = 80  # characters
_FEW_OTHERS = 0.2
_FEWEST_FIELDS = 3  # in a row
_ENOUGH_LINES = 3  # tell how a paragraph was wrapped


@dataclass(slots=True)
class CardElement:
    """A paragraph, or lines that are none."""

    kind: Literal["unit", "facts", "furniture", "sign", "day"]
    pieces: tuple[Piece, ...]
    unit: Unit | None = None
    facts: CardFacts | None = None
    day: PageDay | None = None  # the page's own, in its header


def card_elements(pieces: Sequence[Piece]) -> list[CardElement]:
    """Return what a page's pieces are."""
    pieces = with_whole_lines(pieces)
    if is_double_spaced(pieces):
        pieces = [replace(piece, gap=False) for piece in pieces]
    return list(_settled(_joined(_Reader(pieces).read())))


@dataclass(slots=True)
class _Block:
    """Lines of text without a gap between them, not yet parted into paragraphs."""

    pieces: list[Piece]


class _Reader:
    """One pass over the pieces."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._first_sign = next(
            (at for at, piece in enumerate(pieces) if furniture.is_sign(piece.text)), -1
        )
        self._found: list[CardElement | _Block] = []
        self._in_header = True  # no paragraph since the page's last sign
        self._after_furniture = True
        self._gap_due = False
        self._has_counts = sum(_is_count(piece.text) for piece in pieces) >= 3
        self._wrap = usual_wrap(runs_without_gap(pieces))

    def read(self) -> list[CardElement | _Block]:
        for at, piece in enumerate(self._pieces):
            for element in self._elements_of(at, piece):
                self._add(element)
        return self._found

    def _elements_of(self, at: int, piece: Piece) -> Iterator[CardElement | Piece]:
        if furniture.is_sign(piece.text):
            self._in_header = True
            yield CardElement("sign", (piece,))
            return
        if self._awaits_name():
            named = replace(piece, text=without_picture(piece.text))
            if self._is_name(at, named):
                yield CardElement("facts", (piece,), facts=CardFacts(submitter=named.text))
                return
        if self._after_furniture or self._in_header:
            rest = _without_button(piece.text, known=self._first_sign >= 0)
            if rest != piece.text:
                yield CardElement("furniture", (replace(piece, text="Subscribe"),))
                piece = replace(piece, text=rest)
        facts = None if piece.heading else self._facts(at, piece)
        if self._goes_on(piece, facts):
            yield piece
        elif facts is not None:
            yield from self._of_facts(piece, facts)
        elif (
            furniture.is_furniture(piece.text)
            or furniture.is_page_edge(piece.text)
            or (at < self._first_sign and furniture.is_preamble(piece.text))
            or self._is_of_mail(at)
            or self._is_of_note(at)
            or self._is_query(at)
            or (at == 0 and furniture.ends_header_sentence(piece.text))
        ):
            yield CardElement("furniture", (piece,))
        else:
            yield piece

    def _is_of_mail(self, at: int) -> bool:
        """Return whether a piece is one of two fields of a mail's header, or more."""
        near = self._pieces[max(0, at - 1) : at + 2]
        return (
            furniture.is_mail_field(self._pieces[at].text)
            and sum(furniture.is_mail_field(each.text) for each in near) > 1
        )

    def _is_of_note(self, at: int) -> bool:
        """Return whether a piece is one of three fields in a row that a program keeps of a note."""
        if not furniture.is_note_field(self._pieces[at].text):
            return False
        count = 1
        for step in (-1, 1):
            other = at + step
            while 0 <= other < len(self._pieces) and count < _FEWEST_FIELDS:
                if not furniture.is_note_field(self._pieces[other].text):
                    break
                if self._pieces[max(other, other - step)].gap:
                    break
                count += 1
                other += step
        return count >= _FEWEST_FIELDS

    def _is_query(self, at: int) -> bool:
        """Return whether a short line stands within the header: what the page was searched for."""
        return (
            self._in_header
            and self._after_furniture
            and 0 <= self._first_sign < at < len(self._pieces) - 1
            and furniture.is_header(self._pieces[at + 1].text)
            and len(self._pieces[at].text) <= _LONGEST_QUERY
        )

    def _of_facts(self, piece: Piece, facts: CardFacts) -> Iterator[CardElement]:
        before = self._before()
        alone = replace(facts, addresses=()) == CardFacts(day=facts.day)
        if self._in_header and facts.day and alone and self._after_furniture:
            yield CardElement("day", (piece,), day=facts.day)
            return
        facts.day_line = piece.line if facts.day else None
        if facts.has_count and facts.role is None and self._follows("github"):
            yield CardElement("facts", (piece,), facts=CardFacts(stars=facts.count, is_other=True))
            return
        if facts.has_count and before is not None and facts.role is None:
            if before.role == "upvotes" and before.upvotes is None and before.is_other:
                facts = CardFacts(upvotes=facts.count, role="upvotes", is_other=True)
            elif before.day and before.comments is None and not piece.gap:
                facts = CardFacts(comments=facts.count, role="comments")
        yield CardElement("facts", (piece,), facts=facts)

    def _facts(self, at: int, piece: Piece) -> CardFacts | None:
        """Return a piece's facts, with what its links and the address after it tell of them."""
        facts = read_facts(piece.text)
        if facts is None:
            return None
        following = self._pieces[at + 1].text if at + 1 < len(self._pieces) else ""
        near = (*piece.links, *([following] if following.startswith("http") else []))
        facts.addresses += piece.links
        if facts.has_count and any(map(leads_to_comments, near)):
            return CardFacts(comments=facts.count, role="comments", addresses=facts.addresses)
        if facts.has_count and any(map(leads_to_votes, near)):
            facts.role = "votes"
        return facts

    def _goes_on(self, piece: Piece, facts: CardFacts | None) -> bool:
        """Return whether a line that looks like the page's own is a wrapped paragraph's next.

        The last line of an abstract may be an address, a number or "models".
        """
        last = self._found[-1] if self._found else None
        if not isinstance(last, _Block) or piece.gap or piece.heading or piece.item:
            return False
        before = last.pieces[-1]
        if before.whole or before.heading or paragraphs.closes_sentence(before.text):
            return False
        if not piece.text.strip(".,;:)]}"):
            return True
        if facts is not None and (facts.is_byline or facts.submitter is not None):
            return False
        if facts is not None and facts.has_count and self._has_counts:
            return False
        led = facts is not None and facts.addresses and not any(map(paper_id, facts.addresses))
        if led and self._wrap is None:
            return len(before.text) >= 25
        return self._wrap is not None and paragraphs.is_full(before, piece, self._wrap)

    def _follows(self, word: str) -> bool:
        last = self._found[-1] if self._found else None
        return isinstance(last, CardElement) and last.pieces[-1].text.lower() == word

    def _before(self) -> CardFacts | None:
        last = self._found[-1] if self._found else None
        return last.facts if isinstance(last, CardElement) else None

    def _awaits_name(self) -> bool:
        for last in reversed(self._found[-4:]):
            if isinstance(last, CardElement) and last.kind == "facts" and last.facts is not None:
                return last.facts.submitter == ""
            if not (isinstance(last, CardElement) and last.kind == "furniture"):
                return False
        return False

    def _is_name(self, at: int, piece: Piece) -> bool:
        """Return whether a piece after "Submitted by" is a name: what follows may be a title."""
        if piece.heading or len(piece.text.split()) > _LONGEST_NAME or len(piece.text) > 60:
            return False
        is_picture = piece.text[0] in "[!("
        if is_picture or (furniture.is_furniture(piece.text) and len(piece.text.split()) > 1):
            return False
        following = next(
            (
                each
                for each in self._pieces[at + 1 : at + 4]
                if not furniture.is_furniture(each.text) or read_facts(each.text)
            ),
            None,
        )
        told = read_facts(piece.text)
        after = read_facts(following.text) if following else None
        if told is not None:
            return told.has_count and after is not None and after.has_count
        return after is None or not after.is_byline

    def _add(self, element: CardElement | Piece) -> None:
        if isinstance(element, CardElement):
            is_edge = furniture.is_page_edge(element.pieces[0].text)
            self._gap_due = self._gap_due or not (element.kind == "furniture" and is_edge)
            idle = self._in_header and element.facts is not None and element.facts.is_idle
            self._after_furniture = element.kind in ("furniture", "sign", "day") or idle
            if is_edge and self._found and isinstance(self._found[-1], _Block):
                self._found.insert(-1, element)  # printed in mid-paragraph
            else:
                self._found.append(element)
            return
        last = self._found[-1] if self._found else None
        self._in_header = self._after_furniture = False
        if isinstance(last, _Block) and not self._parts(last.pieces[-1], element):
            last.pieces.append(element)
        else:
            self._found.append(_Block([element]))
        self._gap_due = False

    def _parts(self, before: Piece, piece: Piece) -> bool:
        """Return whether a piece begins a block of its own."""
        if before.whole or piece.whole or piece.heading or self._gap_due:
            return True
        return piece.gap and not self._follows_edge(before, piece)

    def _follows_edge(self, before: Piece, piece: Piece) -> bool:
        """Return whether a printed page ended between two lines of one sentence."""
        edges = (
            element
            for element in self._found[-4:]
            if isinstance(element, CardElement)
            and before.last < element.pieces[0].line < piece.line
        )
        return any(edges) and paragraphs.continues(before.text, piece.text)


def _without_button(line: str, *, known: bool) -> str:
    """Cut the button's word "Subscribe" off the title that it is glued to."""
    rest = line.removeprefix("Subscribe")
    if rest == line or not rest or rest[0] == " ":
        return line
    # "Subscribers" is a word; on a page that is known it is the button and a title in lower case.
    return rest if known or not rest[0].islower() else line


def _joined(found: list[CardElement | _Block]) -> Iterator[CardElement]:
    """Yield elements, with the blocks parted into paragraphs."""
    blocks = [each for each in found if isinstance(each, _Block)]
    usual = usual_wrap(block.pieces for block in blocks)
    wraps = [_wrap_of(block, usual) for block in blocks]
    parted = [
        len(paragraphs.runs(block.pieces, wrap)) > 1
        for block, wrap in zip(blocks, wraps, strict=True)
        if len(block.pieces) > 1 and wrap is not None
    ]
    loose = sum(parted) > 0.5 * len(parted)
    units = [
        paragraphs.join(block.pieces, wrap, loose=loose)
        for block, wrap in zip(blocks, wraps, strict=True)
    ]
    if loose:
        for at in _begin_cards_too(found, units):
            units[at] = paragraphs.join(blocks[at].pieces, wraps[at], loose=True, begins_card=True)
    units_of_next = iter(units)
    for each in found:
        if isinstance(each, CardElement):
            yield each
        else:
            yield from (CardElement("unit", u.pieces, unit=u) for u in next(units_of_next))


def _begin_cards_too(
    found: Sequence[CardElement | _Block], units: Sequence[Sequence[Unit]]
) -> list[int]:
    """Return which blocks below a byline do not begin with a title, where nearly all others do."""
    below: list[int] = []
    count = 0
    before: CardElement | _Block | None = None
    for each in found:
        if isinstance(each, _Block):
            if isinstance(before, CardElement) and before.facts and before.facts.is_byline:
                below.append(count)
            count += 1
        before = each
    others = [at for at in below if not _begins_with_title(units[at])]
    return others if len(others) < _FEW_OTHERS * len(below) else []


def _begins_with_title(units: Sequence[Unit]) -> bool:
    return len(units) > 1 and len(units[0].text) < min(LONGEST_TITLE, len(units[1].text))


def _wrap_of(block: _Block, usual: Wrap | None) -> Wrap | None:
    """Return how a block was wrapped: its own lines tell, if there are enough of them."""
    own = paragraphs.find_wrap(block.pieces)
    return own if own and (own.seen >= _ENOUGH_LINES or usual is None) else usual


def _settled(elements: Iterator[CardElement]) -> Iterator[CardElement]:
    """Yield elements; page numbers become furniture."""
    turning = False
    for element in elements:
        is_number = _is_number(element)
        turning = furniture.is_turning(element.pieces[0].text) or (turning and is_number)
        if turning and is_number:
            yield CardElement("furniture", element.pieces)
        else:
            yield element


def _is_count(text: str) -> bool:
    return len(text) < 12 and (facts := read_facts(text)) is not None and facts.has_count


def _is_number(element: CardElement) -> bool:
    return element.facts is not None and element.facts.has_count and element.facts.role is None
