"""`digest serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.app.application import App
from digest.logs import set_up_logs
from digest.operations.serving import serve as serve_app


def serve_command(
    context: typer.Context,
    pages_only: Annotated[
        bool, typer.Option("--pages-only", help="Only the pages; another process sends.")
    ] = False,
    no_pages: Annotated[
        bool, typer.Option("--no-pages", help="Only scheduler and sender.")
    ] = False,
) -> None:
    """Watch for dumps, open the day's edition, send at each reader's hour, and answer links."""
    if pages_only and no_pages:
        raise typer.BadParameter("choose one of --pages-only and --no-pages")
    app: App = context.obj.app
    logs = app.settings.logs
    set_up_logs(logs.level, logs.format, addresses=logs.addresses)
    serve_app(app, pages=not no_pages, background=not pages_only)
