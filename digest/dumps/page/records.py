"""From a page's cards to a dump: days get their years, facts their fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from digest.dumps import hf_json, record
from digest.dumps.interface import Dump, Format, Rejection
from digest.dumps.page.card import Card
from digest.dumps.page.card_facts import is_repository
from digest.dumps.page.dates import PageDay, page_year
from digest.dumps.page.reading import PageReading
from digest.errors import counted
from digest.papers import Link, PaperRecord


def to_dump(
    reading: PageReading, source: Format, *, now: datetime, captured_on: date | None
) -> Dump:
    """Return a reading as a dump in `source`'s format; see `Format.parse`."""
    years = [_year(reading, page, now, captured_on) for page in range(len(reading.days))]
    notes = [*_notes(reading)]
    records = []
    for position, card in enumerate(reading.cards):
        published, problem = _published(card, years[card.page])
        records.append(to_record(card, position=position, published=published))
        notes += [problem] if problem else []
    stated = captured_on
    for told, year in zip(reading.days, years, strict=True):
        if stated is None and told is not None:
            stated = told[0].on(year)
            if stated is None:
                notes.append(_no_such_day(*told, year))
    return Dump(
        format=source.name,
        parser_version=source.version,
        captured_on=stated,
        records=tuple(records),
        rejections=tuple(reading.refused),
        notes=tuple(notes),
    )


def to_record(card: Card, *, position: int, published: date | None) -> PaperRecord:
    """Return a card as a record. Its submitter and stars wait for their fields."""
    arxiv_id, links = hf_json.paper_links(card.arxiv_id or "")
    code = [Link("code", url) for url in card.facts.addresses if is_repository(url)]
    return record.build_record(
        tex_source="page",
        title=card.title.text,
        abstract=card.abstract.text if card.abstract else "",
        position=position,
        line=card.title.line,
        authors=card.facts.authors,
        organisations=filter(None, [card.facts.organisation]),
        author_count=card.facts.author_count,
        published=published,
        comments=card.facts.comments,
        upvotes=card.votes,
        links=(*links, *code),
        arxiv_id=arxiv_id,
        github_url=next((url for url in card.facts.addresses if is_repository(url)), None),
        github_stars=card.facts.stars,
        submitter=card.facts.submitter or "",
    )


def _year(reading: PageReading, page: int, now: datetime, captured_on: date | None) -> int | None:
    days = [card.facts.day for card in reading.cards if card.page == page and card.facts.day]
    told = reading.days[page]
    return page_year(told[0] if told else None, days, today=now.date(), captured_on=captured_on)


def _published(card: Card, year: int | None) -> tuple[date | None, Rejection | None]:
    day = card.facts.day
    if day is None or (day.year or year) is None:
        return None, None
    published = day.on(year)
    return published, None if published else _no_such_day(day, card.facts.day_line, year)


def _no_such_day(day: PageDay, line: int | None, year: int | None) -> Rejection:
    where = "" if day.year is not None else f" in {year}"
    return Rejection(line, f"date not read: there is no {day}{where}")


def _notes(reading: PageReading) -> Iterator[Rejection]:
    if reading.cut_at is not None:
        yield Rejection(reading.cut_at, "it looks cut off: the last abstract ends in mid-sentence")
    for piece in reading.doubts:
        yield Rejection(
            piece.line,
            f"{piece.text[:60]!r} may begin a title or an abstract: the wrapped lines do not tell",
        )
    for piece, count in reading.repeated:
        yield Rejection(piece.line, f"{piece.text!r} left out: {count} cards say it, and no paper")
    if reading.doubled:
        yield Rejection(None, f"{counted(reading.doubled, 'card')} printed twice")
