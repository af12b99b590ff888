"""Days without a year, and the years they get."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from digest.dumps.page.dates import PageDay, printed_day
from tests.dumps.pages import blank_separated, papers, parse, with_bylines

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_page_is_of_the_year_after_the_latest_one_printed() -> None:
    text = with_bylines(papers(3), ["Nov 25, 2022", "Sep 25", "May 1, 2019"])
    dump = parse(text, now=NOW)
    assert dump.captured_on == date(2023, 12, 11)
    assert [r.published for r in dump.records] == [
        *(date(2022, 11, 25), date(2023, 9, 25), date(2019, 5, 1))
    ]


@pytest.mark.parametrize(("day", "year"), [("Feb 28", 2026), ("Mar 1", 2026), ("Mar 2", 2025)])
def test_with_no_year_printed_the_page_is_not_after_the_clock(day: str, year: int) -> None:
    dump = parse(blank_separated(papers(3), day=day), now=NOW)
    assert dump.captured_on is not None
    assert dump.captured_on.year == year
    assert [r.published for r in dump.records] == [None] * 3


def test_what_the_operator_says_wins() -> None:
    text = with_bylines(papers(2), ["Nov 25, 2022", "Sep 25"])
    dump = parse(text, now=NOW, captured_on=date(2031, 12, 12))
    assert dump.captured_on == date(2031, 12, 12)
    assert [r.published for r in dump.records] == [date(2022, 11, 25), date(2031, 9, 25)]


def test_a_page_without_a_day_dates_nothing_that_has_no_year() -> None:
    dump = parse(with_bylines(papers(2), ["Nov 25, 2022", "Sep 25"], day=None), now=NOW)
    assert dump.captured_on is None
    assert [r.published for r in dump.records] == [date(2022, 11, 25), None]


def test_a_day_that_fits_no_year_costs_the_field_and_not_the_paper() -> None:
    dump = parse(with_bylines(papers(2), ["Nov 25, 2022", "Feb 29"]), now=NOW)
    assert [r.published for r in dump.records] == [date(2022, 11, 25), None]
    assert [r.reason for r in dump.notes] == ["date not read: there is no Feb 29 in 2023"]
    assert dump.rejections == ()


def test_a_leap_day_page_is_of_the_latest_leap_year() -> None:
    dump = parse(blank_separated(papers(2), day="Feb 29"), now=NOW)
    assert dump.captured_on == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Mar 13", (PageDay(3, 13), None)),
        ("Mar 13 3", (PageDay(3, 13), 3)),
        ("Mar 6, 2024 1", (PageDay(3, 6, 2024), 1)),
        ("September 9, 2024", (PageDay(9, 9, 2024), None)),
        ("Marvel 13", None),
        ("Mar 13 papers", None),
        ("13", None),
    ],
)
def test_days_are_read_as_printed(line: str, expected: tuple[PageDay, int | None] | None) -> None:
    assert printed_day(line) == expected
