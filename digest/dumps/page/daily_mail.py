"""The mail that Hugging Face sends each day: titles with their votes, `Title (140 ▲)`, and no more.

It comes as text or as HTML, forwarded and quoted, its links beside the titles or below them. A
mail program breaks its lines where it likes, so titles and sentences are put together again from
lines without a gap: a title is whole where its votes stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.archive.dump_results import Rejection
from digest.dumps.page import furniture
from digest.dumps.page.card import Card, without_doubles
from digest.dumps.page.card_facts import CardFacts, paper_id
from digest.dumps.page.dates import PageDay, printed_day, read_count
from digest.dumps.page.numbering import without_numbers
from digest.dumps.page.one_paper import is_paper_page, read_paper_page
from digest.dumps.page.paragraphs import LONGEST_TITLE, may_name_title, unit_of
from digest.dumps.page.pieces import Piece, Source
from digest.dumps.page.reading import PageReading, read_page

_SELECTION = re.compile(
    r"here (?:is|are) (?:the|today['’]s) selections? of papers for (?:today|\w+)?"
    r"\s?(?:\((?P<day>[^()]{3,20})\))?\s?[:.]?",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"daily papers(?: [-–—|·:] .{0,30})?"
    r"|by\s?(?:.{0,40}\bak\b.{0,20}|the\s)?(?:\s?\w+\s){0,3}community",
    re.IGNORECASE,
)
# They may be the first line of a title, too: where its votes follow, it is that.
_SENTENCES = re.compile(
    r"""
    (?:new\b\W{0,5})? (?:i|we|you|anyone)\ can\ (?:now\ )?submit\ papers .{0,120}
    | (?:https?://)? (?:www\.)? huggingface\.co/papers (?:/submit)? \S{0,80}
    | to\ (?:view|see|read)\ more\b .{0,40} (?:check\ ?out|see|visit|go\ to) .{0,80}
    | (?:onwards|best|cheers|thanks|happy\ reading) \b .{0,40}
    | (?:\W{0,3}|.{0,60}\b) ak \b .{0,20} \bcommunity \W{0,2}
    | .{0,60} \b (?:unsubscribe|(?:manage|update|edit)\ (?:your\ )?(?:e-?mail\ |notification\ )?
        (?:preferences|settings|subscriptions?|notifications)) \b .{0,120}
    | you(?:['’]re|\ are)?\ (?:receiv\w+|gett?ing|got)\ this\ .{0,160}
    | view\ (?:this\ (?:e-?)?mail|it|online)\ .{0,60} | view\ in\ (?:your\ )?browser
    | (?:©\ ?(?:\d{4},?\ )?)? hugging\ ?face ,? (?:\ inc\.?)? .{0,120}
    | sent\ from\ my\ .{1,40} | get\ outlook\ for\ .{1,20} | --
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COUNT = r"\d[\d.,]*\s?k?"
_ARROW = r"(?:[▲△⬆↑🔼👍]️?|(?:up)?votes?)"
_VOTES = rf"[(（[]\s*(?:(?P<votes>{_COUNT})\s?{_ARROW}|{_ARROW}\s?(?P<behind>{_COUNT}))\s*[)）\]]"
_TITLE = re.compile(rf"(?P<title>\S.*?)\s*{_VOTES}", re.IGNORECASE)
_ANY_VOTES = re.compile(_VOTES, re.IGNORECASE)
_ADDRESS = re.compile(r"\s*[<(\[]?(https?://[^\s<>\])]+)[>)\]]?", re.IGNORECASE)
_LONGEST_RUN = 5  # lines of one title or sentence
_MOST_BEFORE = 12  # lines of a mail program's, above a selection


def read_saved(source: Source) -> PageReading:
    """Read a page, the page of one paper, or the mail that tells of them."""
    if is_paper_page(source):
        return read_paper_page(source)
    return _Mail(source).read() if is_daily_mail(source) else read_page(source)


def is_daily_mail(source: Source) -> bool:
    """Return whether titles with their votes stand below a selection's sentence, or little else."""
    shown = [_without_addresses(piece) for piece in source.pieces]
    bare = [piece for piece in shown if piece.text]
    titles = sum(_TITLE.fullmatch(piece.text) is not None for piece in bare)
    says_so = any(
        _SELECTION.match(" ".join(each.text for each in bare[at : at + 2]))
        for at, piece in enumerate(bare)
        if piece.text[:4].lower() == "here"
    )
    return titles >= 1 if says_so else titles >= 2 and 2 * titles >= len(bare)


@dataclass(slots=True)
class _Run:
    """Lines that were put together."""

    pieces: Sequence[Piece]
    text: str


class _Mail:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._pieces = [_without_addresses(piece) for piece in source.pieces]
        self._reading = PageReading(days=[None], signs=1)
        self._first = next(
            (at for at, piece in enumerate(self._pieces) if _SELECTION.match(piece.text)), 0
        )

    def read(self) -> PageReading:
        reading = self._reading
        at = 0
        while at < len(self._pieces):
            at += self._take(at)
        reading.note(set(self._source.markup), "furniture")
        reading.cards = without_numbers(reading.cards)
        unique = without_doubles(reading.cards)
        reading.doubled = len(reading.cards) - len(unique)
        reading.cards = unique
        return reading

    def _take(self, at: int) -> int:
        """Read what begins at a piece; return how many pieces it took."""
        piece = self._pieces[at]
        if not piece.text:
            self._take_address(piece)
            return 1
        runs = self._runs(at)
        for run in reversed(runs):
            if found := _SELECTION.fullmatch(run.text):
                return self._take_selection(run, found["day"])
            if _HEADER.fullmatch(run.text):
                return self._take_furniture(run)
        for size, run in enumerate(runs):
            if size and _begins_anew(*run.pieces[-2:]):
                break
            if found := _TITLE.fullmatch(run.text):
                return self._take_title(run, found)
        # A mail program has broken the sentence, too, if no title's votes stand further on.
        whole = runs[:1] if _ANY_VOTES.search(runs[-1].text) else runs
        for run in reversed(whole):
            if _SENTENCES.fullmatch(run.text):
                return self._take_furniture(run)
        if not self._is_of_mail_program(at):
            self._refuse(piece, "neither a title with its votes nor a line of the daily mail")
            return 1
        return self._take_furniture(runs[0])

    def _runs(self, at: int) -> list[_Run]:
        """Return the first line alone, with the next one, and so on, up to a gap."""
        taken = [self._pieces[at]]
        runs = [_Run(tuple(taken), taken[0].text)]
        for piece in self._pieces[at + 1 : at + _LONGEST_RUN]:
            if piece.gap or piece.item or taken[-1].whole or not piece.text:
                break
            taken.append(piece)
            runs.append(_Run(tuple(taken), unit_of(taken).text))
        return runs

    def _is_of_mail_program(self, at: int) -> bool:
        told = self._pieces[at].text
        if furniture.is_furniture(told) or furniture.is_mail_field(told):
            return True
        return self._first - _MOST_BEFORE <= at < self._first and furniture.is_preamble(told)

    def _take_selection(self, run: _Run, day: str | None) -> int:
        self._reading.signs += 1
        if self._reading.cards:
            self._reading.days.append(None)
        if told := _day_of(day or ""):
            self._reading.days[-1] = (told, run.pieces[0].line)
        return self._take_furniture(run)

    def _take_furniture(self, run: _Run) -> int:
        for piece in run.pieces:
            self._reading.note(range(piece.line, piece.last + 1), "furniture")
        return len(run.pieces)

    def _take_title(self, run: _Run, found: re.Match[str]) -> int:
        title = found["title"].strip(" *_\"'“”") or found["title"]
        first = run.pieces[0]
        if not may_name_title(title) or len(title) > LONGEST_TITLE:
            self._refuse(first, "votes without a title", last=run.pieces[-1].last)
            return len(run.pieces)
        links = tuple(link for piece in run.pieces for link in piece.links)
        whole = replace(first, text=title, raw=title, last=run.pieces[-1].last, links=links)
        votes = read_count(re.sub(r"\s", "", found["votes"] or found["behind"]).lower())
        facts = CardFacts(upvotes=votes, role="upvotes", addresses=links)
        lines = {n for piece in run.pieces for n in range(piece.line, piece.last + 1)}
        page = len(self._reading.days) - 1
        self._reading.cards.append(Card(unit_of([whole]), facts=facts, lines=lines, page=page))
        self._reading.note(lines, "paper")
        return len(run.pieces)

    def _take_address(self, piece: Piece) -> None:
        """Take a line of addresses for those of the title above it, if it is a paper's."""
        cards = self._reading.cards
        own = [link for link in piece.links if paper_id(link)]
        if cards and own and cards[-1].arxiv_id is None:
            cards[-1].facts.addresses += tuple(own)
            cards[-1].lines.add(piece.line)
            self._reading.note({piece.line}, "paper")
        self._reading.note(range(piece.line, piece.last + 1), "furniture")

    def _refuse(self, piece: Piece, reason: str, last: int | None = None) -> None:
        self._reading.refused.append(Rejection(piece.line, f"{reason}: “{piece.text[:60]}”"))
        self._reading.refused_paragraphs += 1
        self._reading.note(range(piece.line, (last or piece.last) + 1), "refused")


def _begins_anew(before: Piece, piece: Piece) -> bool:
    """Return whether a line does not go on with the title that the line before may begin."""
    told = piece.text
    ended = before.text.endswith((".", "!"))
    return ended or bool(
        _SELECTION.match(told) or _HEADER.fullmatch(told) or _SENTENCES.fullmatch(told)
    )


def _without_addresses(piece: Piece) -> Piece:
    """Return a piece with the addresses that stand in it as what it leads to."""
    if "http" not in piece.text.lower():
        return piece
    links = tuple(_ADDRESS.findall(piece.text))
    bare = " ".join(_ADDRESS.sub(" ", piece.text).split())
    return replace(piece, text=bare, raw=bare, links=(*piece.links, *links))


def _day_of(told: str) -> PageDay | None:
    """Return the day of a selection: `6 Jul`, `Jul 6`, `6 July 2026`."""
    swapped = re.sub(r"^(\d{1,2})(?:st|nd|rd|th)?\s([A-Za-z]{3,9})\.?$", r"\2 \1", told.strip())
    found = printed_day(swapped)
    return found[0] if found else None
