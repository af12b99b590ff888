"""A disk that is full, for the kernel's own reasons, and a folder that may not be written."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from bench.smtp_recorder import Mail, Recorder
from digest.delivery.crash_board import LivingSender
from digest.delivery.sender import Sender
from digest.errors import DeliveryError, DigestError, StoreError, StoreFull
from digest.storage.database import open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from tests.delivery.conftest import Post, relay_to

READERS = 120
NOBODY = 65534


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 3 MB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small file system")
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    options = ["-t", "tmpfs", "-o", "size=3m", "digest-test", str(folder)]
    if subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def test_a_disk_that_fills_up_while_it_sends_costs_nobody_their_mail(small_disk: Path) -> None:
    room = Room.make(make_store(small_disk / "digest.db", READERS), samples=SampleIssues(cards=12))
    room.deliveries.plan(1, NOW)
    place, filler = Post(small_disk, room, READERS), small_disk / "filler"

    def fill(mail: Mail) -> str:
        if len(server.accepted) == 40:
            with filler.open("wb", buffering=0) as file:
                while True:
                    try:
                        file.write(bytes(4096))
                    except OSError:
                        break
        return "250 2.0.0 queued"

    with Recorder(answer_dot=fill) as server:
        relay = relay_to(server.port)
        with pytest.raises(StoreFull, match="no room left"):
            place.send(relay)
        sent = len(server.accepted)
        assert 40 <= sent < READERS
        assert sent - place.count().accepted <= relay.window, "what it may not know is one window"
        filler.unlink()
        place.send(relay)
        assert place.count().accepted == len(server.accepted) == READERS
    assert len({mail.recipient for mail in server.accepted}) == READERS
    room.database.close()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may pass and nobody but its owner may write to."""
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    try:
        yield folder
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def as_nobody(work: Callable[[], object]) -> str:
    """Work in a child that has no rights; return the name and the words of what it raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # no way out of this block but _exit: pytest must not live on in the child
        try:
            os.close(reading)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            said = f"nothing: {work()}"
        except DigestError as error:
            said = f"{type(error).__name__}: {error}"
        except BaseException:
            said = traceback.format_exc()
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


def test_a_read_only_data_folder_is_told_and_nothing_leaves() -> None:
    # A plain socket as the server: no thread of ours may run when we fork.
    with open_folder() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        database = make_store(folder / "digest.db", 3)
        DeliveryStore(database).plan(1, NOW)
        database.close()
        (folder / "owners").mkdir()
        folder.chmod(0o555)
        said = as_nobody(lambda: LivingSender(folder / "owners"))
        assert said.startswith(DeliveryError.__name__), said
        assert "Permission denied" in said
        said = as_nobody(lambda: _send(folder, server.getsockname()[1]))
        assert said.startswith(StoreError.__name__), said
        assert "check the data folder's permissions" in said
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
        folder.chmod(0o700)
        store = DeliveryStore(open_database(sqlite_url(folder / "digest.db")))
        assert store.accounting(1).planned == 3


def _send(folder: Path, port: int) -> None:
    """Send with a writable folder of owners beside the store that is not."""
    with tempfile.TemporaryDirectory() as elsewhere:
        owner = LivingSender(Path(elsewhere))
        room = Room.make(
            open_database(sqlite_url(folder / "digest.db")), samples=SampleIssues(cards=3)
        )
        sender = Sender(
            room.deliveries, owner, relay_to(port), clock=lambda: NOW, rng=random.Random(1)
        )
        try:
            sender.send(room.mails(owner.name, NOW))
        finally:
            owner.close()
