"""The values of the forms' fields, and their problems, as templates show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from subscribers.messages import Message, message
from subscribers.preferences import MAX_PAPERS, FieldProblem, timezones
from subscribers.web.pages import Pages

DAYS = (
    *(message("Monday"), message("Tuesday"), message("Wednesday"), message("Thursday")),
    *(message("Friday"), message("Saturday"), message("Sunday")),
)
CADENCES = (
    ("daily", message("Every day")),
    ("weekdays", message("Monday to Friday")),
    ("days", message("On the days I choose")),
    ("weekly", message("Once a week")),
)


def choices(pages: Pages, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form's template needs: the values so far, and what can be chosen."""
    names = ("email", "name", "keywords", "language", "timezone", "hour", "max_papers")
    values = {name: fields.get(name, "") for name in names}
    values["cadence"] = fields.get("cadence") or "daily"
    values["format"] = fields.get("format") or "html"
    return {
        "values": values,
        "days": [
            (str(number), name, str(number) in fields.get("weekdays", "").replace(",", " ").split())
            for number, name in enumerate(DAYS)
        ],
        "cadences": CADENCES,
        "hours": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "zones": [(group, list(zones)) for group, zones in groupby(timezones(), _continent)],
        "max_papers": MAX_PAPERS,
        "languages": [(tag, pages.languages.words(tag).name) for tag in pages.languages.names()],
    }


def ordered(problems: Sequence[FieldProblem]) -> dict[str, list[str]]:
    """Return the problems by field, in the order of the form."""
    found: dict[str, list[str]] = {"email": []} if any(p.field == "email" for p in problems) else {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.reason)
    return found


def _continent(zone: str) -> Message:
    return _CONTINENTS.get(zone.partition("/")[0], _EVERYWHERE)


_EVERYWHERE = message("Everywhere")
_CONTINENTS = {
    str(name): name
    for name in (
        *(message("Africa"), message("America"), message("Antarctica"), message("Arctic")),
        *(message("Asia"), message("Atlantic"), message("Australia"), message("Europe")),
        *(message("Indian"), message("Pacific")),
    )
}
