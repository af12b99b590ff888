"""`digest sources …`, `digest fetch` and `digest enrich`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from digest.app.application import App
from digest.app.settings_file import add_sources, pause_source, remove_source
from digest.cli.output import Json, objects, one, progress, say, table, warn
from digest.cli.session import Session
from digest.errors import SettingsError, counted
from digest.operations.new_sources import SourceTrial, proposed_sources, try_source
from digest.operations.sources import fetch_now, look_up, sources_of
from digest.settings import SourceSettings
from digest.storage.fetches import Fetch

app = typer.Typer(
    help="Show the sources: how each is, and when it is asked next. Add, pause or remove one.",
    invoke_without_command=True,
)
_SHOWN = 3  # titles of a source that is tried
Name = Annotated[str, typer.Argument(help="The source's name.")]


@app.callback()
def show_sources(context: typer.Context, as_json: Json = False) -> None:
    """Show them, unless a command that changes one follows."""
    if context.invoked_subcommand is not None:
        return
    app: App = context.obj.app
    of = sources_of(app)
    known = [(each, of.fetches.last(each.name), of.next_fetch(each)) for each in of.configured]
    if as_json:
        objects(_as_json(*each) for each in known)
        return
    say(f"The inbox is {app.inbox}.")
    if not known:
        say("There are no other sources: digest sources add --help shows how to add one.")
        return
    table(
        ["source", "kind", "health", "last fetch", "next fetch", "why"],
        (
            [
                each.name,
                each.kind,
                last.health if last else "",
                f"{last.at:%Y-%m-%d %H:%M}" if last else "never",
                _turn(each, following),
                last.reason if last else "",
            ]
            for each, last, following in known
        ),
    )


def _turn(source: SourceSettings, following: datetime | None) -> str:
    if source.paused:
        return "paused"
    return f"{following:%Y-%m-%d %H:%M}" if following else "at once"


def _as_json(
    source: SourceSettings, last: Fetch | None, following: datetime | None
) -> Mapping[str, Any]:
    return {
        "name": source.name,
        "kind": source.kind,
        "health": last.health if last else None,
        "reason": last.reason if last else "never asked",
        "last_fetch": last.at if last else None,
        "papers": last.papers if last else None,
        "new": last.new if last else None,
        "next_fetch": None if source.paused else following,
        "paused": source.paused,
    }


@app.command("add")
def add_source(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT…",
            help="hf; arxiv cs.LG cs.CL; biorxiv [SUBJECT]; medrxiv [SUBJECT]; pubmed URL;"
            " opml FILE or URL; folder PATH; mailbox PATH; or any address (https://…).",
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    every: Annotated[
        float | None, typer.Option(min=1, help="Minutes between two visits.", show_default=False)
    ] = None,
    form: Annotated[str, typer.Option("--format", help="Not to recognise, but to read as.")] = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Add it even if it does not answer now.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Try a source, show three of its papers, and write it into the settings file."""
    session = context.obj
    file = _settings_file(session.settings_file)
    tried = add_tried(
        session, words, file, quiet=as_json, name=name, every=every, form=form, anyway=anyway
    )
    if as_json:
        objects(tried)
    elif any(each["added"] for each in tried):
        say(
            f"Written to {file}. `digest serve` asks by itself, once it is started again;"
            " `digest fetch` asks now."
        )
    raise typer.Exit(0 if all(each["added"] for each in tried) else 1)


def add_tried(
    session: Session,
    words: Sequence[str],
    file: Path,
    *,
    quiet: bool,
    name: str = "",
    every: float | None = None,
    form: str = "",
    anyway: bool = False,
) -> list[Mapping[str, Any]]:
    """Try sources, say what each has unless `quiet`, and write down those that answer."""
    wanted = proposed_sources(session.app, words, name=name, every=every, form=form)
    tried = []
    with progress("Trying sources", len(wanted)) as bar:
        for source in wanted:
            tried.append(try_source(session.app, source))
            bar.advance(bar.task_ids[0])
    good = [each.source for each in tried if anyway or not each.error]
    if good:
        add_sources(file, good)
        session.settings_changed()
    if not quiet:
        for each in tried:
            _say_trial(each, each.source in good)
    return [_trial(each, each.source in good) for each in tried]


def _trial(trial: SourceTrial, added: bool) -> Mapping[str, Any]:
    return {
        "name": trial.source.name,
        "kind": trial.source.kind,
        "place": trial.place,
        "added": added,
        "error": trial.error,
        "format": trial.format,
        "papers": len(trial.titles),
        "rejected": trial.rejected,
        "titles": trial.titles[:_SHOWN],
    }


def _say_trial(trial: SourceTrial, added: bool) -> None:
    name = trial.source.name
    if trial.error:
        told = "added all the same" if added else "not added; `digest sources add … --anyway` does"
        warn(f"{name} ({trial.place}): {trial.error}: {told}")
        return
    rejected = f", {trial.rejected} rejected" if trial.rejected else ""
    if not trial.titles:
        say(f"{name} ({trial.place}) answers, and has no papers at the moment{rejected}: added")
        return
    papers = counted(len(trial.titles), "paper")
    say(f"{name} ({trial.place}) has {papers} ({trial.format}{rejected}): added")
    for title in trial.titles[:_SHOWN]:
        say(f"  · {title}")


@app.command("remove")
def remove_source_command(context: typer.Context, name: Name) -> None:
    """Take a source out of the settings file. Its papers stay."""
    sources_of(context.obj.app).named(name)
    file = _settings_file(context.obj.settings_file)
    remove_source(file, name)
    say(
        f"{name} is no source any more. Its papers stay; a running `digest serve` asks it until it"
        " is started again."
    )


@app.command("pause")
def pause_source_command(context: typer.Context, name: Name) -> None:
    """Ask a source no more by itself until it is resumed."""
    _set_paused(context, name, paused=True)
    say(
        f"{name} is paused: until `digest sources resume {name}` only `digest fetch {name}` asks"
        " it. A running `digest serve` obeys once it is started again."
    )


@app.command("resume")
def resume_source_command(context: typer.Context, name: Name) -> None:
    """Ask a paused source again."""
    _set_paused(context, name, paused=False)
    say(f"{name} is asked again; a running `digest serve` obeys once it is started again.")


def _set_paused(context: typer.Context, name: str, *, paused: bool) -> None:
    sources_of(context.obj.app).named(name)
    pause_source(_settings_file(context.obj.settings_file), name, paused=paused)


def _settings_file(found: Path | None) -> Path:
    if found is None:
        raise SettingsError("there is no settings file to write into yet: digest init makes one")
    return found


def fetch_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Only this source.", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    """Ask the sources now, whether or not it is their turn."""
    app: App = context.obj.app
    of = sources_of(app)
    wanted = [of.named(name)] if name else of.awake
    if not wanted:
        warn(
            "all sources are paused: name one, or digest sources resume"
            if of.configured
            else "there are no sources: digest sources add --help shows how to add one"
        )
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
