"""`digest smtp …`."""

from __future__ import annotations

import time

import httpx
import typer

from digest.cli.output import say
from digest.operations.smtp_login import smtp_login

app = typer.Typer(help="The relay: log in with Microsoft or Google.", no_args_is_help=True)

_SECONDS = 30.0


@app.command("login")
def login_command(context: typer.Context) -> None:
    """Let Microsoft 365 or Google Workspace take our mail: sign in once, in any browser."""
    kept = smtp_login(
        context.obj.app,
        show=say,
        ask=lambda question: str(typer.prompt(question)),
        wait=time.sleep,
        http=lambda: httpx.Client(timeout=_SECONDS),
    )
    say(f"Done. The refresh token is in {kept}, for you alone. Try it: digest doctor")


@app.callback()
def _group() -> None:
    """Keep `login` a command of its own, though it is the only one."""
