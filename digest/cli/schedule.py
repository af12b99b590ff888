"""`digest schedule`: the next sends, and what would happen in a span of days."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from digest.app.application import App
from digest.cli.output import Json, objects, say, table, warn
from digest.schedule.due import Due
from digest.schedule.forecast import Sends, forecast
from digest.schedule.rhythms import RhythmRow
from digest.schedule.tick import TimeRules, due_of, rhythm_of
from digest.schedule.zones import ONE_DAY, Zones
from digest.storage.rhythms import RhythmStore

COLUMNS = ("at", "until", "local", "zone", "period", "readers", "note")


def schedule(
    context: typer.Context,
    span: Annotated[
        str,
        typer.Option(
            "--simulate",
            metavar="FIRST..LAST",
            help="Show what would be sent on these days, the last one included.",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Show the next sends: when, and to how many readers. Nothing is sent or changed."""
    app: App = context.obj.app
    zones = Zones(app.settings.schedule.timezone)
    rules, rhythms = app.time_rules, app.stores.rhythms
    rows = (
        _simulated(span, rhythms.rhythms(), rules, zones)
        if span
        else _coming(rhythms, app.clock(), rules, zones)
    )
    with _uncollected():
        _print(rows, bool(span), as_json)
    for warning in zones.unknown.values():
        warn(f"warning: {warning}")


def _print(rows: Iterator[dict[str, Any]], simulated: bool, as_json: bool) -> None:
    if as_json:
        objects(rows)
    elif simulated:
        table(COLUMNS, ([_told(row[name]) for name in COLUMNS] for row in rows))
    else:
        columns = ["at", "readers", "note"]
        found = [[_told(row[name]) for name in columns] for row in rows]
        if found:
            table(columns, found)
        else:
            say("Nobody has mail coming: there are no active readers.")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make no search for garbage: the rows live until they are printed, and it takes a third."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _coming(
    rhythms: RhythmStore, now: datetime, rules: TimeRules, zones: Zones
) -> Iterator[dict[str, Any]]:
    """Yield when the next issue of each active reader is due, readers of one minute together."""
    counts: Counter[tuple[datetime, str]] = Counter()
    for row in rhythms.rhythms():
        found = due_of(row, now, rules, zones, rhythms.periods_of)
        if isinstance(found, Due):
            best = "; one issue with the best of what was missed" if found.stale else ""
            counts[found.at, f"due; goes out with the next edition that is new to them{best}"] += 1
        else:
            counts[found.next_at, ""] += 1
    for (at, note), readers in sorted(counts.items()):
        yield {"at": at, "readers": readers, "note": note}


def _simulated(
    span: str, rhythms: Iterable[RhythmRow], rules: TimeRules, zones: Zones
) -> Iterator[dict[str, Any]]:
    """Yield the sends of a span, one zone, hour and day a row; pauses and outages are left out."""
    first, last = _span(span)
    population = Counter(rhythm_of(row, rules) for row in rhythms)
    zone = zones[rules.zone]
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + ONE_DAY, time(), zone).astimezone(UTC)
    for sends in forecast(population, start, end, zones):
        yield dict(zip(Sends._fields, sends, strict=True))


def _span(text: str) -> tuple[date, date]:
    first, dots, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no span: write 2026-03-25..2026-04-05") from None
    if days[0] > days[1]:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    if days[1] - days[0] > timedelta(days=3660):
        raise typer.BadParameter("ten years are the most that can be simulated")
    return days


def _told(value: object) -> object:
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value
