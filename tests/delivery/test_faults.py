"""A full disk, a locked store, a folder that cannot be written, a power cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bench.delivery_fixture import NOW
from bench.smtp_recorder import Recorder
from digest.delivery.crash_board import LivingSender
from digest.delivery.mailbox import MailboxTransport, maildir_name
from digest.errors import DeliveryError, StoreBusy, StoreFull
from digest.states import Result, Turn
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
        LivingSender(tmp_path / "owners")


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
