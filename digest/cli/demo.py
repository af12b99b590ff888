"""`digest demo`: the whole way from dumps to mails, with nothing to set up."""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.mailbox_page import serve_page, write_page
from digest.cli.output import say, table
from digest.errors import DigestError
from digest.operations import issues as pressroom
from digest.operations import readers as reader_book
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
    app = App(
        Settings(delivery=DeliverySettings(transport="mailbox")), _fresh_folder(context.obj.data)
    )
    readers = reader_book.read_file(_SAMPLES / "readers.csv")
    outcome = reader_book.import_readers(app, readers, confirmed=True)
    say(f"{outcome.added} sample readers, in {app.data}")
    failed = False
    for number, file in enumerate(files):
        failed |= not _one_day(app, file, days_ago=len(files) - 1 - number)
    keywords = {reader.email: reader.keywords for reader in app.readers.every()}
    page = write_page(
        app.data / "mailbox", app.data / "page", shipped("templates/web"), keywords=keywords
    )
    app.close()
    say(f"\nThe mails, as Maildirs:  {app.data / 'mailbox'}")
    say(f"The mails, as a page:    {page}")
    if sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI"):
        serve_page(page.parent, on_ready=_show)
    raise typer.Exit(1 if failed else 0)


def _one_day(app: App, file: Path, *, days_ago: int) -> bool:
    """Read one dump, run one edition; tell whether the dump could be read."""
    day = app.today() - timedelta(days=days_ago)
    reading = app.ingest_file(file, None, False)
    say(f"\n{file.name}: {reading.summary()}")
    figures = pressroom.run(app, day)
    if figures.number is None:
        say("Nothing new: no edition.")
        return reading.format is not None
    told = figures.accounting
    say(f"Edition {figures.number} of {day}: {figures.papers} papers, {told.accepted} mails sent")
    rows = []
    for reader in app.readers.every("active"):
        try:
            found = pressroom.preview(app, reader.email, figures.number)
        except DigestError:
            rows.append([reader.email, 0, "(nothing matched)"])
        else:
            rows.append([reader.email, len(found.picks), found.subject])
    table(["reader", "papers", "subject"], rows)
    return reading.format is not None


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
