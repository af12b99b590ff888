"""A store that is put back sends nothing twice, whatever was sent after it was copied."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bench.smtp_recorder import Recorder
from digest.app.data_folder import STORE_FILES
from digest.errors import OlderStore, StoreError
from digest.operations import backup, issues, restored
from digest.operations import deliveries as book
from digest.operations.doctor.check_up import check_up
from digest.operations.serving import Duties
from digest.settings import DeliverySettings, SmtpSettings, StoreSettings
from digest.states import State
from digest.storage.store_copy import copy_store
from subscribers.preferences import read_preferences
from tests.installation import Installation, paper


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    yield made
    made.app.close()


READERS = [f"reader-{number}@example.org" for number in range(40)]


def _installed(data: Path, port: int, *, readers: int = 40, **more: object) -> Installation:
    smtp = SmtpSettings(port=port, security="none", connections=2, pipeline=3)
    made = Installation(data).reopened(
        delivery=DeliverySettings(transport="smtp", smtp=smtp, processes=1), **more
    )
    made.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    for email in READERS[:readers]:
        made.reader(email, "robots")
    return made


def _put_back(place: Installation, copy: Path) -> Installation:
    """Put a copy in the store's place, as an operator does by hand."""
    place.app.close()
    for name in STORE_FILES:
        (place.data / name).unlink(missing_ok=True)
    shutil.copy(copy, place.data / "digest.db")
    return Installation(place.data, place.settings, place.now)


def _run_copying(place: Installation, at: int, copy: Callable[[], object]) -> None:
    """Run, and copy when so many mails were taken."""
    count = 0

    def progress(more: int) -> None:
        nonlocal count
        count += more
        if count == at:
            copy()

    with suppress(issues.NotSent):
        issues.run(place.app, None, progress)


def _times(server: Recorder) -> Counter[str]:
    return Counter(mail.recipient for mail in server.accepted)


def test_a_copy_of_the_whole_folder_from_before_the_first_mail_holds(tmp_path: Path) -> None:
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port)
        place.app.close()
        shutil.copytree(place.data, tmp_path / "copy")
        place = Installation(place.data, place.settings, place.now)
        place.run()
        assert _times(server) == Counter(READERS)
        place.app.close()
        shutil.rmtree(place.data)
        shutil.copytree(tmp_path / "copy", place.data)
        place = Installation(place.data, place.settings, place.now)
        with pytest.raises(OlderStore, match="is a copy"):
            place.run()
        assert _times(server) == Counter(READERS)
        restored.go_on(place.app)
        place.run()  # the operator's word is taken
        assert _times(server) == Counter(2 * READERS)
        place.app.close()


@pytest.mark.parametrize("editions", [0, 1], ids=["before the first mail", "after an edition"])
def test_a_copy_that_is_laid_over_the_folder_holds(tmp_path: Path, editions: int) -> None:
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port)
        for _ in range(editions):
            place.run()
            place.now += timedelta(days=1)
            place.ingest(paper("Diving robots"), paper("Digging robots"))
        place.app.close()
        shutil.copytree(place.data, tmp_path / "copy")
        place = Installation(place.data, place.settings, place.now)
        place.run()
        assert _times(server) == Counter((editions + 1) * READERS)
        place.app.close()
        for file in (path for path in (tmp_path / "copy").rglob("*") if path.is_file()):
            target = place.data / file.relative_to(tmp_path / "copy")
            target.write_bytes(file.read_bytes())  # in place: each keeps its inode
        place = Installation(place.data, place.settings, place.now)
        with pytest.raises(OlderStore, match="older than what was sent"):
            place.run()
        restored.hold(place.app)
        place.run()
        assert _times(server) == Counter((editions + 1) * READERS)
        assert place.app.epoch.doubt() == ""
        place.app.close()


@pytest.mark.parametrize("at", [1, 13, 39])
def test_a_copy_from_the_middle_of_an_edition_holds_and_sends_nothing_twice(
    tmp_path: Path, at: int
) -> None:
    copy = tmp_path / "copy.db"
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port)
        _run_copying(place, at, lambda: copy_store(place.data / "digest.db", copy))
        assert _times(server) == Counter(READERS)
        place = _put_back(place, copy)
        with pytest.raises(OlderStore, match="digest restored"):
            place.run()
        duties = Duties(place.app)
        for duty in (duties.tick, duties.send, duties.post):
            duty()
        told = {
            each.check: each
            for each in check_up(place.settings, place.data, clock=lambda: place.now, network=None)
        }
        assert told["epoch"].verdict == "error"

        held = restored.hold(place.app)
        assert held.deliveries + place.app.stores.deliveries.accounting(1).accepted == len(READERS)
        for days in (0, 0, 1):
            place.now += timedelta(days=days)
            with suppress(issues.NotSent):
                place.run()
        assert _times(server) == Counter(READERS)
        names = restored.names_in_doubt(place.app)[1]
        assert len(names) == held.deliveries
        # The relay's log says that one of them never came: that one goes, and nobody else.
        assert book.settle_doubts(place.app, 1, names[:1], arrived=False) == 1
        assert book.settle_doubts(place.app, 1, [], arrived=True) == len(names) - 1
        place.run()
        assert _times(server) == Counter(READERS) + Counter(names[:1])
        first, again = [mail for mail in server.accepted if mail.recipient == names[0]]
        assert first.message_id == again.message_id
        place.app.close()


