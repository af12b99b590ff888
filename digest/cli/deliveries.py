"""`digest deliveries` and `digest suppressions …`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from digest.cli.output import Json, objects, one, say, table
from digest.operations import deliveries as book
from digest.states import State

app = typer.Typer(help="Addresses that are not written to: list, show, lift.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(help="The reader's address.", show_default=False)]


def deliveries_command(
    context: typer.Context,
    which: Annotated[
        str,
        typer.Argument(metavar="[EDITION|EMAIL]", help="The newest edition's, unless told."),
    ] = "",
    states: Annotated[
        list[State] | None,
        typer.Option("--state", help="Only these; may be given more than once."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 1000,
    as_json: Json = False,
) -> None:
    """Show who got an edition, or what a reader got, with the servers' words."""
    found = book.deliveries_of(context.obj.app, which, states or list(State), limit)
    if as_json:
        objects(_json(view) for view in found)
        return
    table(
        ["edition", "reader", "state", "tries", "next", "server said", "at"],
        (
            [
                view.edition,
                view.email,
                view.state.value,
                view.attempts,
                view.next_attempt_at and f"{view.next_attempt_at:%m-%d %H:%M}",
                view.reply,
                view.changed_at and f"{view.changed_at:%m-%d %H:%M}",
            ]
            for view in found
        ),
    )
    if trouble := book.relay_trouble(context.obj.app):
        say(trouble)


@app.command("list")
def list_suppressions(context: typer.Context, as_json: Json = False) -> None:
    """List the addresses that are not written to, and why."""
    found = context.obj.app.stores.suppressions.all()
    if as_json:
        objects(asdict(each) for each in found)
    else:
        table(
            ["address", "reason", "since", "server said"],
            ([s.email, s.reason, f"{s.since:%Y-%m-%d}", s.detail] for s in found),
        )


@app.command("show")
def show_suppression(context: typer.Context, email: Address, as_json: Json = False) -> None:
    """Show why an address is not written to."""
    found = book.suppression(context.obj.app, email)
    if as_json:
        one(asdict(found))
    else:
        table(["", ""], ([name, value] for name, value in asdict(found).items()))


@app.command("lift")
def lift_suppression(context: typer.Context, email: Address) -> None:
    """Write to an address again: with the next edition, or `digest editions retry` for this one."""
    book.lift(context.obj.app, email)
    say(f"{email} is written to again.")


def _json(view: Any) -> dict[str, Any]:
    return asdict(view)
