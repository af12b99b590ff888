"""`digest demo`: the whole way from dumps to mails, with nothing to set up."""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from digest.app.application import open_app
from digest.cli.mailbox_page import serve_page, write_page
from digest.cli.output import say, table
from digest.operations import readers as reader_operations
from digest.operations.demo import DemoDay, demo_day
from digest.resources import shipped
from digest.settings import DeliverySettings, Settings

_MARK = "made-by-digest-demo"
_SAMPLES = Path(__file__).parents[1] / "samples"


def demo(
    context: typer.Context,
    dumps: Annotated[
        list[Path] | None, typer.Argument(help="Your own dumps, one a day; samples without.")
    ] = None,
) -> None:
    """Read dumps, send an edition for each to three sample readers, and show the mails."""
    files = dumps or sorted(_SAMPLES.glob("day-*.txt"))
    app = open_app(
        Settings(delivery=DeliverySettings(transport="mailbox")), _fresh_folder(context.obj.data)
    )
    readers = reader_operations.read_file(_SAMPLES / "readers.csv")
    outcome = reader_operations.import_readers(app.desk, readers, app.clock(), confirmed=True)
    say(f"{outcome.added} sample readers, in {app.data}")
    failed = False
    for number, file in enumerate(files):
        day = demo_day(app, file, days_ago=len(files) - 1 - number)
        _show_day(file.name, day)
        failed |= day.dump.format is None
    keywords = {reader.email: reader.keywords for reader in app.stores.readers.every()}
    page = write_page(
        app.data / "mailbox", app.data / "page", shipped("templates/web"), keywords=keywords
    )
    app.close()
    say(f"\nThe mails, as Maildirs:  {app.data / 'mailbox'}")
    say(f"The mails, as a page:    {page}")
    if sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI"):
        serve_page(page.parent, on_ready=_show)
    raise typer.Exit(1 if failed else 0)


def _show_day(name: str, day: DemoDay) -> None:
    say(f"\n{name}: {day.dump.summary()}")
    figures = day.figures
    if figures.number is None:
        say("Nothing new: no edition.")
        return
    sent = figures.accounting.accepted
    say(f"Edition {figures.number} of {figures.label}: {figures.papers} papers, {sent} mails sent")
    table(
        ["reader", "papers", "subject"],
        (
            [
                address,
                len(found.picks) if found else 0,
                found.subject if found else "(nothing matched)",
            ]
            for address, found in day.issues.items()
        ),
    )


def _fresh_folder(data: Path) -> Path:
    """Return an empty folder for the demo; one that a demo made before is emptied."""
    folder = data / "demo"
    if (folder / _MARK).exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return folder


def _show(address: str) -> None:
    say(f"\nLook at them here:       {address}   (Ctrl-C ends it)")
    webbrowser.open(address)