def test_a_backup_on_a_new_machine_holds_what_is_open_and_the_day_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port)
        _run_copying(place, 20, lambda: backup.back_up(place.app, None, file))
        place.app.close()
        there = tmp_path / "new"
        made: list[Installation] = []

        def reopen() -> object:
            made.append(Installation(there, place.settings, place.now))
            return made[0].app

        held = backup.put_back(there, file, reopen, place.now, replace=False)  # type: ignore[arg-type]
        assert 0 < held.deliveries <= len(READERS)
        assert (there / "secret.key").read_bytes() == (place.data / "secret.key").read_bytes()
        assert (there / "secret.key").stat().st_mode & 0o077 == 0
        with suppress(issues.NotSent):
            made[0].run()
        assert _times(server) == Counter(READERS)
        made[0].tomorrow()
        made[0].ingest(*[paper(f"{word} robots") for word in ("Old", "New", "Big")])
        made[0].run()
        assert _times(server) == Counter(READERS * 2)
        with pytest.raises(StoreError, match="--replace"):
            backup.put_back(there, file, reopen, place.now, replace=False)  # type: ignore[arg-type]
        made[0].app.close()


def test_an_edition_that_the_copy_does_not_know_is_not_sent_again(tmp_path: Path) -> None:
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port, readers=5)
        copy_store(place.data / "digest.db", tmp_path / "copy.db")
        place.run()
        place = _put_back(place, tmp_path / "copy.db")
        held = restored.hold(place.app)
        assert held.deliveries == 5
        for _ in range(3):
            with suppress(issues.NotSent):
                place.run()
            place.tomorrow()
        assert _times(server) == Counter(READERS[:5])
        place.app.close()


def test_who_was_due_before_the_last_mail_is_held_and_who_is_due_later_is_served(
    tmp_path: Path,
) -> None:
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port, readers=0)
        for number, email in enumerate(READERS[:6]):
            wishes = {"keywords": "robots", "hour": "7" if number < 3 else "20"}
            place.app.desk.add(
                email, read_preferences(wishes), place.now, confirmed=True, how="test"
            )
        _serve(place, hours=20)
        assert _times(server) == Counter(READERS[:6])
        place.ingest(*[paper(f"{word} robots") for word in ("Old", "New", "Big")])
        copy_store(place.data / "digest.db", tmp_path / "copy.db")
        _serve(place, hours=9)  # until noon
        assert _times(server) == Counter(READERS[:6] + READERS[:3])
        place = _put_back(place, tmp_path / "copy.db")
        assert restored.hold(place.app).deliveries == 3
        _serve(place, hours=20)
        assert _times(server) == Counter(READERS[:6] * 2)
        place.app.close()


def _serve(place: Installation, *, hours: int) -> None:
    for _ in range(hours * 4):
        place.now += timedelta(minutes=15)
        duties = Duties(place.app)
        duties.tick()
        duties.send()


def test_a_folder_that_was_copied_whole_waits_and_goes_on_at_a_word(tmp_path: Path) -> None:
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port, readers=3)
        place.run()
        place.app.close()
        shutil.copytree(place.data, tmp_path / "copy")
        there = Installation(tmp_path / "copy", place.settings, place.now)
        with pytest.raises(OlderStore, match="is a copy"):
            there.run()
        restored.go_on(there.app)
        there.run()
        assert _times(server) == Counter(READERS[:3])
        assert there.app.stores.deliveries.accounting(1).accepted == 3
        there.app.close()


def test_a_snapshot_of_the_whole_disk_is_known_by_a_file_on_another(tmp_path: Path) -> None:
    elsewhere = StoreSettings(epoch_file=tmp_path / "elsewhere")
    with Recorder() as server:
        place = _installed(tmp_path / "data", server.port, readers=3, store=elsewhere)
        copy_store(place.data / "digest.db", tmp_path / "copy.db")
        place.run()
        assert (tmp_path / "elsewhere").exists()
        place = _put_back(place, tmp_path / "copy.db")
        with pytest.raises(OlderStore, match="older than what was sent"):
            place.run()
        place.app.close()


@pytest.mark.parametrize(
    ("harm", "match"),
    [
        (lambda file: file.unlink(), "is missing"),
        (lambda file: file.write_bytes(b"\0" * 256), "cannot be read"),
        (lambda file: file.write_text("digest epoch 9\n"), "cannot be read"),
    ],
)
def test_without_a_file_that_can_be_read_nothing_is_sent(
    installation: Installation, harm: Callable[[Path], object], match: str
) -> None:
    installation.ingest(paper("Walking robots"))
    installation.reader("ada@example.org", "robots")
    installation.run()
    harm(installation.data / "epoch")
    with pytest.raises(OlderStore, match=match):
        installation.run()
    restored.hold(installation.app)
    installation.run()
    assert installation.app.stores.deliveries.listed(1, [State.ACCEPTED])


def test_a_new_store_in_an_old_folder_is_no_older_store(installation: Installation) -> None:
    installation.ingest(paper("Walking robots"))
    installation.reader("ada@example.org", "robots")
    installation.run()
    installation.app.close()
    for name in STORE_FILES:
        (installation.data / name).unlink(missing_ok=True)
    new = Installation(installation.data)
    new.ingest(paper("Walking robots"))
    new.run()
    assert new.app.epoch.doubt() == ""
    new.app.close()
