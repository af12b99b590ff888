"""`digest why`: what brought a paper to a reader, or kept it from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.output import Json, one, say
from digest.operations.why import why


def why_command(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The reader's address.", show_default=False)],
    paper: Annotated[
        str,
        typer.Argument(
            help="Its number, arXiv id, DOI, link or words of its title.", show_default=False
        ),
    ],
    as_json: Json = False,
) -> None:
    """Say why a paper is in a reader's issue, or what kept it out."""
    found = why(context.obj.app, email, paper)
    told = found.paper
    if as_json:
        kind = type(found.answer).__name__
        one(
            {"paper": told.id, "title": told.title, "answer": kind, "text": found.text}
            | {"details": asdict(found.answer)}
            | ({"updated": asdict(told.updated)} if told.updated else {})
            | ({"no_issue": found.no_issue} if found.no_issue else {})
        )
        return
    say(f"{told.title}\n  {found.text}")
    if found.no_issue:
        say(f"  No issue of theirs is to come that could bring it: {found.no_issue}.")
