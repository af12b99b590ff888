"""`digest suppressions …`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import Json, objects, one, say, table, warn
from digest.inbound.suppression_lists import REASONS
from digest.operations import suppressions
from digest.operations.readers import read_file
from subscribers.store import StopReason

app = typer.Typer(
    help="Addresses that are not written to: list, show, add, lift, import, export.",
    no_args_is_help=True,
)

Address = Annotated[str, typer.Argument(help="The address.", show_default=False)]


@app.command("list")
def list_suppressions(context: typer.Context, as_json: Json = False) -> None:
    """List the addresses that are not written to, and why."""
    found = context.obj.app.stores.suppressions.all()
    if as_json:
        objects(asdict(each) for each in found)
    else:
        table(
            ["address", "reason", "since", "evidence"],
            ([s.email, s.reason, f"{s.since:%Y-%m-%d}", s.detail] for s in found),
        )


@app.command("show")
def show_suppression(context: typer.Context, email: Address, as_json: Json = False) -> None:
    """Show why an address is not written to, and whether it was lifted before."""
    digest = context.obj.app
    shown = suppressions.with_its_past(digest, suppressions.suppression(digest, email))
    if as_json:
        one(shown)
    else:
        table(["", ""], ([name, value] for name, value in shown.items()))


@app.command("add")
def add_suppression(
    context: typer.Context,
    email: Address,
    reason: Annotated[str, typer.Option(help=f"{', '.join(REASONS)}.")] = "operator",
    evidence: Annotated[str, typer.Option(help="What shows it, for whoever asks.")] = "",
    as_json: Json = False,
) -> None:
    """Never write to an address, whoever subscribes it. Readers cannot lift `operator`."""
    digest = context.obj.app
    done = suppressions.suppress(digest, email, _reason(reason), evidence)
    found = suppressions.suppression(digest, email)
    if as_json:
        one({"outcome": done} | suppressions.with_its_past(digest, found))
        return
    there = " already" if done == "known" else ""
    say(f"{email} is not written to{there}: {found.reason}, since {found.since:%Y-%m-%d}.")


@app.command("lift")
def lift_suppression(context: typer.Context, email: Address, as_json: Json = False) -> None:
    """Write to an address again: with the next edition, or `digest editions retry` for this one.

    If mail to it bounces again within half a year, it is suppressed sooner.
    """
    lifted = suppressions.lift(context.obj.app, email)
    if as_json:
        one({"outcome": "lifted"} | asdict(lifted))
        return
    say(f"{email} is written to again.")


@app.command("import")
def import_suppressions(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, JSON or JSON lines; - for stdin.")],
    reason: Annotated[
        str, typer.Option(help=f"Where the list does not say why: {', '.join(REASONS)}.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take in a list: our own export, or that of another program."""
    otherwise = _reason(reason) if reason else None
    taken = suppressions.import_list(context.obj.app, read_file(file), otherwise)
    if as_json:
        one(asdict(taken))
    else:
        counts = {name: value for name, value in asdict(taken).items() if name != "rejected"}
        told = [
            f"{name.replace('_', ' ')} {n}" for name, n in counts.items() if n or name == "added"
        ]
        say(f"{file}: {', '.join(told)}, rejected {len(taken.rejected)}")
        for each in taken.rejected:
            warn(f"{file}: {each.where}: {each.why}")
    raise typer.Exit(1 if taken.rejected else 0)


@app.command("export")
def export_suppressions(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="A file; standard output without.")] = None,
) -> None:
    """Write the list out as CSV, in a form that `import` takes."""
    lines = suppressions.export_list(context.obj.app.stores.suppressions.all())
    if out is None:
        sys.stdout.writelines(lines)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


def _reason(text: str) -> StopReason:
    found = next((reason for reason in REASONS if reason == text), None)
    if found is None:
        raise typer.BadParameter(f"choose {', '.join(REASONS)}", param_hint="--reason")
    return found
