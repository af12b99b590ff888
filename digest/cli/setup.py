"""`digest init` and `digest doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.app.application import utc_now
from digest.cli.output import Json, objects, one, say, table
from digest.operations.setup import set_up
from digest.resources import shipped


def init(context: typer.Context, as_json: Json = False) -> None:
    """Make the data folder: store, secret key, a settings file to edit."""
    session = context.obj
    made = set_up(session.settings, session.data)
    target = session.data / "settings.toml"
    if not target.exists():
        target.write_bytes(shipped("settings.toml").read_bytes())
        made.append(str(target))
    if as_json:
        one({"data": str(session.data), "made": made})
        return
    for path in made:
        say(f"made {path}")
    say(f"{session.data} is ready. Next: digest ingest FILE, digest subscribers add, digest run.")


def doctor(
    context: typer.Context,
    online: Annotated[
        bool,
        typer.Option("--online/--offline", help="Log in at the SMTP server, and ask the DNS."),
    ] = True,
    as_json: Json = False,
) -> None:
    """Say what is set up, what is missing, and what would stop mail from leaving."""
    from digest.operations.doctor import check_up  # noqa: PLC0415 - heavier than `init`, as below
    from digest.operations.doctor_dns import system_resolver  # noqa: PLC0415

    session = context.obj
    findings = check_up(
        session.settings,
        session.data,
        clock=utc_now,
        resolver=system_resolver if online else None,
    )
    if as_json:
        objects({"check": f.check, "verdict": f.verdict, "text": f.text} for f in findings)
    else:
        table(["check", "", "what"], ([f.check, f.verdict, f.text] for f in findings))
    raise typer.Exit(1 if any(f.verdict == "error" for f in findings) else 0)
