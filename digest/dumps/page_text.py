"""A saved page of papers, as text: the three layouts that occur, and what lies between them.

    Subscribe + first title glued, then title and abstract line by line
    title, blank line, abstract, blank line
    the same with a byline: "• 8 authors", "·", "Nov 25, 2022 3" (the 3: comments)

The page's own header and controls are skipped where they occur and required nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from digest.dumps import record, text
from digest.dumps.interface import Dump, Rejection
from digest.dumps.page_dates import PageDay, page_year, read_count, read_day
from digest.dumps.page_layouts import LONGEST_TITLE, Alignment, Unit, align, convincing
from digest.errors import DumpError
from digest.papers import PaperRecord

_SIGNS = re.compile(
    r"get trending papers in your email inbox\b.*|by\s?ak and the research community|"
    r"daily papers|trending papers",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"new|Subscribe|Upvote")
_MENU = re.compile(  # what may stand above the first paper, in captures of the whole page
    r"hugging face(?:'s logo)?|models|datasets|spaces|community|docs|enterprise|pricing|log in|"
    r"sign up|submit|papers|daily|weekly|monthly|previous|next",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:[•·∙*-] ?)?(?P<authors>\d{1,5}) authors?(?: ?[•·∙|-] ?(?P<rest>.+))?")
_SEPARATOR = re.compile(r"[•·∙|]+")
_OTHER_FORMATS = re.compile(rb"\s*(?:<(?:!doctype|html|\?xml|rss|feed)|[\[{]\s*[\"\[{\]}])", re.I)


@dataclass(slots=True)
class _Byline:
    authors: int | None = None
    day: PageDay | None = None
    day_line: int | None = None
    comments: int | None = None
    closed: bool = False  # a blank line came after it: a bare number is not its comments


@dataclass(slots=True)
class _Page:
    """A page taken apart: running text in units, and what stands between them."""

    units: list[Unit] = field(default_factory=list)
    bylines: dict[int, _Byline] = field(default_factory=dict)  # unit that it follows → byline
    upvotes: dict[int, int] = field(default_factory=dict)  # unit that it precedes → count
    day: PageDay | None = None
    day_line: int | None = None
    signs: int = 0  # lines that only this page has


class PageText:
    """The saved page as text."""

    name = "page-text"
    version = 2

    def recognises(self, head: bytes) -> bool:
        """Say whether these first bytes are a saved page's text; never raises."""
        if _OTHER_FORMATS.match(head):
            return False
        whole = head if len(head) < 60_000 else head[: head.rfind(b"\n") + 1]
        try:
            page, alignment = _read(text.decode_text(whole))
        except DumpError:
            return False
        return _is_page(page, alignment)

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a whole page. Raises DumpError when it is none; see `Format.parse`."""
        lines = text.decode_text(data)
        page, alignment = _read(lines)
        if not _is_page(page, alignment):
            raise _refusal(page, alignment)
        days = [byline.day for byline in page.bylines.values() if byline.day]
        year = page_year(page.day, days, today=now.date(), captured_on=captured_on)
        rejections = [Rejection(lost.line, lost.reason) for lost in alignment.lost]
        records: list[PaperRecord] = []
        for title, abstract in alignment.pairs:
            if problem := _not_utf8(lines, page.units[title], page.units[abstract]):
                rejections.append(problem)
                continue
            found, problem = _record(page, title, abstract, position=len(records), year=year)
            records.append(found)
            if problem:
                rejections.append(problem)
        stated = captured_on
        if stated is None and page.day is not None:
            stated = page.day.on(year)
            if stated is None:
                rejections.append(_no_such_day(page.day, page.day_line, year))
        return Dump(
            format=self.name,
            parser_version=self.version,
            captured_on=stated,
            records=tuple(records),
            rejections=tuple(sorted(rejections, key=lambda r: r.line or 0)),
        )


def _record(
    page: _Page, title: int, abstract: int, *, position: int, year: int | None
) -> tuple[PaperRecord, Rejection | None]:
    byline = page.bylines.get(abstract, _Byline())
    published, problem = None, None
    if byline.day is not None and (byline.day.year or year) is not None:
        published = byline.day.on(year)
        if published is None:
            problem = _no_such_day(byline.day, byline.day_line, year)
    built = record.build_record(
        tex_source="page",
        title=page.units[title].text,
        abstract=page.units[abstract].text,
        position=position,
        line=page.units[title].line,
        author_count=byline.authors,
        published=published,
        comments=byline.comments,
        upvotes=page.upvotes.get(title),
    )
    return built, problem


def _no_such_day(day: PageDay, line: int | None, year: int | None) -> Rejection:
    where = "" if day.year is not None else f" in {year}"
    return Rejection(line, f"date not read: there is no {day}{where}")


def _not_utf8(lines: text.Lines, *units: Unit) -> Rejection | None:
    for unit in units:
        for number in range(unit.line, unit.last + 1):
            if number in lines.bad:
                return Rejection(number, lines.bad[number])
    return None


def _is_page(page: _Page, alignment: Alignment) -> bool:
    if page.signs:
        return bool(alignment.pairs) and len(alignment.lost) <= len(alignment.pairs) + 1
    return convincing(page.units, alignment)


def _refusal(page: _Page, alignment: Alignment) -> DumpError:
    if page.signs and not page.units:
        return DumpError("a page without papers: only its header was saved")
    lost = alignment.lost[0] if alignment.lost else None
    first = f"; first misfit: {lost.reason}" if lost else ""
    return DumpError(
        f"no saved page of papers: titles and abstracts do not alternate{first}",
        line=lost.line if lost else 1,
    )


def _read(lines: text.Lines) -> tuple[_Page, Alignment]:
    """Take a page apart by blank lines; where those do not separate, by lines."""
    blocks = _take_apart(lines.all, by_block=True)
    aligned = align(blocks.units)
    if any(unit.last > unit.line for unit in blocks.units):
        single = _take_apart(lines.all, by_block=False)
        by_line = align(single.units)
        if 2 * len(aligned.lost) >= len(aligned.pairs) and _share(single, by_line) > _share(
            blocks, aligned
        ):
            return single, by_line
    return blocks, aligned


def _share(page: _Page, alignment: Alignment) -> float:
    return 2 * len(alignment.pairs) / max(1, len(page.units))


def _take_apart(lines: Sequence[str], *, by_block: bool) -> _Page:
    """Sort lines into units, bylines, counts and the page's own furniture."""
    page = _Page()
    open_unit = False  # whether the next line of text continues the last unit
    furniture = True  # whether the line before was the page's own
    byline: _Byline | None = None  # the byline being read
    waiting: Unit | None = None  # a bare number: the upvotes of the next title, or a title
    for number, seen in enumerate(map(text.visible, lines), start=1):
        line = _unglued(page, seen) if furniture else seen
        if not line:
            open_unit = False
            if byline is not None:
                byline.closed = True
        elif _is_furniture(page, line, number, furniture):
            open_unit, byline, furniture = False, None, True
        elif (read := _read_byline(line, byline)) is not None and page.units:
            byline = _open_byline(page) if byline is None else byline
            _fill(byline, read, number)
            page.signs += read.authors is not None
            open_unit, furniture = False, False
        elif read_count(line) is not None:
            waiting, open_unit, furniture = Unit(line, number, number), False, False
        elif open_unit and by_block:
            last = page.units[-1]
            page.units[-1] = replace(last, text=f"{last.text} {line}", last=number)
        else:
            unit = Unit(line, number, number, after_byline=byline is not None)
            _append(page, unit, waiting)
            byline, waiting, open_unit, furniture = None, None, True, False
    return page


