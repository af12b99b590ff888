"""What a reader may choose, checked field by field. Pure.

The same check serves the pages, the command line and imports: text fields come in, `Preferences`
or a list of problems, each with its field, comes out.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import cast

from subscribers.addresses import parse_name
from subscribers.errors import AddressError, ProfileError
from subscribers.language_tags import nearest
from subscribers.messages import message
from subscribers.profile import parse
from subscribers.store import Breadth, Cadence, Subscriber, Told

CADENCES: tuple[Cadence, ...] = ("daily", "weekdays", "days", "weekly")
BREADTHS: tuple[Breadth, ...] = ("normal", "strict", "wide")  # the default first
TOLD: tuple[Told, ...] = ("summary", "abstract")
MAX_PAPERS = 50

_CONTINENTS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a reader chose; the fields of a `Subscriber` that are theirs to change.

    None: as the operator's settings say.
    """

    keywords: str
    name: str = ""
    language: str = ""  # empty: the newsletter's
    timezone: str | None = None
    hour: int | None = None
    cadence: Cadence = "daily"
    weekdays: tuple[int, ...] = ()
    max_papers: int | None = None
    wants_html: bool = True
    breadth: Breadth = "normal"
    cards: Told | None = None

    def applied_to(self, subscriber: Subscriber) -> Subscriber:
        """Return the subscriber with these preferences."""
        return replace(subscriber, **{name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field."""

    field: str  # its name in the form or the file
    reason: str  # a Message


class PreferencesError(ValueError):
    """Some fields cannot be kept. Carries each with its reason."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.reason}" for p in self.problems))


def preferences_of(subscriber: Subscriber) -> Preferences:
    """Return what a subscriber has chosen so far."""
    return Preferences(
        **{each.name: getattr(subscriber, each.name) for each in fields(Preferences)}
    )


def fields_of(reader: Subscriber | Preferences) -> dict[str, str]:
    """Return preferences as a form would send them."""
    return {
        "keywords": reader.keywords,
        "name": reader.name,
        "language": reader.language,
        "timezone": reader.timezone or "",
        "hour": "" if reader.hour is None else str(reader.hour),
        "cadence": reader.cadence,
        "weekdays": " ".join(map(str, reader.weekdays)),
        "max_papers": "" if reader.max_papers is None else str(reader.max_papers),
        "format": "html" if reader.wants_html else "text",
        "breadth": reader.breadth,
        "cards": reader.cards or "",
    }


def completed(fields: Mapping[str, str], known: Subscriber | None) -> dict[str, str]:
    """Return fields for `read_preferences`; what is empty or missing stays as the reader has it."""
    given = {name: value for name, value in fields.items() if value.strip()}
    return (fields_of(known) if known else {}) | given


def read_preferences(fields: Mapping[str, str], languages: Collection[str] = ()) -> Preferences:
    """Check text fields; one that is missing or empty means the default.

    Args:
        languages: tags of those that mails can be written in; empty: any is taken.
        fields: any of keywords, name, language, timezone, hour, cadence, weekdays (numbers with
            Monday 0, separated by spaces or commas), weekday (the one of a weekly mail, before
            weekdays), max_papers, format ('html' or 'text'), breadth ('strict', 'normal' or
            'wide'), cards ('summary' or 'abstract').

    Raises:
        PreferencesError: with every problem.
    """
    problems: list[FieldProblem] = []
    keywords = fields.get("keywords", "").replace("\r\n", "\n").strip()
    try:
        parse(keywords)
    except ProfileError as error:
        problems += [FieldProblem("keywords", problem.told) for problem in error.problems]
    try:
        name = parse_name(fields.get("name", ""))
    except AddressError as error:
        name = ""
        problems.append(FieldProblem("name", error.args[0]))
    cadence = _one_of(fields, "cadence", CADENCES, problems)
    preferences = Preferences(
        keywords,
        name,
        _language(fields, languages, problems),
        _timezone(fields, problems),
        _number(fields, "hour", 0, 23, problems),
        cast(Cadence, cadence),
        _weekdays(fields, cadence, problems),
        _number(fields, "max_papers", 1, MAX_PAPERS, problems),
        _one_of(fields, "format", ("html", "text"), problems) == "html",
        cast(Breadth, _one_of(fields, "breadth", BREADTHS, problems)),
        cast("Told | None", _one_of(fields, "cards", ("", *TOLD), problems) or None),
    )
    if problems:
        raise PreferencesError(problems)
    return preferences


@lru_cache(maxsize=1)
def timezones() -> tuple[str, ...]:
    """The time zones to choose from: IANA names with a place, and UTC, in order."""
    return ("UTC", *sorted(name for name in _zones() if name.startswith(_CONTINENTS)))


@lru_cache(maxsize=1)  # to list them reads a tree of files: two milliseconds
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _one_of(
    fields: Mapping[str, str], name: str, allowed: Sequence[str], problems: list[FieldProblem]
) -> str:
    value = fields.get(name, "").strip().lower()
    if not value:
        return allowed[0]
    if value not in allowed:
        named = ", ".join(filter(None, allowed))
        problems.append(FieldProblem(name, message("choose one of {allowed}", allowed=named)))
        return allowed[0]
    return value


def _number(
    fields: Mapping[str, str], name: str, low: int, high: int, problems: list[FieldProblem]
) -> int | None:
    value = fields.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 4 and low <= int(value) <= high):
        reason = message("write a whole number from {low} to {high}", low=low, high=high)
        problems.append(FieldProblem(name, reason))
        return None
    return int(value)


def _language(
    fields: Mapping[str, str], languages: Collection[str], problems: list[FieldProblem]
) -> str:
    value = fields.get("language", "").strip()
    if value and (len(value) > 35 or not _LANGUAGE.fullmatch(value)):
        reason = message("write a language tag such as en or pt-BR")
        problems.append(FieldProblem("language", reason))
        return ""
    if value and languages and not is_spoken(value, languages):
        allowed = ", ".join(sorted(languages))
        problems.append(
            FieldProblem("language", message("choose one of {allowed}", allowed=allowed))
        )
    return value


def is_spoken(tag: str, languages: Collection[str]) -> bool:
    """Return whether a language or one that will do for it is known: `de-AT` by `de`."""
    return nearest(tag, languages) is not None


def _timezone(fields: Mapping[str, str], problems: list[FieldProblem]) -> str | None:
    value = fields.get("timezone", "").strip()
    if not value:
        return None
    if value not in _zones():
        reason = message("write a time zone such as Europe/Paris or UTC")
        problems.append(FieldProblem("timezone", reason))
        return None
    return value


def _weekdays(
    fields: Mapping[str, str], cadence: str, problems: list[FieldProblem]
) -> tuple[int, ...]:
    told = fields.get("weekdays", "")
    if cadence == "weekly" and fields.get("weekday", "").strip():
        told = fields["weekday"]
    parts = told.replace(",", " ").split()
    if any(part not in {"0", "1", "2", "3", "4", "5", "6"} for part in parts):
        reason = message("write days as numbers, from 0 (Monday) to 6")
        problems.append(FieldProblem("weekdays", reason))
        return ()
    days = tuple(sorted({int(part) for part in parts}))
    if cadence == "days" and not days:
        problems.append(FieldProblem("weekdays", message("choose at least one day")))
    if cadence == "weekly" and len(days) != 1:
        if len(days) > 1:
            reason = message("choose one day for a weekly mail")
            problems.append(FieldProblem("weekdays", reason))
        return (0,)
    return days if cadence in ("days", "weekly") else ()
