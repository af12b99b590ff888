"""Is each mail's mark on the disk before its first byte is on the wire? Trace a run, and look.

    python -m bench.power [--mails 120]

A sender runs under strace. Its trace says in which order it wrote to the store, had that
synced, and handed mails to the network; of our own code it asks nothing. From it the disk is
rebuilt as a power cut would leave it at each moment: only what was written before an
fdatasync that has returned. Then

- the bytes of a mail, known by its Message-ID, may be handed to the network only while that
  disk, opened by SQLite, shows its delivery in `sending`;
- from each of those disks a new run is started, as after a power cut at the last moment before
  the next sync: whoever may have the mail is `uncertain`, nobody gets it twice, nobody is lost.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from bench.crash_worker import CONNECTIONS, PIPELINE
from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from bench.smtp_recorder import Recorder
from digest.delivery.crash_board import DeadSenders, LivingSender
from digest.delivery.sender import Sender
from digest.delivery.smtp import SmtpTransport
from digest.delivery.smtp_session import Relay
from digest.states import State
from digest.storage.database import open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore

_ROOT = Path(__file__).resolve().parents[1]
_STORE = ("digest.db", "digest.db-wal")
_WRITES, _SYNCS = ("pwrite64", "write"), ("fdatasync", "fsync")
_SENDS = ("sendto", "sendmsg", "write", "writev")
_CALLS = ",".join(dict.fromkeys((*_WRITES, *_SYNCS, *_SENDS, "pwritev", "ftruncate")))

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\((\d+)<((?:\\x..)*)>)(.*)")
_STRING = re.compile(r'"((?:\\x..)*)"')
_OFFSET = re.compile(r'", (\d+), (\d+)')
_RESULT = re.compile(r"\) += (-?\d+)")
_MESSAGE_ID = re.compile(rb"\r\nMessage-ID: *(<[^>]+>)")


class CannotTrace(Exception):
    """strace is not here, or may not trace."""


class Step(NamedTuple):
    """One thing the sender asked of the kernel."""

    what: Literal["begins", "ends"]
    thread: str
    call: str
    path: str  # of the file or socket
    data: bytes
    offset: int  # of a pwrite64; of an ftruncate the new length
    result: int  # once it has ended


def steps(trace: Iterable[str]) -> Iterator[Step]:
    """Yield the beginning and the end of each call, in the order strace saw them."""
    open_calls: dict[str, Step] = {}
    for line in trace:
        found = _LINE.match(line)
        if found is None:
            continue
        thread, resumed, call, _, path, rest = found.groups()
        ended = _RESULT.search(rest)
        if resumed is None:
            step = _begun(thread, call, _unhex(path).decode(), rest)
            yield step
            open_calls[thread] = step
        if ended and thread in open_calls:
            begun = open_calls.pop(thread)
            yield begun._replace(what="ends", result=int(ended[1]))


def _begun(thread: str, call: str, path: str, rest: str) -> Step:
    data = b"".join(_unhex(each) for each in _STRING.findall(rest))
    at = _OFFSET.search(rest)
    offset = int(at[2]) if at and call == "pwrite64" else 0
    if call == "ftruncate":
        offset = int(re.findall(r"\d+", rest)[0])
    return Step("begins", thread, call, path, data, offset, 0)


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class Disk:
    """Two files as a power cut would leave them: a write counts once a sync that began after
    its end has returned."""

    files: dict[str, bytearray]
    _pending: dict[str, list[Step]] = field(default_factory=dict)
    _covered: dict[tuple[str, str], int] = field(default_factory=dict)

    def see(self, step: Step) -> bool:
        """Take note of a step; True when something has become durable by it."""
        name = Path(step.path).name
        if name not in self.files:
            return False
        pending = self._pending.setdefault(name, [])
        if step.call in _SYNCS:
            if step.what == "begins":
                self._covered[step.thread, name] = len(pending)
                return False
            covered = self._covered.pop((step.thread, name))
            for write in pending[:covered]:
                self._apply(self.files[name], write)
            del pending[:covered]
            return covered > 0 and step.result == 0
        if step.what == "ends" and step.result >= 0:
            if step.call not in (*_WRITES, "ftruncate"):
                raise AssertionError(f"{step.call} on the store: this tracer does not know it")
            pending.append(step)
        return False

    @staticmethod
    def _apply(content: bytearray, write: Step) -> None:
        if write.call == "ftruncate":
            del content[write.offset :]
            return
        end = write.offset + write.result
        content.extend(bytes(max(0, end - len(content))))
        content[write.offset : end] = write.data[: write.result]

    def marks(self, folder: Path) -> dict[str, str]:
        """Return each composed delivery's state by Message-ID, as SQLite reads this disk."""
        self.keep(folder)
        with closing(sqlite3.connect(folder / "digest.db")) as store:
            rows = store.execute("SELECT message_id, state FROM deliveries WHERE message_id != ''")
            return dict(rows.fetchall())

    def keep(self, folder: Path) -> None:
        """Write the files out."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


@dataclass
class Cut:
    """A power cut: the disk it leaves, and which mails may be with the server."""

    folder: Path
    on_wire: frozenset[str]  # Message-IDs handed to the network before the next sync returned


@dataclass
class Evidence:
    """What a traced run showed."""

    mails: int = 0
    syncs: int = 0
    unmarked: list[str] = field(default_factory=list)  # handed over with no durable mark
    cuts: list[Cut] = field(default_factory=list)


def trace(folder: Path, mails: int, log: Path) -> Disk:
    """Send edition 1 of a new store under strace; return the disk as it was before.

    Raises CannotTrace.
    """
    database = make_store(folder / "digest.db", mails)
    DeliveryStore(database).plan(1, NOW)
    disk = Disk({name: bytearray((folder / name).read_bytes()) for name in _STORE})
    code = "import sys; from bench.crash_worker import work; work(sys.argv[1], int(sys.argv[2]))"
    strace = shutil.which("strace")
    if strace is None:
        raise CannotTrace("strace is not installed")
    options = ["-f", "-y", "-xx", "-s", "65536", "-e", f"trace={_CALLS}", "-o", str(log)]
    with Recorder() as server:
        run = subprocess.run(
            [strace, *options, sys.executable, "-c", code, str(folder), str(server.port)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        sent = len(server.accepted)
    database.close()
    if "Operation not permitted" in run.stderr:
        raise CannotTrace("strace may not trace here")
    if run.returncode or sent != mails:
        raise AssertionError(f"{sent} of {mails} sent; {run.stderr}")
    return disk


def examine(disk: Disk, trace: Iterable[str], folder: Path) -> Evidence:
    """Follow a trace; keep each disk as a power cut, in `folder`."""
    found = Evidence()
    marks = disk.marks(folder / "now")
    on_wire: set[str] = set()
    for step in steps(trace):
        if disk.see(step):
            if found.cuts:
                found.cuts[-1].on_wire = frozenset(on_wire)
            marks = disk.marks(folder / "now")
            found.cuts.append(Cut(folder / f"cut{found.syncs}", frozenset(on_wire)))
            disk.keep(found.cuts[-1].folder)
            found.syncs += 1
        elif step.what == "begins" and step.call in _SENDS:
            for message_id in _mails_in(step):
                found.mails += 1
                on_wire.add(message_id)
                if marks.get(message_id) != State.SENDING:
                    found.unmarked.append(message_id)
    if found.cuts:
        found.cuts[-1].on_wire = frozenset(on_wire)
    return found


def _mails_in(step: Step) -> list[str]:
    """Return the Message-IDs of the mails that begin in what was handed to the network."""
    if not step.path.startswith(("socket:", "TCP")):
        return []
    return [each.decode() for each in _MESSAGE_ID.findall(step.data)]


def resume(cut: Cut) -> list[str]:
    """Go on from a power cut; return what is wrong with the result, if anything."""
    database = open_database(sqlite_url(cut.folder / "digest.db"))
    room = Room.make(database, samples=SampleIssues(cards=30))
    store = room.deliveries
    before = store.accounting(1)
    store.reap(DeadSenders(cut.folder / "owners", alone=True), NOW)
    held = store.accounting(1).uncertain
    owner = LivingSender(cut.folder / "owners")
    with Recorder() as server:
        relay = Relay("127.0.0.1", server.port, "none", retry_seconds=0.01)
        transport = SmtpTransport(relay, connections=CONNECTIONS, pipeline=PIPELINE)
        sender = Sender(store, owner, transport, clock=lambda: NOW, rng=random.Random(1))
        sender.send(room.mails(owner.name, NOW))
        again = {mail.message_id for mail in server.accepted} & cut.on_wire
    owner.close()
    after = store.accounting(1)
    database.close()
    wrong = []
    if before.sending > CONNECTIONS * PIPELINE or held != before.sending:
        wrong.append(f"{before.sending} in sending became {held} uncertain")
    if again:
        wrong.append(f"{len(again)} mails were sent twice")
    if after.accepted + after.uncertain != after.eligible:
        wrong.append(f"somebody is lost: {after}")
    return wrong


def main() -> int:
    """Run from the command line; exit 1 when a mail left before its mark was durable."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, log = Path(place), Path(place) / "trace"
        disk = trace(folder, options.mails, log)
        with log.open(encoding="ascii", errors="replace") as lines:
            found = examine(disk, lines, folder)
        wrong = [f"{cut.folder.name}: {each}" for cut in found.cuts for each in resume(cut)]
    early = len(found.unmarked)
    print(f"{found.mails} mails, {found.syncs} syncs, {early} mails before their mark")
    print(f"{len(found.cuts)} power cuts resumed from, {len(wrong)} wrong", *wrong, sep="\n")
    return 1 if wrong or found.unmarked or found.mails != options.mails else 0


if __name__ == "__main__":
    sys.exit(main())
