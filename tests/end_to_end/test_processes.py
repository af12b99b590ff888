"""The product as processes: killed runs, pipes, full disks, a mail server, `serve`, `demo`."""

from __future__ import annotations

import asyncio
import email
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from bench.smtp_recorder import Recorder
from digest.run import SHARD
from digest.settings import Delivery, Smtp
from tests.cli.command import argv, digest, environment
from tests.house import House, mails, page, paper

PAPERS = [paper(f"{word} robots") for word in ("Walking", "Speaking", "Swimming", "Flying")]
READERS = 400


def wait_until(true: Any, seconds: float = 30) -> None:
    """Poll another process; only it can say when it is ready."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def prepare(data: Path, readers: int, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(page(*PAPERS))
    rows = [f"r{number}@example.org,Reader {number},robots" for number in range(readers)]
    (tmp_path / "readers.csv").write_text("\n".join(["email,name,keywords", *rows]))
    assert digest(data, "ingest", tmp_path / "page.txt").code == 0
    assert digest(data, "subscribers", "import", tmp_path / "readers.csv", "--confirmed").code == 0


def test_a_run_that_is_killed_is_continued_and_nobody_gets_two(data: Path, tmp_path: Path) -> None:
    prepare(data, READERS, tmp_path)
    killed = subprocess.Popen(argv(data, "run"), env=environment(), cwd=tmp_path)
    wait_until(lambda: (data / "mailbox").is_dir() and len(list((data / "mailbox").iterdir())) > 40)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    between = digest(data, "editions", "show", "1", "--json").one
    assert between["eligible"] == READERS
    assert between["pending"] > 0, "it was killed too late to prove anything"
    figures = digest(data, "run", "--json").one
    assert (figures["eligible"], figures["pending"]) == (READERS, 0)
    assert figures["accepted"] == READERS, "a mailbox tells for sure what arrived"
    assert {len(mails(data, f"r{number}@example.org")) for number in range(READERS)} == {1}
    assert digest(data, "run", "--json").one == figures


class Together(Recorder):
    """Serves nobody before both processes are there, with two connections each."""

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.connections > 2:
            self._both.set()
        await self._both.wait()
        await super()._session(reader, writer)

    def __enter__(self) -> Together:
        self._both = asyncio.Event()
        super().__enter__()
        return self


def test_a_worker_whose_parent_is_killed_ends_in_peace(data: Path, tmp_path: Path) -> None:
    readers = SHARD + SHARD // 2
    prepare(data, readers, tmp_path)
    with Together() as server:
        smtp = {"PORT": str(server.port), "SECURITY": "none", "CONNECTIONS": "2"}
        env = environment() | {f"DIGEST_DELIVERY__SMTP__{name}": smtp[name] for name in smtp}
        env |= {"DIGEST_DELIVERY__TRANSPORT": "smtp", "DIGEST_DELIVERY__PROCESSES": "2"}
        run = subprocess.Popen(argv(data, "run"), env=env, cwd=tmp_path)
        wait_until(lambda: len(server.accepted) > 40)
        run.kill()
        run.wait()
        server.settle()  # the worker has ended, too
        sent = len(server.accepted)
        assert sent < readers
        done = subprocess.run(
            argv(data, "run", "--json"), env=env, cwd=tmp_path, capture_output=True, check=True
        )
        told = json.loads(done.stdout)
        assert told["pending"] == 0, "nothing is left behind by the worker"
        assert told["uncertain"] <= 2, "only the killed one's connections are in doubt"
        got = [mail.recipient for mail in server.accepted]
        assert len(got) == len(set(got))
        assert told["accepted"] + told["uncertain"] == readers


def test_ctrl_c_ends_a_run_with_130_and_the_next_goes_on(data: Path, tmp_path: Path) -> None:
    prepare(data, 200, tmp_path)
    running = subprocess.Popen(
        argv(data, "run"), env=environment(), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: (data / "mailbox").is_dir() and len(list((data / "mailbox").iterdir())) > 10)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode in (130, 0), said  # 0: it was quicker
    assert "Traceback" not in said
    assert digest(data, "run", "--json").one["accepted"] == 200


def test_a_pipe_that_closes_is_no_error_to_read(data: Path, tmp_path: Path) -> None:
    prepare(data, 0, tmp_path)
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
    prepare(data, 0, tmp_path)
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
    assert len(digest(data, "papers", "--json").lines) == len(PAPERS)
    assert digest(data, "ingest", tmp_path / "more.txt").code == 0


# --- a mail server ------------------------------------------------------------------------


class Keeper:
    """Keeps what it gets."""

    def __init__(self) -> None:
        self.kept: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.kept.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"


@contextmanager
def mail_server(**how: Any) -> Iterator[tuple[Keeper, int]]:
    keeper = Keeper()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield keeper, port
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, Path]:
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        f" -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return key, cert


def test_mail_goes_by_smtp_with_starttls_and_a_password(data: Path, tmp_path: Path) -> None:
    key, cert = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def admits(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == b"open sesame"
        return AuthResult(success=right)

    strict = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with mail_server(authenticator=admits, **strict) as (keeper, port):
        smtp = Smtp(port=port, username="digest", password="open sesame", ca_file=cert)
        house = House(data).reopened(delivery=Delivery(transport="smtp", smtp=smtp))
        house.reader("ada@example.org", "robots")
        house.ingest(*PAPERS)
        assert house.run().accounting.accepted == 1
        assert house.run().accounting.accepted == 1
        ((recipients, content),) = keeper.kept
        sent = house.preview("ada@example.org", 1).raw
        house.app.close()
    assert recipients == ["ada@example.org"]
    assert content.replace(b"\r\n", b"\n").rstrip() == sent.replace(b"\r\n", b"\n").rstrip()


def test_a_server_that_is_away_costs_nobody_their_mail(data: Path, tmp_path: Path) -> None:
    prepare(data, 3, tmp_path)
    with mail_server() as (keeper, port):
        away = {"DIGEST_DELIVERY__TRANSPORT": "smtp", "DIGEST_DELIVERY__SMTP__SECURITY": "none"}
        there = away | {"DIGEST_DELIVERY__SMTP__PORT": str(port)}
        said = digest(data, "run", "--json", env=away | {"DIGEST_DELIVERY__SMTP__PORT": "1"})
        assert said.code == 1
        assert (said.one["eligible"], said.one["accepted"]) == (3, 0)
        assert "wait for the next run" in said.err
        assert digest(data, "run", "--json", env=there).one["accepted"] == 3
        assert len(keeper.kept) == 3


# --- serve and demo -----------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str, form: bytes | None = None) -> tuple[int, str]:
    with urlopen(Request(address, data=form), timeout=10) as answer:
        return answer.status, answer.read().decode()


def is_up(address: str) -> bool:
    try:
        return fetch(address)[0] == 200
    except OSError:
        return False


def state_of(data: Path, email: str) -> str:
    return str(digest(data, "subscribers", "show", email, "--json").one["state"])


def test_serve_reads_dumps_answers_links_and_ends_cleanly(data: Path, tmp_path: Path) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {
        "DIGEST_WEB__PORT": str(port),
        "DIGEST_NEWSLETTER__BASE_URL": base,
        "DIGEST_DUMPS__SETTLE_SECONDS": "0",
    }
    digest(data, "init")
    (data / "inbox" / "page.txt").write_bytes(page(*PAPERS))
    add = ("subscribers", "add")
    digest(data, *add, "ada@example.org", "--confirmed", "--keywords", "robots", env=env)
    digest(data, *add, "bob@example.org", "--keywords", "robots", env=env)
    server = subprocess.Popen(
        argv(data, "serve"),
        env=environment(**env),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: is_up(f"{base}/healthz"))
        wait_until((data / "inbox" / "done" / "page.txt").exists)
        assert len(digest(data, "papers", "--json").lines) == len(PAPERS)

        (letter,) = mails(data, "bob@example.org")
        body = email.message_from_bytes(letter, policy=default).get_body(("plain",))
        text = body.get_content() if body else ""
        confirm = next(
            word for word in text.split() if word.startswith(base) and "/confirm/" in word
        )
        assert fetch(confirm)[0] == 200
        assert state_of(data, "bob@example.org") == "pending", "looking is not confirming"
        assert fetch(confirm, b"")[0] == 200
        assert state_of(data, "bob@example.org") == "active"

        assert digest(data, "run", env=env).code == 0
        raw = digest(data, "preview", "ada@example.org", "--edition", "1", "--raw", env=env).out
        shown = email.message_from_bytes(raw.encode(), policy=default).get_body(("plain",))
        words = shown.get_content().split() if shown else []
        leave = next(word for word in words if word.endswith("/unsubscribe"))
        assert fetch(leave)[0] == 200
        assert state_of(data, "ada@example.org") == "active", "a scanner that looks changes nothing"
        assert fetch(leave, b"List-Unsubscribe=One-Click")[0] == 200
        assert state_of(data, "ada@example.org") == "left"
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    assert server.returncode in (0, -signal.SIGTERM), said
    assert "Traceback" not in said
    assert "example.org" not in said, "logs name no readers"


def test_the_demo_ends_by_itself_without_a_terminal(data: Path) -> None:
    said = digest(data, "demo")
    assert said.code == 0
    assert "Edition 2" in said.out
    page_file = data / "demo" / "page" / "index.html"
    assert str(page_file) in said.out
    assert "ada@example.org" in page_file.read_text(encoding="utf-8")
    boxes = sorted(path.name for path in (data / "demo" / "mailbox").iterdir())
    assert len(boxes) == 3
    assert all(1 <= len(mails(data / "demo", box)) <= 2 for box in boxes)


def test_the_demo_takes_own_dumps(data: Path, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_bytes(page(*PAPERS))
    said = digest(data, "demo", tmp_path / "own.txt")
    assert said.code == 0
    assert "own.txt: read 4 papers, 4 new" in said.out
    assert digest(data, "demo", tmp_path / "missing.txt").code == 1


@pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX here")
def test_tables_fit_a_narrow_terminal(data: Path, tmp_path: Path) -> None:
    import pty

    prepare(data, 2, tmp_path)
    ours, theirs = pty.openpty()
    subprocess.run(argv(data, "papers"), env=environment(), cwd=tmp_path, stdout=theirs, check=True)
    os.close(theirs)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 65536).decode())
    os.close(ours)
    assert "Walking robots" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
