"""`digest receive`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.output import Json, objects, say, table
from digest.errors import DumpError
from digest.operations import receiving


def receive_command(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Messages; `-` or nothing: standard input."),
    ] = None,
    mailbox: Annotated[
        Path | None,
        typer.Option("--mailbox", help="A Maildir or an mbox file: its unread mails."),
    ] = None,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would do; change nothing.")
    ] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Show what has come back so far, newest first.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read bounces and complaints: from files, standard input, or a mailbox.

    A mail server can pipe them: `bounces: "|digest --data DIR receive"`. A report counts when it
    carries the return path or the Message-ID of a mail of ours; each counts once.
    """
    app = context.obj.app
    if listed:
        _show_past(app, as_json)
        return
    if mailbox is not None and not dry:
        read, acted = receiving.receive_mailbox(app, mailbox)
        say(f"{read} mails read, {acted} readers suppressed.")
        return
    receipts = [
        one for raw in _messages(files or []) for one in receiving.receive(app, raw, dry=dry)
    ]
    if as_json:
        objects(one.to_json() for one in receipts)
        return
    for one in receipts:
        said = one.recipient
        again = " (handled before)" if one.known else ""
        whose = f" for {one.reader}" if one.reader else ""
        say(
            f"{said.address or 'nobody named'}: {said.kind.value}, {said.reason.value}{whose}: "
            f"{one.decision.action.value}, {one.decision.why}{again}"
        )


def _messages(files: list[Path]) -> list[bytes]:
    if not files or files == [Path("-")]:
        return [sys.stdin.buffer.read()]
    return [_bytes(path) for path in files]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DumpError(f"cannot be read: {error.strerror}", path=path) from None


def _show_past(app: App, as_json: bool) -> None:
    past = app.stores.returned.listed(1000)
    if as_json:
        objects(
            {
                "at": one.at.isoformat(),
                "address": one.address,
                "kind": one.kind,
                "reason": one.reason,
                "status": one.status,
                "said": one.said,
                "action": one.action,
                "why": one.why,
                "delivery": one.delivery,
            }
            for one in past
        )
        return
    table(
        ["at", "address", "kind", "reason", "done", "why", "server said"],
        (
            [f"{o.at:%Y-%m-%d %H:%M}", o.address, o.kind, o.reason, o.action, o.why, o.said]
            for o in past
        ),
    )
