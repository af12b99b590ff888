"""Every command by its name, and the module that is imported when it is invoked.

What commands stand on (web pages, ranking, templates, the store) takes longer to import than
most of them take to run, so a command pays for its own module alone, and `--help` for none.
The lines of help stand here as well as at the commands; a test holds them equal.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_group

from digest.cli import broken_pipe

# name: (module below digest.cli, its function or Typer, help line), in the order of `--help`
COMMANDS = {
    "init": (
        "setup",
        "init",
        "Make the data folder: store, secret key, settings. On a terminal it asks for the rest.",
    ),
    "ingest": (
        "dumps",
        "ingest",
        "Read dumps into the archive. Reading the same one twice changes nothing.",
    ),
    "papers": ("dumps", "papers", "Show the archive's papers."),
    "sources": (
        "sources",
        "app",
        "Show the sources: how each is, and when it is asked next. Add, pause or remove one.",
    ),
    "fetch": ("sources", "fetch_command", "Ask the sources now, whether or not it is their turn."),
    "enrich": (
        "sources",
        "enrich",
        "Look up papers without an identifier at the service of the settings.",
    ),
    "preview": (
        "preview",
        "preview_command",
        "Show a reader's issue: what a run now would send them, or what an edition brought.",
    ),
    "run": (
        "run",
        "run_command",
        "Make and send an edition: one pass over every active reader who had nothing of it.",
    ),
    "prune": (
        "editions",
        "prune_command",
        "Remove what makes old mails again, and old reports of mail that came back.",
    ),
    "doctor": (
        "setup",
        "doctor",
        "Say what is set up, what is missing, and what would stop mail from leaving.",
    ),
    "why": ("why", "why_command", "Say why a paper is in a reader's issue, or what kept it out."),
    "lint": (
        "lint",
        "lint_command",
        "Check templates, catalogues, colours and a specimen of every mail; sends nothing.",
    ),
    "schedule": (
        "schedule",
        "schedule",
        "Show the next sends: when, and to how many readers. Nothing is sent or changed.",
    ),
    "serve": (
        "serve",
        "serve_command",
        "Watch for dumps, open the day's edition, send at each reader's hour, and answer links.",
    ),
    "demo": (
        "demo",
        "demo",
        "Read dumps, send an edition for each to three sample readers, and show the mails.",
    ),
    "subscribers": ("subscribers", "app", "Add, list, change and remove readers."),
    "editions": (
        "editions",
        "app",
        "Editions: list, show, approve, pause, resume, cancel, settle, retry.",
    ),
    "deliveries": (
        "deliveries",
        "deliveries_command",
        "Show who got an edition, or what a reader got, with the servers' words.",
    ),
    "suppressions": (
        "suppressions",
        "app",
        "Addresses that are not written to: list, show, add, lift, import, export.",
    ),
    "smtp": ("smtp", "app", "The relay: log in with Microsoft or Google."),
    "receive": (
        "receive",
        "receive_command",
        "Read bounces and complaints: from files, standard input, or a mailbox.",
    ),
    "backup": (
        "backup",
        "backup_command",
        "Copy store, key, settings and DKIM keys to a file, also while mail is being sent.",
    ),
    "restore": (
        "backup",
        "restore_command",
        "Put a backup back; what may have been sent after it was made is held in doubt.",
    ),
    "restored": (
        "backup",
        "restored_command",
        "Say what was sent after an older store was copied; without an option, show whether it is.",
    ),
    "dkim": ("dkim", "app", "DKIM keys: make one, show its DNS record."),
    "models": ("models", "app", "The sentence model of semantic ranking."),
    "lab": ("lab", "app", "Measure the ranking and the summaries."),
}


class Later(TyperCommand):
    """Stands for a command, or a group of them, until it is invoked."""

    def __init__(self, name: str, module: str, attribute: str, line: str) -> None:
        super().__init__(name, help=line)
        self._source = (module, attribute)

    def load(self) -> Any:
        """Import the command and return it."""
        module, attribute = self._source
        found = getattr(import_module(f"digest.cli.{module}"), attribute)
        around = typer.Typer()
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=self.name)
        else:
            around.command(self.name)(found)
        return get_group(around).commands[str(self.name)]

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the command's own arguments: from here on the context is the real command's."""
        return self.load().make_context(*arguments, **options)


class LazyGroup(broken_pipe.PipeSafeGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, source in COMMANDS.items():
            self.add_command(Later(name, *source))
