"""The cards of an edition in one language: made once for a paper, filled for each reader.

Of a card, two to four pieces are the same for all its readers. What differs is looked up by
what it depends on, a few numbers or the words of the reason, and made when it is new.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from digest.composing.card_reasons import Why
from digest.composing.card_text import CardText, Density, Marks
from digest.composing.cards import Matched
from digest.composing.fit import Measured, measured
from digest.composing.renderer import Renderer
from digest.composing.slots import Joint, Skeleton, SlotName, filled
from digest.mail import Fragment
from digest.papers import Paper
from digest.ranking.interface import Pick, Reason, Span
from digest.summarising.summary import LIMIT

_MOST_CARDS = 30_000  # a card only names its pieces: about 15 MB
_MOST_PIECES = 20_000  # that differ from reader to reader: about 20 MB


@dataclass(frozen=True, slots=True)
class _Opening:
    """A piece of a card that differs from reader to reader."""

    at: int  # its place in the row
    number: int  # the same in all cards whose piece is the same for the same value
    joint: Joint
    slot: SlotName


@dataclass(frozen=True, slots=True)
class _Blank:
    """A paper's card without what differs."""

    row: tuple[Fragment, ...]
    openings: tuple[_Opening, ...]
    text: CardText  # in which words are marked
    html_bytes: int  # of what does not differ, as are the tokens
    tokens: int
    read: int  # see `Measured.read`


class CardCache:
    """The cards made so far; `on_card` is given a specimen of each new one.

    Where readers' cards of one paper differ, text is put that was escaped when it was made, so
    one of them stands for all. A card whose template cannot be split stands for itself.
    """

    def __init__(
        self, renderer: Renderer, on_card: Callable[[Fragment], None] | None = None
    ) -> None:
        self._renderer = renderer
        self._blanks: dict[Hashable, _Blank | None] = {}  # None: the template cannot be split
        self._numbers: dict[Joint, int] = {}  # of reasons' pieces, which papers share
        self._openings = 0
        self._pieces: dict[tuple[Any, Any], Measured] = {}
        self._cards: dict[Hashable, Measured] = {}
        self._on_card = on_card
        of = renderer.settings
        self._most_told = LIMIT if of.cards == "summary" else of.card_characters

    def card(
        self, paper: Paper, pick: Pick, lead: bool, in_section: bool, density: Density
    ) -> Measured:
        """Return a paper's card for a pick; equal pieces are one object, encoded once."""
        grounds = pick.grounds
        place = (grounds, paper.id, paper.updated, lead, density, pick.section, in_section)
        if (known := self._cards.get(place)) is not None:
            return known
        key = (paper.id, paper.updated, lead, density)
        try:
            blank = self._blanks[key]
        except KeyError:
            blank = self._blanks[key] = self._blank(paper, lead, density)
        if blank is None:
            return self._whole(paper, pick, lead, in_section, density)
        made = self._filled(blank, paper, pick, in_section)
        if grounds is not None:
            make_room(self._cards, _MOST_CARDS)
            self._cards[place] = made
        return made

    def _filled(self, blank: _Blank, paper: Paper, pick: Pick, in_section: bool) -> Measured:
        why, marks = self._renderer.why(paper, pick, in_section), blank.text.marks(paper, pick)
        row, html_bytes, tokens = list(blank.row), blank.html_bytes, blank.tokens
        pieces = self._pieces
        values = {"why": why, "contribution": marks[0], "result": marks[1], "abstract": marks}
        for opening in blank.openings:
            value = values[opening.slot]
            piece = pieces.get((opening.number, value))
            if piece is None:
                made = self._made(opening, blank.text, why, marks)
                piece = self._keep((opening.number, value), made)
            row[opening.at] = piece.fragments[0]
            html_bytes += piece.html_bytes
            tokens += piece.tokens
        return Measured(tuple(row), html_bytes, tokens, blank.read)

    def _blank(self, paper: Paper, lead: bool, density: Density) -> _Blank | None:
        told = self._renderer.text_of(paper, lead=lead, density=density)
        skeleton = self._renderer.skeleton(paper, told, lead=lead)
        if skeleton is None:
            return None
        if self._on_card:
            pick = _specimen(paper)
            why, marks = self._renderer.why(paper, pick, False), told.marks(paper, pick)
            self._on_card(_joined(skeleton, self._renderer.filled(told, why, marks)))
        slots = [_slot(joint) for joint in skeleton]
        common = [measured(Fragment(a.before, b.before)) for a, b in skeleton]
        fixed = [piece for piece, slot in zip(common, slots, strict=True) if not slot]
        return _Blank(
            tuple([piece.fragments[0] for piece in common]),
            tuple(
                _Opening(at, self._number(joint, slot), joint, slot)
                for at, (joint, slot) in enumerate(zip(skeleton, slots, strict=True))
                if slot
            ),
            told,
            sum(piece.html_bytes for piece in fixed),
            sum(piece.tokens for piece in fixed),
            self._read(paper),
        )

    def _number(self, joint: Joint, slot: SlotName) -> int:
        """Return an opening's number: a reason's is that of equal ones, a text's is its own."""
        if slot == "why" and joint in self._numbers:
            return self._numbers[joint]
        self._openings += 1
        if slot == "why":
            self._numbers[joint] = self._openings
        return self._openings

    def _made(
        self, opening: _Opening, shown: CardText, why: Why, marks: tuple[Marks, Marks]
    ) -> Fragment:
        matched = self._renderer.filled(shown, why, marks)
        html, text = opening.joint
        of_text = matched.in_text()
        return Fragment(
            html.filled(matched.in_html()[html.slot] if html.slot else ""),
            text.filled(of_text[text.slot] if text.slot else ""),
        )

    def _whole(
        self, paper: Paper, pick: Pick, lead: bool, in_section: bool, density: Density
    ) -> Measured:
        matched = self._renderer.matched(
            paper, pick, lead=lead, in_section=in_section, density=density
        )
        card = self._renderer.card(paper, matched, lead=lead, density=density)
        known = self._pieces.get((card.html, card.text))
        if known is None:
            if self._on_card:
                self._on_card(card)
            known = self._keep((card.html, card.text), card)
        return replace(known, read=self._read(paper))

    def _read(self, paper: Paper) -> int:
        """Return how many characters a paper gives to read."""
        return len(paper.title) + min(len(paper.abstract), self._most_told)

    def _keep(self, key: tuple[Any, Any], fragment: Fragment) -> Measured:
        make_room(self._pieces, _MOST_PIECES)
        self._pieces[key] = made = measured(fragment)
        return made


def _slot(joint: Joint) -> SlotName | None:
    """Return what fills a joint; where both its forms are filled, it is with the same."""
    return joint[0].slot or joint[1].slot


def _joined(skeleton: Skeleton, matched: Matched) -> Fragment:
    made = filled(skeleton, matched)
    return Fragment("".join([html for html, _ in made]), "".join([text for _, text in made]))


def _specimen(paper: Paper) -> Pick:
    """Return a pick that marks whatever can be marked in a card."""
    everything = Span("abstract", 0, len(paper.abstract))
    return Pick(paper.id, 1.0, "picked", (Reason("specimen", "title", 1.0),), (everything,))


def make_room(kept: dict[Any, Any], most: int) -> None:
    """Drop the oldest quarter when full: cheaper per look-up than keeping them in order of use."""
    if len(kept) >= most:
        for key in list(islice(kept, most // 4)):
            del kept[key]
