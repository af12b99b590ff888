"""The command line: commands translate arguments and results, and nothing more.

Exit codes: 0 all went well; 1 something was rejected, refused or could not be done, and the
text says what; 2 the command was used wrongly; 3 a run ended and not everybody has theirs yet.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import broken_pipe
from digest.cli.command_list import LazyGroup
from digest.cli.output import say, warn
from digest.cli.session import Session
from digest.errors import DigestError
from subscribers.errors import FrontDeskError
from subscribers.preferences import PreferencesError

app = typer.Typer(
    name="digest",
    cls=LazyGroup,
    help=(
        "A daily newsletter of research papers: dumps in, one personal mail a day out.\n\n"
        "Exit codes: 0 all went well; 1 something was rejected or could not be done; "
        "2 the command was used wrongly; 3 a run ended and not everybody has theirs."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"digest {version('digest')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    data: Annotated[
        Path,
        typer.Option("--data", envvar="DIGEST_DATA", help="The folder of everything that changes."),
    ] = Path("var"),
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            envvar="DIGEST_SETTINGS",
            help="The settings file; DIR/settings.toml, else ./settings.toml, when there is one.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Hold what every command shares."""
    context.obj = Session(data=data, settings_file=settings)
    context.call_on_close(context.obj.close)


def main() -> None:
    """Run the command line; no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that a terminal lacks is no error
            stream.reconfigure(errors="backslashreplace")
    broken_pipe.watch_consoles()
    try:
        code = _run()
        broken_pipe.flush()
    except broken_pipe.ReaderGone:
        with suppress(broken_pipe.ReaderGone):
            broken_pipe.flush()
        code = broken_pipe.EXIT_CODE
    sys.exit(code)


def _run() -> int:
    """Run a command and return its exit code."""
    try:
        app()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except (DigestError, FrontDeskError, PreferencesError) as error:
        warn(f"error: {error}")
        return 1
    except OSError as error:
        warn(f"error: {error.filename or 'the system'}: {error.strerror or error}")
        return 1
    return 0
