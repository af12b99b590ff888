"""Days as sources write them."""

from __future__ import annotations

from datetime import date

import pytest

from digest.dumps.dates import day_of_parts, month_named, read_day

FIFTH = date(2020, 3, 5)


@pytest.mark.parametrize(
    "told",
    [
        "2020-03-05",
        "2020-3-5",
        "2020\u201003\u201105",
        " 2020-03-05T23:30:00-05:00 ",
        "2020-03-05 15:07:41",
        "2020-03-05T00:00:00.000Z",
        "2020-03-05Z",
        "2020-03-05/2020-03-09",
        "20200305",
        "20200305T101010Z",
        "2020/03/05",
        "2020/3/5 15:07:41",
        "2020/03/05/",
        "2020/03/05/Spring",
        "2020.03.05",
        "2020. 3. 5.",
        "2020年3月5日",
        "2020년 3월 5일",
        "5 Mar 2020",
        "05 March 2020",
        "5. März 2020",
        "5 de marzo de 2020",
        "5 mars 2020",
        "5th March 2020",
        "5th of March, 2020",
        "5-Mar-2020",
        "5/Mar/2020",
        "March 5, 2020",
        "Mar. 5th, 2020",
        "MAR 5 2020",
        "Thursday, March 5, 2020",
        "2020 Mar 5",
        "2020-Mar-05",
        "2020 Mar 05;12(3)",
        "Thu, 05 Mar 2020 23:59:60 GMT",
        "Thu, 5 Mar 2020 10:00:00 +0100",
        "05 Mar 20 10:00 EST",
        "Thu Mar  5 10:00:00 2020",
        "Thu Mar 5 10:00:00 UTC 2020",
    ],
)
def test_whole_days_are_read(told: str) -> None:
    assert read_day(told) == FIFTH


@pytest.mark.parametrize(
    "told",
    [
        "",
        None,
        20200305,
        "2020",
        "2020-03",
        "March 2020",
        "Mar 2020",
        "Mar 5",
        "Spring 2020",
        "2020-W10-4",
        "2020 Spring",
        "Winter 2020-2021",
        "Jan-Feb 2020",
        "2020-00-00",
        "2020-03-00",
        "2020/00/05",
        "00 March 2020",
        "5 Mar 20",
        "05/03/20",
        "20-03-05",
        "5 Mar '20",
        "c2020",
        "in press",
        "2020W104",
        "2020-065",
        "2020065",
        "3/4/2020",
        "03.04.2020",
        "2020-02-30",
        "30 Feb 2020",
        "2020-13-01",
        "2020/03//",
        "2020///",
        "0001-01-01T00:00:00Z",
        "1234567890",
        "2020-03-05-09",
        "2020-03-05~",
        "2020-03-051",
        "March 5-7, 2020",
        "5-7 March 2020",
        "5 Margin 2020",
        "Dec 25 cats 2020",
        "version 2020-03-05",
        "٢٠٢٠-٠٣-٠٥",
        "5 Mar 2020" + " " * 100,
    ],
)
def test_nothing_is_guessed(told: object) -> None:
    assert read_day(told) is None


@pytest.mark.parametrize(
    "parts",
    [
        ("2020", "3", "5"),
        ("2020", "03", "05"),
        (2020, 3, 5),
        ("2020", "March", "5"),
        ("{2020}", "mar", "{5}"),
        ("2020", "5~March", ""),
        ("2020", "March 5", None),
        ("2020", "March~5", ""),
        ("2020", "5. März", ""),
    ],
)
def test_the_parts_of_a_day_are_put_together(parts: tuple[object, object, object]) -> None:
    assert day_of_parts(*parts) == FIFTH


@pytest.mark.parametrize(
    "parts",
    [
        ("2020", "3", ""),
        ("2020", "March", ""),
        ("", "March", "5"),
        ("2020", "", "5"),
        ("2020", "March--April", ""),
        ("2020", "March", "5--7"),
        ("2020", "00", "00"),
        ("2020", "3", "0"),
        ("20", "3", "5"),
        ("2020", "Spring", "5"),
        ("2020", "Jan-Feb", "5"),
        ("in press", "March", "5"),
    ],
)
def test_a_part_that_is_missing_is_not_made_up(parts: tuple[object, object, object]) -> None:
    assert day_of_parts(*parts) is None


def test_months_are_known_by_name_and_by_abbreviation() -> None:
    names = ("Jan", "february", "Mrz.", "avr", "mai", "Juni", "juil", "AUG", "Sept.", "okt", "Nov")
    assert [month_named(name) for name in names] == list(range(1, 12))
    assert [month_named(name) for name in ("Marble", "Sunday", "the", "jui", "Marx")] == [None] * 5