def _open_byline(page: _Page) -> _Byline:
    page.units[-1] = replace(page.units[-1], before_byline=True)
    return page.bylines.setdefault(len(page.units) - 1, _Byline())


def _append(page: _Page, unit: Unit, waiting: Unit | None) -> None:
    """Add a unit; a bare number before it was its upvotes, or, before an abstract, its title."""
    if waiting is not None and len(unit.text) > LONGEST_TITLE:
        page.units.append(replace(waiting, after_byline=unit.after_byline))
        unit = replace(unit, after_byline=False)
    elif waiting is not None and (count := read_count(waiting.text)) is not None:
        page.upvotes[len(page.units)] = count
    page.units.append(unit)


def _unglued(page: _Page, line: str) -> str:
    """Cut the button's word "Subscribe" off the line that it is glued to."""
    rest = line.removeprefix("Subscribe")
    if rest == line or not rest or rest[0] == " ":
        return line
    # "Subscribers" is a word; below the page's header it is the button and a title in lower case.
    return rest if page.signs or not rest[0].islower() else line


def _is_furniture(page: _Page, line: str, number: int, after_furniture: bool) -> bool:
    """Skip what belongs to the page, not to a paper; note its signs and its day."""
    if _SIGNS.fullmatch(line):
        page.signs += 1
        return True
    if _CONTROLS.fullmatch(line) or (not page.units and _MENU.fullmatch(line)):
        return True
    if after_furniture and (found := read_day(line)) and found[1] is None:
        if page.day is None:
            page.day, page.day_line = found[0], number
        return True
    return False


def _read_byline(line: str, current: _Byline | None) -> _Byline | None:
    """Read one line of a byline, whole (`• 8 authors · Mar 13 3`) or in parts."""
    if _SEPARATOR.fullmatch(line):
        return _Byline()
    if found := _BYLINE.fullmatch(line):
        rest = read_day(found["rest"]) if found["rest"] else None
        if found["rest"] and rest is None:
            return None
        day, comments = rest or (None, None)
        return _Byline(int(found["authors"]), day, None, comments)
    if dated := read_day(line):
        return _Byline(None, dated[0], None, dated[1])
    if current is None or current.closed or current.day is None or current.comments is not None:
        return None
    if (count := read_count(line)) is not None:
        return _Byline(comments=count)
    return None


def _fill(byline: _Byline, read: _Byline, line: int) -> None:
    if read.authors is not None:
        byline.authors = read.authors
    if read.day is not None:
        byline.day, byline.day_line = read.day, line
    if read.comments is not None:
        byline.comments = read.comments
