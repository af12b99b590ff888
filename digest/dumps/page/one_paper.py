"""The page of one paper, as text: its number, title, authors and abstract stand in this order.

What follows the abstract (the discussion, and models that cite the paper) belongs to the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.dumps.page import furniture
from digest.dumps.page.card import Card
from digest.dumps.page.card_facts import CardFacts, paper_id, read_facts
from digest.dumps.page.paragraphs import closes_sentence, unit_of
from digest.dumps.page.pieces import Piece, Source
from digest.dumps.page.reading import PageReading

_NUMBER = re.compile(r"arxiv:\s?\d{4}\.\d{4,5}(?:v\d+)?", re.IGNORECASE)
_END = re.compile(r"(?:view (?:on )?arxiv|view pdf|add to collection|community\b)", re.IGNORECASE)
_AI_SUMMARY = "ai-generated summary"
_SHORTEST_ABSTRACT = 150  # characters
_LONGEST_NAME = 60


def is_paper_page(source: Source) -> bool:
    """Return whether a text is the page of one paper: its number, "Abstract" and an end."""
    return _places(source.pieces) is not None


def read_paper_page(source: Source) -> PageReading:
    """Read the page of one paper, or raise ValueError when it is none (see `is_paper_page`)."""
    places = _places(source.pieces)
    if places is None:
        raise ValueError("no page of one paper")
    number, title, abstract, end = places
    pieces = source.pieces
    facts = CardFacts(authors=_authors(pieces[title + 1 : abstract]))
    facts.addresses = (f"https://arxiv.org/abs/{paper_id(pieces[number].text)}",)
    for piece in pieces[title + 1 : abstract]:
        told = read_facts(piece.text)
        if told is not None and (told.day or told.role == "upvotes"):
            told.day_line = piece.line if told.day else None
            facts.take(told)
    told_by_page = _abstract(pieces[abstract + 1 : end])
    card = Card(unit_of([pieces[title]]), unit_of(told_by_page), facts)
    card.lines = {n for piece in pieces[number:end] for n in range(piece.line, piece.last + 1)}
    reading = PageReading(cards=[card], days=[None], signs=1)
    reading.note(card.lines, "paper")
    reading.note({n for piece in pieces for n in range(piece.line, piece.last + 1)}, "furniture")
    reading.note(set(source.markup), "furniture")
    return reading


def _places(pieces: Sequence[Piece]) -> tuple[int, int, int, int] | None:
    """Return where the number, the title, the word "Abstract" and the abstract's end stand."""
    numbers = [at for at, piece in enumerate(pieces) if _NUMBER.fullmatch(piece.text)]
    words = [at for at, piece in enumerate(pieces) if piece.text.lower() == "abstract"]
    if len(numbers) != 1 or len(words) != 1 or words[0] < numbers[0]:
        return None
    number, abstract = numbers[0], words[0]
    title = next(
        (at for at in range(number + 1, abstract) if not furniture.is_furniture(pieces[at].text)),
        None,
    )
    end = next((at for at in range(abstract, len(pieces)) if _END.match(pieces[at].text)), None)
    if title is None or end is None or read_facts(pieces[title].text) is not None:
        return None
    told = _abstract(pieces[abstract + 1 : end])
    size = sum(len(piece.text) for piece in told)
    return (number, title, abstract, end) if size >= _SHORTEST_ABSTRACT else None


def _abstract(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return an abstract's lines, without the summary that the site puts above it."""
    marks = [at for at, piece in enumerate(pieces) if piece.text.lower() == _AI_SUMMARY]
    return pieces[marks[-1] + 1 :] if marks else pieces


def _authors(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the names behind "Authors:", one a line or parted by commas."""
    begin = next((at for at, p in enumerate(pieces) if p.text.lower().startswith("authors:")), None)
    if begin is None:
        return ()
    told = [pieces[begin].text.partition(":")[2], *(piece.text for piece in pieces[begin + 1 :])]
    names = (
        name.strip() for line in told if not line.startswith("http") for name in line.split(",")
    )
    return tuple(dict.fromkeys(
        name for name in names
        if 1 < len(name) <= _LONGEST_NAME and not closes_sentence(name)
    ))  # fmt: skip
