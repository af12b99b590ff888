"""A full disk, a locked store, a folder that cannot be written, a power cut."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bench.delivery_room import NOW, Desk, Room
from bench.smtp_recorder import Recorder
from digest.delivery.mailbox import MailboxTransport, maildir_name
from digest.delivery.owners import Owner, Undertaker
from digest.errors import DeliveryError, StoreBusy, StoreFull
from digest.states import Result, State, Turn
from digest.storage.database import open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from tests.delivery.conftest import Post, relay_to

MakePost = Callable[[int], Post]


class Failing(DeliveryStore):
    """A store whose turns fail after a while, as the disk or another process makes them."""

    good = 2
    error: Exception = StoreFull("no room left")

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        self.good -= 1
        if self.good < 0:
            raise self.error
        return super().turn(owner, results, starts, now)


@pytest.mark.parametrize("error", [StoreFull("no room left"), StoreBusy("locked")])
def test_when_the_store_fails_nothing_is_lost_and_nothing_doubled(
    post: MakePost, error: Exception
) -> None:
    place = post(40)
    good = place.room.deliveries
    failing = Failing(place.room.database)
    failing.error = error
    place.room.deliveries = failing
    with Recorder() as server:
        with pytest.raises(type(error)):
            place.send(relay_to(server.port))
        sent = len(server.accepted)
        assert 0 < sent < 40
        place.room.deliveries = good
        place.send(relay_to(server.port))
        assert place.count().accepted == len(server.accepted) == 40
    assert len({mail.recipient for mail in server.accepted}) == 40


def test_a_full_disk_is_told_and_survived(post: MakePost) -> None:
    place = post(30)
    pages = sqlite3.connect(place.folder / "digest.db").execute("PRAGMA page_count").fetchone()[0]
    with place.room.database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")
    with Recorder() as server:
        with pytest.raises(StoreFull):
            place.send(relay_to(server.port))
        with place.room.database.read() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        place.send(relay_to(server.port))
    assert place.count().accepted == len(server.accepted) == 30


def test_a_store_locked_by_another_program_is_told(tmp_path: Path, post: MakePost) -> None:
    place = post(2)
    with place.room.database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(tmp_path / "digest.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Recorder() as server, pytest.raises(StoreBusy):
        place.send(relay_to(server.port))
    other.execute("ROLLBACK")
    assert place.count().planned == 2
    assert server.accepted == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "owners").write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match="cannot make the sender's file"):
        Owner(tmp_path / "owners")


def test_the_mailbox_holds_each_mail_once(post: MakePost) -> None:
    place = post(20)
    place.send(MailboxTransport(place.folder / "mailbox"))
    assert place.count().accepted == 20
    mails = list((place.folder / "mailbox").glob("*/new/*"))
    assert len(mails) == 20
    assert not list((place.folder / "mailbox").glob("*/tmp/*"))
    import mailbox

    box = mailbox.Maildir(place.folder / "mailbox" / "reader1@list1.example.org", create=False)
    [message] = list(box)
    assert message["To"] == "Reader 1 <reader1@list1.example.org>"


def test_the_mailbox_leaves_nothing_in_doubt(post: MakePost) -> None:
    place = post(10)
    transport = MailboxTransport(place.folder / "mailbox")
    place.send(transport, most=5)
    with place.room.database.write() as connection:  # as a kill leaves it: sent, not recorded
        connection.exec_driver_sql("UPDATE deliveries SET state='sending', owner='x' WHERE id<=5")
    for read in (place.folder / "mailbox").glob("reader1@*/new/*"):
        read.rename(read.parents[1] / "cur" / f"{read.name}:2,S")
    place.room.deliveries.reap(place.undertaker, NOW)
    place.room.deliveries.resend_uncertain(1, NOW)
    place.send(transport)
    assert place.count().accepted == 10
    assert (
        len(
            [
                *(place.folder / "mailbox").glob("*/new/*"),
                *(place.folder / "mailbox").glob("*/cur/*"),
            ]
        )
        == 10
    )


def test_a_mailbox_that_cannot_be_written_defers(post: MakePost) -> None:
    place = post(3)
    (place.folder / "mailbox").write_text("in the way")
    tally = place.send(MailboxTransport(place.folder / "mailbox"))
    assert tally.trouble is not None and "cannot write to the mailbox" in tally.trouble
    found = place.count()
    assert found.deferred + found.planned == 3 and found.refused == 0


@pytest.mark.parametrize(
    "address",
    ["../../etc@x.org", "a/b@x.org", ".@x", "", "é" * 150 + "@x.org", "-rf@x.org", "a%2Fb@x"],
)
def test_no_address_leaves_its_folder(address: str) -> None:
    name = maildir_name(address)
    assert "/" not in name and not name.startswith((".", "-")) and 0 < len(name) <= 200


def test_two_addresses_never_share_a_folder() -> None:
    pairs = ["a/b@x", "a%2Fb@x", "a%252Fb@x", "A@x", "a@x"]
    assert len({maildir_name(one) for one in pairs}) == len(pairs)


_TRACED = """
import sys
sys.path[:0] = {path!r}
from bench.crash_worker import work
work({folder!r}, {port})
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_mail_is_on_the_wire_before_its_mark_is_on_the_disk(
    tmp_path: Path, post: MakePost
) -> None:
    place = post(30)
    log = tmp_path / "trace"
    root = str(Path(__file__).parents[2])
    copies: list[tuple[Path, set[str]]] = []
    with Recorder() as server:

        def copy(*_: object) -> str:
            if len(server.accepted) in (1, 9, 17, 25):  # in the middle: marks out, answers not
                folder = tmp_path / f"copy{len(copies)}"
                folder.mkdir()
                for name in ("digest.db", "digest.db-wal"):
                    shutil.copy(place.folder / name, folder / name)
                copies.append((folder, {mail.recipient for mail in server.accepted}))
            return "250 ok"

        server.answer_dot = copy
        code = _TRACED.format(path=[root], folder=str(tmp_path), port=server.port)
        options = ["-f", "-tt", "-s", "300", "-e", "trace=pwrite64,fdatasync,fsync,sendto,write"]
        run = subprocess.run(
            ["strace", *options, "-y", "-o", str(log), sys.executable, "-c", code],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": root},
        )
        if "Operation not permitted" in run.stderr:
            pytest.skip("strace may not trace here")
        assert run.returncode == 0, run.stderr
        assert len(server.accepted) == 30
        assert _synced_before_data(log.read_text(errors="replace")) >= 2
        assert len(copies) == 4
        for folder, had_it in copies:
            _resume_from(folder, server, had_it)


