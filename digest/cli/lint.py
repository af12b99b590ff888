"""`digest lint`: is the mail fit to be sent? Asked before an edition, and by whoever edits it."""

from __future__ import annotations

from dataclasses import asdict

import typer

from digest.cli.output import Json, objects, say
from digest.composing.finding import Finding
from digest.composing.preflight import lint as findings_of


def lint(context: typer.Context, as_json: Json = False) -> None:
    """Check the mail's templates, languages, colours, and a specimen of every mail.

    Exit code 1 when something is wrong; warnings alone are 0.
    """
    found = findings_of(context.obj.app.press)
    if as_json:
        objects(_plain(finding) for finding in found)
    else:
        for finding in found:
            say(str(finding))
        say(_summary(found))
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)


def _summary(found: list[Finding]) -> str:
    errors = sum(finding.severity == "error" for finding in found)
    if not found:
        return "Nothing to complain about."
    return f"{errors} to mend, {len(found) - errors} to look at."


def _plain(finding: Finding) -> dict[str, object]:
    return {name: value for name, value in asdict(finding).items() if name != "needle"}
