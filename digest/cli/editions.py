"""`digest run` and `digest editions …`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from digest import pressroom
from digest.cli.arguments import a_date
from digest.cli.output import Json, objects, one, progress, say, table
from digest.editions import Figures

app = typer.Typer(
    help="Editions: list, show, approve, pause, resume, cancel.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(help="The edition's number.", min=1, show_default=False)]


def run(
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
        _show(error.figures, as_json)
        raise
    _show(figures, as_json)


def _dry_run(app_: Any, label: date | None, as_json: bool) -> None:
    plans = pressroom.rehearse(app_, label)
    if as_json:
        objects({"email": reader.email} | preview.to_json() for reader, preview in plans)
        return
    rows = [[reader.email, len(preview.picks), preview.subject] for reader, preview in plans]
    table(["reader", "papers", "subject"], rows)
    say("Nothing was sent and nothing was kept.")


@app.command("list")
def list_editions(context: typer.Context, as_json: Json = False) -> None:
    """List the editions."""
    all_figures = [_json(each) for each in pressroom.all_figures(context.obj.app)]
    if as_json:
        objects(all_figures)
        return
    columns = ["edition", "date", "state", "papers", "eligible", "accepted", "pending", "deferred"]
    table(columns, ([f[column] for column in columns] for f in all_figures))


@app.command()
def show(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Show an edition's accounting: eligible is always the sum of the rest."""
    _show(pressroom.figures(context.obj.app, number), as_json)


@app.command()
def approve(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Let an edition go out that waits for a person."""
    _show(pressroom.approve(context.obj.app, number), as_json)


@app.command()
def pause(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Stop sending an edition until it is resumed; what is on the wire ends."""
    _show(pressroom.pause(context.obj.app, number), as_json)


@app.command()
def resume(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Go on with a paused edition."""
    _show(pressroom.resume(context.obj.app, number), as_json)


@app.command()
def cancel(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Send no more of an edition; what was sent stays sent."""
    _show(pressroom.cancel(context.obj.app, number), as_json)


@app.command()
def settle(
    context: typer.Context,
    number: Number,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send the uncertain ones again, the same bytes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Decide what a crash left in doubt: show it, or --resend it."""
    app_ = context.obj.app
    if resend:
        count = pressroom.resend_uncertain(app_, number)
        if not as_json:
            say(f"{count} uncertain mails will be sent again, byte for byte.")
    _show(pressroom.figures(app_, number), as_json)


def _show(figures: Figures, as_json: bool) -> None:
    values = _json(figures)
    if as_json:
        one(values)
    elif figures.number is None:
        say("Nothing new to offer: no edition was opened.")
    else:
        table(["", "count"], ([name, value] for name, value in values.items()))
        if figures.state == "awaiting_approval":
            say(f"It waits for a person: digest editions approve {figures.number}")


def _json(figures: Figures) -> dict[str, Any]:
    return figures.to_json()


def prune(context: typer.Context, as_json: Json = False) -> None:
    """Remove what makes old mails again (edition.keep_issues_days); the ledger stays."""
    pruned = pressroom.prune(context.obj.app)
    if as_json:
        one({"recipes": pruned.recipes, "fragments": pruned.fragments})
    else:
        say(f"removed {pruned.recipes} recipes and {pruned.fragments} fragments")
