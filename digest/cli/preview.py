"""`digest preview`: what a reader would get, or exactly what they got."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from digest import pressroom
from digest.cli.output import Json, one, say, warn


def preview(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The reader's address.", show_default=False)],
    edition: Annotated[
        int | None, typer.Option(help="A past edition: exactly what they got.", min=1)
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Print the text (the default).")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print the mail's bytes.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write to a file: .html, .txt, or .eml by its name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a reader's issue: what a run now would send them, or what an edition brought."""
    app = context.obj.app
    found = pressroom.preview(app, email, edition)
    if found.note:
        warn(found.note)
    if as_json:
        one(found.to_json())
    elif not found.raw:
        say("Nothing to send: no paper matches that they have not had.")
    elif out is not None:
        _write(found, out, html=html, text=text)
        say(f"wrote {out}")
    elif open_:
        target = app.data / "preview.html"
        target.write_text(found.part("html") or found.part("plain"), encoding="utf-8")
        webbrowser.open(target.resolve().as_uri())
        say(str(target))
    elif raw:
        sys.stdout.buffer.write(found.raw)
    elif html:
        print(found.part("html"))
    else:
        say(f"Subject: {found.subject}\n")
        print(found.part("plain"))


def _write(found: pressroom.Preview, out: Path, *, html: bool, text: bool) -> None:
    if text or out.suffix == ".txt":
        out.write_text(found.part("plain"), encoding="utf-8")
    elif html or out.suffix in (".html", ".htm"):
        out.write_text(found.part("html"), encoding="utf-8")
    else:
        out.write_bytes(found.raw)
