"""Runs as processes: killed, interrupted, into a closed pipe, onto a full disk."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import signal
import subprocess
from pathlib import Path

import pytest

from bench.smtp_recorder import Mail, Recorder
from digest.run import SHARD
from tests.cli.command import argv, dies_after, digest, environment, wait_until
from tests.end_to_end.conftest import ROBOTS, prepare
from tests.installation import mails, page, paper

READERS = 100


def test_a_run_that_is_killed_is_continued_and_nobody_gets_two(data: Path, tmp_path: Path) -> None:
    prepare(data, READERS)
    killed = subprocess.run(dies_after(40, data, "run"), env=environment(), check=False)
    assert killed.returncode == -signal.SIGKILL
    between = digest(data, "editions", "show", "1", "--json").one
    assert between["eligible"] == READERS
    assert between["pending"] > 0
    figures = digest(data, "run", "--json").one
    assert (figures["eligible"], figures["pending"]) == (READERS, 0)
    assert figures["accepted"] == READERS, "a mailbox tells for sure what arrived"
    assert {len(mails(data, f"r{number}@example.org")) for number in range(READERS)} == {1}
    assert digest(data, "run", "--json").one == figures


class Together(Recorder):
    """Serves nobody before both processes are there, each with its first connection."""

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.connections > 1:
            self._both.set()
        await self._both.wait()
        await super()._session(reader, writer)

    def __enter__(self) -> Together:
        self._both = asyncio.Event()
        super().__enter__()
        return self


def test_a_worker_whose_parent_is_killed_ends_in_peace(data: Path, tmp_path: Path) -> None:
    readers = SHARD + SHARD // 2
    prepare(data, readers)
    with Together() as server:
        smtp = {"PORT": str(server.port), "SECURITY": "none", "CONNECTIONS": "2"}
        env = environment() | {f"DIGEST_DELIVERY__SMTP__{name}": smtp[name] for name in smtp}
        env |= {"DIGEST_DELIVERY__TRANSPORT": "smtp", "DIGEST_DELIVERY__PROCESSES": "2"}
        run = subprocess.Popen(argv(data, "run"), env=env, cwd=tmp_path)

        def kill_at_the_40th(mail: Mail) -> str:
            if len(server.accepted) == 40:
                run.kill()
            return "250 2.0.0 Ok: queued"

        server.answer_dot = kill_at_the_40th
        run.wait()
        server.settle()  # the worker has ended, too
        sent = len(server.accepted)
        assert sent < readers
        done = subprocess.run(
            argv(data, "run", "--json"), env=env, cwd=tmp_path, capture_output=True, check=False
        )
        told = json.loads(done.stdout)
        assert done.returncode == (3 if told["uncertain"] else 0), done.stderr
        assert told["pending"] == 0, "nothing is left behind by the worker"
        assert told["uncertain"] <= 2, "only the killed one's connections are in doubt"
        got = [mail.recipient for mail in server.accepted]
        assert len(got) == len(set(got))
        assert told["accepted"] + told["uncertain"] == readers


def test_ctrl_c_ends_a_run_with_130_and_the_next_goes_on(data: Path, tmp_path: Path) -> None:
    prepare(data, 200)
    running = subprocess.Popen(
        argv(data, "run"), env=environment(), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: (data / "mailbox").is_dir() and len(list((data / "mailbox").iterdir())) > 10)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode in (130, 0), said  # 0: it was quicker
    assert "Traceback" not in said
    assert digest(data, "run", "--json").one["accepted"] == 200


def test_a_pipe_that_closes_is_no_error_to_read(data: Path, tmp_path: Path) -> None:
    prepare(data, 0)
    for command in (("papers",), ("papers", "--json")):
        process = subprocess.Popen(
            argv(data, *command),
            env=environment(),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.wait()


def test_a_full_disk_is_told_and_nothing_is_half_done(data: Path, tmp_path: Path) -> None:
    prepare(data, 0)
    more = [paper(f"Paper number {number}") for number in range(800)]
    (tmp_path / "more.txt").write_bytes(page(*more))

    def little_room() -> None:
        size = (data / "digest.db").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        argv(data, "ingest", tmp_path / "more.txt"),
        env=environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=little_room,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "no room left" in done.stderr
    assert len(digest(data, "papers", "--json").lines) == len(ROBOTS)
    assert digest(data, "ingest", tmp_path / "more.txt").code == 0


@pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX here")
def test_tables_fit_a_narrow_terminal(data: Path, tmp_path: Path) -> None:
    import pty

    prepare(data, 2)
    ours, theirs = pty.openpty()
    subprocess.run(argv(data, "papers"), env=environment(), cwd=tmp_path, stdout=theirs, check=True)
    os.close(theirs)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 65536).decode())
    os.close(ours)
    assert "Walking robots" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
