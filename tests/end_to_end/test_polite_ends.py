"""SIGTERM and SIGINT in the middle of a send leave no mail in doubt."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from bench.smtp_recorder import Mail, Recorder
from digest.run import SHARD
from tests.cli.command import argv, digest, environment
from tests.end_to_end.conftest import prepare

PATIENCE = 100  # seconds: more than a slow machine takes, less than a test may


def _confirmed_yesterday(data: Path) -> None:
    with closing(sqlite3.connect(data / "digest.db")) as store, store:
        store.execute(
            "UPDATE subscribers SET confirmed_at = datetime(confirmed_at, '-1 day'), "
            "created_at = datetime(created_at, '-1 day'), next_due_at = NULL"
        )


@pytest.mark.parametrize(
    ("command", "processes", "number"),
    [
        (("run",), 1, signal.SIGINT),
        (("run",), 2, signal.SIGTERM),
        (("serve",), 1, signal.SIGTERM),
        (("serve", "--no-pages"), 1, signal.SIGINT),
    ],
    ids=str,
)
def test_a_signal_leaves_nothing_in_doubt(
    data: Path, tmp_path: Path, command: tuple[str, ...], processes: int, number: int
) -> None:
    readers = SHARD + 10 if processes > 1 else 120
    prepare(data, readers)
    _confirmed_yesterday(data)  # who confirms now has their first slot tomorrow
    with Recorder() as server:
        smtp = {"PORT": str(server.port), "SECURITY": "none", "CONNECTIONS": "2"}
        env = environment() | {f"DIGEST_DELIVERY__SMTP__{name}": smtp[name] for name in smtp}
        env |= {"DIGEST_DELIVERY__TRANSPORT": "smtp", "DIGEST_WEB__PORT": "0"}
        env |= {"DIGEST_DELIVERY__PROCESSES": str(processes), "DIGEST_SCHEDULE__HOUR": "0"}
        env |= {"DIGEST_SCHEDULE__STAGGER_MINUTES": "0", "DIGEST_SCHEDULE__CATCH_UP_HOURS": "24"}
        ready = os.pipe()

        def slowly(mail: Mail) -> str:
            if len(server.accepted) == 30:
                os.write(ready[1], b"!")
            time.sleep(0.01)
            return "250 2.0.0 Ok: queued"

        server.answer_dot = slowly
        running = subprocess.Popen(
            argv(data, *command),
            env=env,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert select.select([ready[0]], [], [], PATIENCE)[0], "thirty mails never came"
        running.send_signal(number)
        _, said = running.communicate(timeout=PATIENCE)
        assert running.returncode == (0 if command[0] == "serve" else 128 + number), said
        assert "Traceback" not in said
        figures = digest(data, "editions", "show", "1", "--json").one
        assert figures["uncertain"] == 0
        assert 30 <= figures["accepted"] < readers
        assert figures["pending"] == readers - figures["accepted"]
        server.settle()
        assert len(server.accepted) == figures["accepted"]
