"""`digest preview`: what a reader would get, or exactly what they got."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.output import Json, one, say, warn
from digest.cli.subscribers import say_understood
from digest.composing.proofs.picture import take_picture
from digest.composing.proofs.preview_page import Shown, preview_page
from digest.operations import issues
from digest.operations.issues import Preview

Email = Annotated[str, typer.Argument(help="The reader's address.", show_default=False)]
Past = Annotated[int | None, typer.Option(help="A past edition: exactly what they got.", min=1)]
Html = Annotated[bool, typer.Option("--html", help="Print the HTML.")]
Text = Annotated[bool, typer.Option("--text", help="Print the text (the default).")]
Raw = Annotated[bool, typer.Option("--raw", help="Print the mail's bytes.")]
Open = Annotated[bool, typer.Option("--open", help="Show it in the browser, with switches.")]
Out = Annotated[
    Path | None, typer.Option(help="Write to a file: .html, .txt, or .eml by its name.")
]
Png = Annotated[Path | None, typer.Option(help="Write a picture; needs Chromium.")]
Width = Annotated[int, typer.Option(help="Of the picture, in pixels.", min=200)]
Dark = Annotated[bool, typer.Option("--dark", help="The picture by night.")]
SendTo = Annotated[str, typer.Option(metavar="ADDRESS", help="Send it there, as a real test mail.")]
Diff = Annotated[
    int | None, typer.Option(help="What today's templates would change in an edition.", min=1)
]

Extra = Annotated[bool, typer.Option("--extra", help="What `digest run --extra` would send.")]


def preview_command(
    context: typer.Context,
    email: Email,
    edition: Past = None,
    html: Html = False,
    text: Text = False,
    raw: Raw = False,
    open_: Open = False,
    out: Out = None,
    png: Png = None,
    width: Width = 600,
    dark: Dark = False,
    send_to: SendTo = "",
    diff: Diff = None,
    extra: Extra = False,
    as_json: Json = False,
) -> None:
    """Show a reader's issue: what a run now would send them, or what an edition brought."""
    app: App = context.obj.app
    if diff is not None:
        _print_difference(issues.changed(app, email, diff, html=html), diff)
        return
    found = issues.preview(app, email, edition, extra=extra)
    if found.note and (found.raw or as_json):
        warn(found.note)
    if as_json:
        one(found.to_json())
    elif not found.raw:
        say(f"Nothing to send: {found.note}.")
    elif send_to:
        issues.send_test(app, found, send_to)
        say(f"sent to {send_to}; it counts for nobody's ledger")
    elif png is not None:
        take_picture(found.part("html") or found.part("plain"), png, width=width, dark=dark)
        say(f"wrote {png}")
    elif out is not None:
        _write(found, out, html=html, text=text)
        say(f"wrote {out}")
    elif open_:
        page = app.data / "preview.html"
        _open(page, app.settings.newsletter.name, Shown(email, "", found.proof))
    elif raw:
        sys.stdout.buffer.write(found.raw)
    elif html:
        print(found.part("html"))
    else:
        if not text:
            say_understood(app, app.desk.by_email(email))
        say(f"Subject: {found.subject}\n")
        print(found.part("plain"))


def _print_difference(lines: list[str], edition: int) -> None:
    for line in lines:
        print(line)
    if not lines:
        say(f"Today's templates would make the same mail of edition {edition}.")


def _open(target: Path, newsletter: str, shown: Shown) -> None:
    target.write_text(preview_page(newsletter, [shown]), encoding="utf-8")
    webbrowser.open(target.resolve().as_uri())
    say(str(target))


def _write(found: Preview, out: Path, *, html: bool, text: bool) -> None:
    if text or out.suffix == ".txt":
        out.write_text(found.part("plain"), encoding="utf-8")
    elif html or out.suffix in (".html", ".htm"):
        out.write_text(found.part("html"), encoding="utf-8")
    else:
        out.write_bytes(found.raw)
