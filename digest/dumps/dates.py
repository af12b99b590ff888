"""The one reader of days: every form that sources write a whole day in, and nothing guessed.

Pure. A source that names only a year, a month, a week or a season names no day, and neither does
`3/4/2020`, which is another day on each side of the Atlantic: then the day stays empty.
"""

from __future__ import annotations

import re
from datetime import date

_LONGEST = 80  # characters; a longer text is not a date
_EARLIEST = 1400  # a year before printing is a program's zero: 0001-01-01

# English, German, French, Spanish, Italian, Portuguese, Dutch; the shortenings that are no
# beginnings of a name come last.
_MONTHS = (
    "january januar jänner janvier enero gennaio janeiro januari",
    "february februar feber février fevrier febrero febbraio fevereiro februari",
    "march märz mars marzo março maart mrz",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august août aout agosto augustus",
    "september septembre septiembre setiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember décembre decembre diciembre dicembre dezembro",
)
_SHORTEST = 3  # letters of a month's name

_YEAR = r"(?P<year>[12]\d{3})"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_WORD = r"(?P<word>[^\W\d_]{3,10})\.?"
_GAP = r"[\s,./~_-]{1,3}"
_ORDINAL = r"(?:st|nd|rd|th|º|er)?\.?"
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+(?:the\s+)?)?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
# What may stand behind a day: a time, the end of an interval, RIS's last slash and its remark.
_REST = r"(?:$|[T\s/,;+Z(].*)"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE | re.DOTALL)
    for form in (
        rf"{_YEAR}-(?P<month>\d{{1,2}})-{_DAY}{_REST}",
        rf"{_YEAR}/(?P<month>\d{{1,2}})/{_DAY}{_REST}",
        rf"{_YEAR}\.\s?(?P<month>\d{{1,2}})\.\s?{_DAY}\.?{_REST}",
        rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})(?:$|[T\s]\d.*)",
    )
) + tuple(
    re.compile(form, re.IGNORECASE | re.DOTALL)
    for form in (
        rf"{_YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?{_DAY}\s?[日일].*",
        rf"{_YEAR}{_GAP}{_WORD}{_GAP}{_DAY}{_REST}",
        rf"{_WEEKDAY}{_DAY}{_ORDINAL}{_GAP}(?:(?:of|de|di)\s)?{_WORD}{_GAP}(?:de\s)?{_YEAR}{_REST}",
        rf"{_WEEKDAY}{_WORD}{_GAP}{_DAY}{_ORDINAL}{_GAP}{_YEAR}{_REST}",
        rf"{_WEEKDAY}{_WORD}\s+{_DAY}\s+{_CLOCK}(?:\s[A-Z+:\d-]{{2,6}})?\s+{_YEAR}",  # Unix `date`
        rf"{_WEEKDAY}{_DAY}\s+{_WORD}\s+(?P<short>\d{{2}})\s+{_CLOCK}.*",  # RFC 822: 8 Oct 13
    )
)
_HYPHENS = str.maketrans("\u2010\u2011\u2212", "---")
_PIVOT = 50  # RFC 5322, 4.3: two digits below it are this century's


def read_day(value: object) -> date | None:
    """Return the whole day that a text names, in the source's own zone; else None.

    Takes ISO 8601 calendar days (with or without a time), years first with slashes or dots,
    months in words, and the dates of RFC 822 and 5322, leap seconds too. Of an interval it is the
    first day.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    told = " ".join(value.translate(_HYPHENS).split())
    for form in _FORMS:
        if found := form.fullmatch(told):
            return _day(found)
    return None


def day_of_parts(year: object, month: object, day: object) -> date | None:
    """Return the day that three parts name together; None unless each is there.

    `month` may be a number or a word, and may hold the day, too, as BibTeX does: `10~jan`,
    `May 3`.
    """
    told = [" ".join(_bare(part).split()) for part in (year, month, day)]
    if not told[0] or not told[1]:
        return None
    if told[2] and re.fullmatch(r"\d{1,2}", told[1]):
        return read_day(f"{told[0]}-{told[1]}-{told[2]}")
    return read_day(" ".join(filter(None, (told[2], told[1], told[0]))))


def month_named(word: str) -> int | None:
    """Return the number (1 to 12) of a month that is named or shortened, else None."""
    return _BY_BEGINNING.get(word.lower().rstrip("."))


def _bare(part: object) -> str:
    return re.sub(r"[{}~,]", " ", str(part)) if isinstance(part, str | int) else ""


def _day(found: re.Match[str]) -> date | None:
    told = found.groupdict()
    month = month_named(told["word"]) if told.get("word") else int(told["month"])
    if told.get("short"):
        year = int(told["short"]) + (2000 if int(told["short"]) < _PIVOT else 1900)
    else:
        year = int(told["year"])
    if month is None or year < _EARLIEST:
        return None
    try:
        return date(year, month, int(told["day"]))
    except ValueError:
        return None


def _by_beginning() -> dict[str, int]:
    """Return the month of every name and of every beginning that no other month shares."""
    found: dict[str, set[int]] = {}
    for month, names in enumerate(_MONTHS, start=1):
        for name in names.split():
            for length in range(_SHORTEST, len(name) + 1):
                found.setdefault(name[:length], set()).add(month)
    return {beginning: month for beginning, (month, *more) in found.items() if not more}


_BY_BEGINNING = _by_beginning()
