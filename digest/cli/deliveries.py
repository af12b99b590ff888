"""`digest deliveries`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from digest.cli.output import Json, objects, say, table
from digest.operations import deliveries as book
from digest.states import State


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


def _json(view: Any) -> dict[str, Any]:
    return asdict(view)
