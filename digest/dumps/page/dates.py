"""The days a page prints, and the years it leaves out.

A page prints a year only for papers that are not of its own year: `Nov 25, 2022` but `Sep 25`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT = {
    *_MONTHS,
    *("sept", "january", "february", "march", "april", "june", "july", "august"),
    *("september", "october", "november", "december"),
}
_DAY = re.compile(
    r"(?:(?P<month>[A-Z][a-z]{2,8})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s(?P<year>(?:19|20)\d\d))?"
    r"|(?P<day_first>\d{1,2})\.?\s(?P<month_second>[A-Z][a-z]{2,8})\.?,?\s(?P<year_last>(?:19|20)\d\d)"
    r"|(?P<iso>(?:19|20)\d\d-\d\d-\d\d))"
    r"(?:\s(?P<count>\d[\d.,]*k?))?"
)

_GLUED_COUNT = re.compile(
    r"(?P<day>[A-Za-z]{3,9}\.? (?:[12]\d|3[01]|[1-9])(?:, (?:19|20)\d\d)?)(?P<count>\d{1,3})"
)


@dataclass(frozen=True, slots=True)
class PageDay:
    """A day as printed: `Mar 13`, `Nov 25, 2022`; it may exist in no year (`Feb 30`)."""

    month: int  # 1 to 12
    day: int
    year: int | None = None

    def on(self, year: int | None) -> date | None:
        """Return the day in its own year, else in `year`; None where there is no such day."""
        chosen = self.year if self.year is not None else year
        if chosen is None:
            return None
        try:
            return date(chosen, self.month, self.day)
        except ValueError:
            return None

    def __str__(self) -> str:
        year = f", {self.year}" if self.year is not None else ""
        return f"{_MONTHS[self.month - 1].title()} {self.day}{year}"


def printed_day(line: str) -> tuple[PageDay, int | None] | None:
    """Read `Mar 13`, `Mar 13, 2024`, `13 March 2024`, `2024-03-13`, and a count after it.

    `line` has single spaces. Returns None when it is anything else.
    """
    found = _DAY.fullmatch(line)
    if not found:
        # What a page's markup keeps apart may be glued in its text: "Nov 28" and "2" comments.
        apart = _GLUED_COUNT.fullmatch(line)
        return printed_day(f"{apart['day']} {apart['count']}") if apart else None
    count = read_count(found["count"]) if found["count"] else None
    if found["iso"]:
        year, month, day = map(int, found["iso"].split("-"))
        return (PageDay(month, day, year), count) if 1 <= month <= 12 else None
    name = (found["month"] or found["month_second"]).lower()
    if name not in _SPELT:
        return None
    printed = found["year"] or found["year_last"]
    number = int(found["day"] or found["day_first"])
    month = _MONTHS.index(name[:3]) + 1
    return PageDay(month, number, int(printed) if printed else None), count


def read_count(text: str) -> int | None:
    """Read a count of votes or comments: `7`, `1,204`, `1.2k`, `1.02m`; None for anything else."""
    found = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d{1,7})|(\d{1,4}(?:\.\d{1,2})?)([km])", text)
    if not found:
        return None
    if found[1]:
        return int(found[1].replace(",", ""))
    return round(float(found[2]) * {"k": 1_000, "m": 1_000_000}[found[3]])


def page_year(
    page_day: PageDay | None, days: Iterable[PageDay], *, today: date, captured_on: date | None
) -> int | None:
    """Return the year of the page, which is that of every day printed without one.

    What the operator says (`captured_on`) wins; then the page's own year; then the year after
    the latest one printed; then the latest in which the page's day is not after `today`.
    None when the page prints no day and nobody says one.
    """
    if captured_on is not None:
        return captured_on.year if page_day is None else _latest_year(page_day, captured_on)
    if page_day is None:
        return None
    if page_day.year is not None:
        return page_day.year
    printed = [day.year for day in days if day.year is not None]
    if printed:
        return max(printed) + 1
    return _latest_year(page_day, today)


def _latest_year(page_day: PageDay, today: date) -> int:
    """Return the latest year in which the day exists and is not after `today`."""
    # Eight years hold a 29 February, whatever the century.
    for year in range(today.year, max(today.year - 9, 0), -1):
        found = page_day.on(year)
        if found is not None and found <= today:
            return year
    return today.year
