"""`digest run`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from digest.cli.arguments import a_date
from digest.cli.editions import show_figures
from digest.cli.output import Json, objects, progress, say, table
from digest.operations import issues as pressroom


def run_command(
    context: typer.Context,
    label: Annotated[
        date | None,
        typer.Option("--date", parser=a_date, metavar="DATE", help="The edition's date; today."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would send; send and keep nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make and send an edition: one pass over every active reader who had nothing of it."""
    app_ = context.obj.app
    if dry_run:
        _dry_run(app_, label, as_json)
        return
    try:
        with progress("Sending", app_.readers.count("active")) as bar:
            figures = pressroom.run(app_, label, lambda count: bar.advance(bar.task_ids[0], count))
    except pressroom.Blocked as error:
        show_figures(error.figures, as_json)
        raise
    show_figures(figures, as_json)


def _dry_run(app_: Any, label: date | None, as_json: bool) -> None:
    plans = pressroom.rehearse(app_, label)
    if as_json:
        objects({"email": reader.email} | preview.to_json() for reader, preview in plans)
        return
    rows = [[reader.email, len(preview.picks), preview.subject] for reader, preview in plans]
    table(["reader", "papers", "subject"], rows)
    say("Nothing was sent and nothing was kept.")
