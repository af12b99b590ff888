"""The values of the forms' fields, and their problems, as templates show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from markupsafe import Markup

from subscribers.messages import Message, message, told
from subscribers.preferences import MAX_PAPERS, FieldProblem, timezones
from subscribers.web.languages import PageWords
from subscribers.web.pages import Pages

BREADTHS = (
    ("strict", message("Strict"), message("only papers plainly about your keywords")),
    ("normal", message("Normal"), message("papers that fit them well")),
    ("wide", message("Wide"), message("also papers that are only close to them")),
)
TOLD = (
    ("", message("As this newsletter does it")),
    ("summary", message("What it does and what came of it")),
    ("abstract", message("The beginning of its abstract")),
)
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
    names = ("email", "name", "keywords", "language", "timezone", "hour", "max_papers", "cards")
    values = {name: fields.get(name, "") for name in names}
    values["cadence"] = fields.get("cadence") or "daily"
    values["breadth"] = fields.get("breadth") or "normal"
    values["format"] = fields.get("format") or "html"
    chosen = fields.get("weekdays", "").replace(",", " ").split()
    values["weekday"] = fields.get("weekday") or (chosen[0] if chosen else "0")
    return {
        "values": values,
        "days": [(str(number), name, str(number) in chosen) for number, name in enumerate(DAYS)],
        "cadences": CADENCES,
        "breadths": BREADTHS,
        "told_of_papers": TOLD,
        "hours": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "zones": zone_options,
        "max_papers": MAX_PAPERS,
        "languages": [(tag, pages.languages.words(tag).name) for tag in pages.languages.names()],
    }


def ordered(problems: Sequence[FieldProblem]) -> dict[str, list[str]]:
    """Return the problems by field, in the order of the form."""
    found: dict[str, list[str]] = {"email": []} if any(p.field == "email" for p in problems) else {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.reason)
    return found


@lru_cache(maxsize=64)
def _all_zones(words: PageWords) -> Markup:
    """Return the time zones as `<option>`s, by continent: 400 are not rendered for each page."""
    return Markup().join(
        Markup('<optgroup label="{}">\n{}</optgroup>\n').format(
            told(continent, words.say, words.number),
            Markup().join(
                Markup('<option value="{}">{}</option>\n').format(zone, _place(zone))
                for zone in zones
            ),
        )
        for continent, zones in groupby(timezones(), _continent)
    )


def zone_options(words: PageWords, chosen: str) -> Markup:
    """Return the time zones as `<option>`s, one of them chosen if there is such a one."""
    option = Markup('<option value="{}"').format(chosen)
    return _all_zones(words).replace(option + Markup(">"), option + Markup(" selected>"))


def _place(zone: str) -> str:
    return zone.split("/", 1)[-1].replace("_", " ").replace("/", ", ")


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
