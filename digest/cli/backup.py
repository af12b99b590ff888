"""`digest backup`, `digest restore` and `digest restored`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.app.application import utc_now
from digest.cli.output import Json, one, say
from digest.errors import StoreError
from digest.operations import backup as backup_operations
from digest.operations import restored as restored_operations
from digest.settings import load_settings


def backup_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Copy store, key, settings and DKIM keys to a file, also while mail is being sent."""
    session = context.obj
    names = backup_operations.back_up(session.app, session.settings_file, file)
    if as_json:
        one({"file": str(file), "holds": names})
    else:
        say(f"{file} holds {', '.join(names)}. Keep it safe: whoever has it can sign as you.")


def restore_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `digest backup` wrote.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of the store that is there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back; what may have been sent after it was made is held in doubt."""
    session = context.obj
    if load_settings(session.settings_file).store.url:
        raise StoreError(
            "store.url names a server: put its backup back there, then run this:"
            " digest restored --hold"
        )
    held = backup_operations.put_back(
        session.data, file, lambda: session.app, utc_now(), replace=replace
    )
    _say_what_is_held(held, as_json)
    if not as_json:
        _list_names(restored_operations.names_in_doubt(session.app))


def restored_command(
    context: typer.Context,
    hold: Annotated[
        bool, typer.Option("--hold", help="Mails may have left: hold what is open, in doubt.")
    ] = False,
    nothing_sent: Annotated[
        bool, typer.Option("--nothing-sent", help="None left, or they may go again: go on.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what was sent after an older store was copied; without an option, show whether it is."""
    app = context.obj.app
    if hold and nothing_sent:
        raise typer.BadParameter("choose one of --hold and --nothing-sent")
    if hold:
        _say_what_is_held(restored_operations.hold(app), as_json)
    elif nothing_sent:
        restored_operations.go_on(app)
    why = app.epoch.doubt()
    if as_json:
        if not hold:
            one({"waits": bool(why), "why": why})
        return
    if why:
        say(f"Nothing is sent. {why[0].upper()}{why[1:]}")
        say("  --hold          mails may have left meanwhile: hold what is open, and settle it")
        say("  --nothing-sent  none left meanwhile, or they may go a second time")
        raise typer.Exit(1)
    say("The store knows all that was sent.")
    _list_names(restored_operations.names_in_doubt(app))


def _say_what_is_held(held: restored_operations.Held, as_json: bool) -> None:
    if as_json:
        one({"held": held.deliveries, "letters": held.letters, "until": held.until.isoformat()})
        return
    say(
        f"{held.deliveries} mails may have left before {held.until:%Y-%m-%d %H:%M} UTC: they are"
        f" held, and {held.letters} letters are dropped. Everything else goes on."
    )


def _list_names(names: dict[int, list[str]]) -> None:
    for number, emails in names.items():
        say(f"In doubt of edition {number}: {', '.join(emails)}")
        say(f"  digest editions settle {number} [EMAIL…] --arrived or --resend")
