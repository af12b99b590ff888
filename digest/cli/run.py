"""`digest run`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.arguments import a_date
from digest.cli.editions import show_figures
from digest.cli.output import Json, objects, progress, say, table, warn
from digest.editions import Figures
from digest.operations import issues
from digest.operations.edition_reports import who_waits
from subscribers.store import Subscriber

NOT_EVERYBODY = 3  # the exit code when somebody has not got theirs


def run_command(
    context: typer.Context,
    label: Annotated[
        date | None,
        typer.Option("--date", parser=a_date, metavar="DATE", help="The edition's date; today."),
    ] = None,
    extra: Annotated[
        bool,
        typer.Option(
            "--extra", help="Send what came since the day's edition, as a further edition of it."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would send; send and keep nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make and send an edition: one pass over every active reader who had nothing of it."""
    app: App = context.obj.app
    if dry_run:
        why_none = issues.why_no_run(app, label, extra=extra)
        _show_plans(issues.rehearse(app, label, extra=extra), why_none, as_json)
        return
    today = app.today()  # before: the run may take until after midnight
    try:
        with progress("Sending", app.stores.readers.count("active")) as bar:
            one_more = partial(bar.advance, bar.task_ids[0])
            figures = issues.run(app, label, one_more, extra=extra)
    except issues.Stopped as error:
        show_figures(error.figures, as_json, waiting=app.stores.gauges.unoffered())
        warn(f"{error}")
        raise typer.Exit(128 + error.number) from None
    except issues.NotSent as error:
        show_figures(error.figures, as_json, waiting=app.stores.gauges.unoffered())
        warn(f"error: {error}")
        _say_who_waits(app, error.figures)
        raise typer.Exit(NOT_EVERYBODY) from None
    show_figures(figures, as_json, waiting=app.stores.gauges.unoffered())
    if label is None and figures.number is not None and figures.label != today:
        warn(f"Nothing new has come since edition {figures.number}: the run went on with that one.")
    if _say_who_waits(app, figures):
        raise typer.Exit(NOT_EVERYBODY)


def _say_who_waits(app: App, figures: Figures) -> bool:
    """Say who has not got an edition, and why, in one sentence for each; return whether anybody."""
    said = who_waits(app, figures)
    for sentence in said:
        warn(sentence)
    return bool(said)


def _show_plans(
    plans: Iterable[tuple[Subscriber, issues.Preview]], why_none: str, as_json: bool
) -> None:
    if why_none:
        warn(f"A run would send nothing: {why_none}.")
    if as_json:
        objects({"email": reader.email} | preview.to_json() for reader, preview in plans)
        return
    rows = [[reader.email, len(preview.picks), preview.subject] for reader, preview in plans]
    table(["reader", "papers", "subject"], rows)
    say("Nothing was sent and nothing was kept.")
