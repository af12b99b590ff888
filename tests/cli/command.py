"""The command line as a user has it: a process, its exit code and what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAIN = "from digest.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def one(self) -> dict[str, Any]:
        (line,) = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def argv(data: Path, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", _MAIN, "--data", str(data), *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without its settings, 80 columns wide."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    return kept | {"DIGEST_RANKING__SEMANTIC": "off", "COLUMNS": "80", "NO_COLOR": "1"} | more


def dies_after(mails: int, data: Path, *arguments: str) -> list[str]:
    """Return a command that kills itself without a warning once so many mails are in mailboxes.

    Or a few less: those that other threads were about to move there.

    It does so itself, since whoever looks from outside may look too late on a busy machine.
    """
    start = _KILLS_ITSELF.format(mails=mails, main=_MAIN)
    return [sys.executable, "-c", start, "--data", str(data), *arguments]


_KILLS_ITSELF = """
import os, signal, sys
left = {mails}
def watch(event, of):
    global left
    if event == "os.rename" and str(of[1]).endswith(".digest"):
        left -= 1
        if left < 0:  # the mail that is now complete has not reached its box
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
{main}
"""


def wait_until(true: Callable[[], object], seconds: float = 120) -> None:
    """Poll another process; only it can say when it is ready."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def digest(
    data: Path, *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> Said:
    """Run a command in a process of its own; no traceback may ever come out of it."""
    done = subprocess.run(
        argv(data, *arguments),
        input=stdin,
        capture_output=True,
        env=environment(**(env or {})),
        cwd=data.parent,
        timeout=120,
        check=False,
    )
    said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in said.err, said.err
    return said


def inside(capsys: Any, data: Path, *arguments: str | Path, env: Sequence[str] = ()) -> Said:
    """Run a command in this process, through the same `main`: quicker where that is enough."""
    from digest.cli.main import main

    before = sys.argv
    sys.argv = ["digest", "--data", str(data), *map(str, arguments)]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
    said = capsys.readouterr()
    return Said(code, said.out, said.err)
