"""`digest sources`, `digest fetch` and `digest enrich`."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.output import Json, objects, one, progress, say, table, warn
from digest.operations.sources import fetch_now, look_up, sources_of
from digest.storage.fetches import Fetch


def sources(context: typer.Context, as_json: Json = False) -> None:
    """Show the sources of the settings: how each is, and when it is asked next."""
    app: App = context.obj.app
    of = sources_of(app)
    known = [(each, of.fetches.last(each.name), of.next_fetch(each)) for each in of.configured]
    if as_json:
        objects(
            {
                "name": each.name,
                "kind": each.kind,
                "health": last.health if last else None,
                "reason": last.reason if last else "never asked",
                "last_fetch": last.at if last else None,
                "papers": last.papers if last else None,
                "new": last.new if last else None,
                "next_fetch": following,
            }
            for each, last, following in known
        )
        return
    say(f"The inbox is {app.inbox}.")
    if not known:
        say("There are no other sources; settings.toml shows how to add one.")
        return
    table(
        ["source", "kind", "health", "last fetch", "next fetch", "why"],
        (
            [
                each.name,
                each.kind,
                last.health if last else "",
                f"{last.at:%Y-%m-%d %H:%M}" if last else "never",
                f"{following:%Y-%m-%d %H:%M}" if following else "at once",
                last.reason if last else "",
            ]
            for each, last, following in known
        ),
    )


def fetch_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Only this source.", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    """Ask the sources now, whether or not it is their turn."""
    app: App = context.obj.app
    of = sources_of(app)
    wanted = [of.named(name)] if name else list(of.configured)
    if not wanted:
        warn("there are no sources; settings.toml shows how to add one")
        raise typer.Exit(1)
    done: list[Fetch] = []
    with progress("Asking sources", len(wanted)) as bar:
        for source in wanted:
            done += fetch_now(app, [source])
            bar.advance(bar.task_ids[0])
    for each in done:
        if as_json:
            one({field: getattr(each, field) for field in Fetch.__slots__})
        else:
            say(f"{each.source}: {each.health}: {each.reason}")
    raise typer.Exit(1 if any(each.health == "failed" for each in done) else 0)


def enrich(context: typer.Context, as_json: Json = False) -> None:
    """Look up papers without an identifier at the service of the settings."""
    app: App = context.obj.app
    service = app.settings.enrichment.service
    if service == "off":
        warn('enrichment.service is "off": set it to arxiv or hugging-face')
        raise typer.Exit(1)
    gained = look_up(app)
    if as_json:
        one({"service": service, "gained": gained})
    else:
        say(f"{gained} papers gained something from {service}.")
