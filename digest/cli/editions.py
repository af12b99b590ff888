"""`digest editions …` and `digest prune`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.output import Json, objects, one, say, table
from digest.editions import Figures
from digest.operations import deliveries as delivery_operations
from digest.operations import editions as edition_operations
from digest.states import State

app = typer.Typer(
    help="Editions: list, show, approve, pause, resume, cancel, settle, retry.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(help="The edition's number.", min=1, show_default=False)]


@app.command("list")
def list_editions(context: typer.Context, as_json: Json = False) -> None:
    """List the editions."""
    all_figures = [
        each.to_json() for each in edition_operations.all_figures(context.obj.app.stores)
    ]
    if as_json:
        objects(all_figures)
        return
    columns = list(Figures(None, date.min).to_json())
    table(columns, ([f[column] for column in columns] for f in all_figures))


@app.command("show")
def show_command(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Show an edition's accounting: eligible is always the sum of the rest."""
    show_figures(edition_operations.figures(context.obj.app.stores, number), as_json)


@app.command("approve")
def approve_command(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Let an edition go out that waits for a person."""
    show_figures(edition_operations.approve(context.obj.app.stores, number), as_json)


@app.command("pause")
def pause_command(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Stop sending an edition until it is resumed; what is on the wire ends."""
    show_figures(edition_operations.pause(context.obj.app.stores, number), as_json)


@app.command("resume")
def resume_command(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Go on with a paused edition."""
    show_figures(edition_operations.resume(context.obj.app.stores, number), as_json)


@app.command("cancel")
def cancel_command(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Send no more of an edition; what was sent stays sent."""
    app: App = context.obj.app
    show_figures(edition_operations.cancel(app.stores, number, app.clock()), as_json)


@app.command("settle")
def settle_command(
    context: typer.Context,
    number: Number,
    emails: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EMAIL]…", help="Only these readers' mails; everybody's."),
    ] = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send the uncertain ones again, the same bytes.")
    ] = False,
    arrived: Annotated[
        bool, typer.Option("--arrived", help="Say that they arrived, and send nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Decide what a crash left in doubt: show who it is, --resend it, or say that it --arrived."""
    app: App = context.obj.app
    if resend and arrived:
        raise typer.BadParameter("choose one of --resend and --arrived")
    if resend or arrived:
        count = delivery_operations.settle_doubts(app, number, emails or [], arrived=arrived)
        if not as_json:
            what = "counted as arrived" if arrived else "will be sent again, byte for byte"
            say(f"{count} uncertain mails {what}.")
    elif not as_json:
        doubtful = app.stores.deliveries.listed(number, [State.UNCERTAIN], limit=10**9)
        for view in doubtful:
            say(f"{view.email}: {view.reply or 'no answer came'}")
    show_figures(edition_operations.figures(app.stores, number), as_json)


@app.command("retry")
def retry_command(
    context: typer.Context,
    number: Number,
    refused: Annotated[
        bool, typer.Option("--refused", help="What servers refused, too: the cause is mended.")
    ] = False,
) -> None:
    """Let the next pass try at once what was put off, without waiting for its time."""
    app = context.obj.app
    count = delivery_operations.retry(app, number, refused=refused)
    say(f"{count} mails will be tried with the next pass: `digest run`, or `digest serve`.")
    left = edition_operations.figures(app.stores, number).accounting.refused
    if refused and left:
        say(f"{left} stay refused: a later issue has brought these readers the same papers.")


def show_figures(figures: Figures, as_json: bool, *, waiting: int | None = None) -> None:
    """Say what an edition has come to, and how many papers wait for the next, where that is asked.

    A dump that came after an edition was opened is no part of it.
    """
    values = figures.to_json()
    if as_json:
        one(values | ({} if waiting is None else {"waiting": waiting}))
    elif figures.number is None:
        say("Nothing new to offer: no edition was opened.")
    else:
        table(["", "count"], ([name, value] for name, value in values.items()))
        if figures.state == "awaiting_approval":
            say(f"It waits for a person: digest editions approve {figures.number}")
        if waiting:
            say(f"{edition_operations.waiting_papers(waiting)}.")


def prune_command(context: typer.Context, as_json: Json = False) -> None:
    """Remove what makes old mails again, and old reports of mail that came back.

    How long they are kept: edition.keep_issues_days, inbound.keep_days. The ledger stays.
    """
    pruned = edition_operations.prune(context.obj.app)
    if as_json:
        one(asdict(pruned))
    else:
        say(
            f"removed {pruned.recipes} recipes, {pruned.fragments} bundles of fragments and"
            f" {pruned.reports} reports of mail that came back"
        )
