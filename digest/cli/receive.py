"""`digest receive`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.app.application import App
from digest.cli.output import Json, objects, say, table, warn
from digest.cli.output import one as one_object
from digest.errors import DumpError, SettingsError, StoreError
from digest.operations import receiving

_TRY_AGAIN = 75  # EX_TEMPFAIL (sysexits.h): what it was piped is kept by the mail server


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
    carries the return path or the Message-ID of a mail of ours; each counts once. What cannot be
    handled is kept in DIR/failed; where nothing can be kept, the exit code of a pipe is 75.
    """
    piped = not (files and files != [Path("-")]) and mailbox is None and not (listed or dry)
    try:
        _receive(context, files or [], mailbox, dry=dry, listed=listed, as_json=as_json)
    except (StoreError, SettingsError, OSError) as error:
        if not piped:
            raise
        warn(f"{error}; the mail server is to bring the message again")
        raise typer.Exit(_TRY_AGAIN) from None


def _receive(
    context: typer.Context,
    files: list[Path],
    mailbox: Path | None,
    *,
    dry: bool,
    listed: bool,
    as_json: bool,
) -> None:
    app = context.obj.app
    if listed:
        _show_past(app, as_json)
        return
    if mailbox is not None and not dry:
        visit = receiving.receive_mailbox(app, mailbox)
        if as_json:
            one_object(asdict(visit))
        else:
            failed = f", {visit.failed} could not be handled" if visit.failed else ""
            say(f"{visit.read} mails read, {visit.suppressed} readers suppressed{failed}.")
        return
    receipts, failures = _handled(app, files, dry=dry)
    if as_json:
        objects(one.to_json() for one in receipts)
    for one in receipts if not as_json else ():
        said = one.recipient
        again = " (handled before)" if one.known else ""
        whose = f" for {one.reader}" if one.reader else ""
        say(
            f"{said.address or 'nobody named'}: {said.kind.value}, {said.reason.value}{whose}: "
            f"{one.decision.action.value}, {one.decision.why}{again}"
        )

    for each in failures:
        warn(f"a message could not be handled ({each.error}); it is kept: {each.file}")
    if failures and files and files != [Path("-")]:
        raise typer.Exit(1)  # a mail server's pipe has handed over what is kept: it must not bounce


def _handled(
    app: App, files: list[Path], *, dry: bool
) -> tuple[list[receiving.Receipt], list[receiving.FailedMessage]]:
    receipts: list[receiving.Receipt] = []
    failed: list[receiving.FailedMessage] = []
    for raw in _messages(files):
        found = (
            receiving.receive(app, raw, dry=True) if dry else receiving.receive_or_keep(app, raw)
        )
        if isinstance(found, receiving.FailedMessage):
            failed.append(found)
        else:
            receipts += found
    return receipts, failed


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