def _synced_before_data(trace: str) -> int:
    """Check, for every DATA, that no write to the WAL that began before the last sync is open.

    A turn writes the WAL, then syncs it, and only then are its mails handed to a connection:
    so when the n-th mail leaves, enough turns must have been synced to cover n marks (a turn
    covers at most a window). Returns the number of syncs.
    """
    window, syncs, sent = 24, 0, 0
    begun: set[str] = set()
    for line in trace.splitlines():
        thread = line.split()[0]
        if "fdatasync(" in line and "-wal>" in line:
            if "unfinished" in line:
                begun.add(thread)
            else:
                syncs += 1
        elif "fdatasync resumed" in line and thread in begun:
            begun.discard(thread)
            syncs += 1
        elif "sendto(" in line and "From: " in line:
            sent += 1
            # Before the first turn come the claim, the fragments, the letterhead, the freeze.
            assert syncs >= 4 + math.ceil(sent / window), line
    assert sent == 30
    return syncs


def _resume_from(folder: Path, server: Recorder, had_it: set[str]) -> None:
    """Go on from what the disk held at a power cut: who may have it is uncertain, nobody lost."""
    import random

    from digest.delivery.sender import Sender

    server.accepted.clear()
    server.answer_dot = lambda mail: "250 ok"
    room = Room.make(open_database(sqlite_url(folder / "digest.db")), desk=Desk(cards=30))
    before = room.deliveries.accounting(1)
    assert before.sending <= 3 * 8
    room.deliveries.reap(Undertaker(folder / "owners", alone=True), NOW)
    assert room.deliveries.accounting(1).uncertain == before.sending
    owner = Owner(folder / "owners")
    sender = Sender(
        room.deliveries, owner, relay_to(server.port), clock=lambda: NOW, rng=random.Random(1)
    )
    sender.send(room.mails(owner.name, NOW))
    owner.close()
    after = room.deliveries.accounting(1)
    assert after.accepted + after.uncertain == after.eligible == 30
    now_sent = {mail.recipient for mail in server.accepted}
    assert not now_sent & had_it, "nobody who had it gets it again"
    held = {view.email for view in room.deliveries.listed(1, [State.UNCERTAIN])}
    assert not held & now_sent
    room.database.close()
