"""`digest lint`: what is wrong with the templates and the look of every mail."""

from __future__ import annotations

import typer

from digest.cli.output import Json, objects, say
from digest.composing.checks.preflight import lint_templates
from digest.composing.issue_composer import build_renderers


def lint_command(context: typer.Context, as_json: Json = False) -> None:
    """Check templates, catalogues, colours and a specimen of every mail; sends nothing."""
    found = lint_templates(build_renderers(context.obj.settings))
    if as_json:
        objects(
            {
                "check": f.check,
                "severity": f.severity,
                "message": f.message,
                "template": f.template,
                "line": f.line,
            }
            for f in found
        )
    else:
        for finding in found:
            say(str(finding))
        errors = sum(f.severity == "error" for f in found)
        say(f"{errors} errors, {len(found) - errors} warnings")
    raise typer.Exit(1 if any(f.severity == "error" for f in found) else 0)
