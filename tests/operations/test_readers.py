"""Long files of readers: few transactions, whole rows, and an import that was killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from digest.app.application import App, open_app
from digest.operations import readers as reader_operations
from digest.settings import Settings
from digest.storage.subscribers import SqlSubscriberStore
from subscribers import importing
from subscribers.consent import Consent
from subscribers.store import Subscriber

NOW = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)
CHUNK = 20  # instead of 500: the same with fewer rows
ROWS = 2 * CHUNK + CHUNK // 2

# Imports the file argv[2] into the folder argv[1]; the process kills itself at row argv[3].
_KILLED = """
import os, signal, sys
from pathlib import Path
from digest.operations import readers as reader_operations
from subscribers import importing
from subscribers.service import FrontDesk
from tests.operations.test_readers import CHUNK, NOW, office_of

importing.CHUNK = CHUNK

rows, enrol = iter(range(int(sys.argv[3]))), FrontDesk.enrol
def enrol_or_die(*given, **named):
    if next(rows, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return enrol(*given, **named)
FrontDesk.enrol = enrol_or_die
desk = office_of(Path(sys.argv[1])).desk
reader_operations.import_readers(
    desk, Path(sys.argv[2]).read_bytes(), NOW, confirmed=sys.argv[4] == "yes"
)
"""


def office_of(data: Path) -> App:
    settings = Settings.model_validate({"delivery": {"transport": "mailbox"}})
    return open_app(settings, data, clock=lambda: NOW)


def file_of(rows: int, *more: str) -> bytes:
    readers = (f'r{n}@example.org,R {n},"robots, topic{n % 7}"' for n in range(rows))
    return "\n".join(["email,name,keywords", *readers, *more, ""]).encode()


def kept(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that is kept of readers: their rows, the evidence, the letters to them."""
    asked = {
        "readers": "SELECT * FROM subscribers ORDER BY id",
        "consents": "SELECT * FROM consents ORDER BY id",
        "letters": "SELECT fields ->> 'kind', fields ->> 'to_address' FROM letters ORDER BY id",
    }
    connection = sqlite3.connect(data / "digest.db")
    try:
        return {name: connection.execute(sql).fetchall() for name, sql in asked.items()}
    finally:
        connection.close()


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", CHUNK)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[App]:
    opened = office_of(tmp_path / "once")
    yield opened
    opened.close()


def test_a_long_file_takes_one_transaction_for_many_rows(office: App) -> None:
    commits: list[object] = []
    event.listen(office.stores.database.engine, "commit", commits.append)
    lines: list[int] = []
    done = reader_operations.import_readers(
        office.desk, file_of(ROWS), office.clock(), confirmed=True, progress=lines.append
    )
    assert (done.added, done.rejected) == (ROWS, [])
    assert lines == [CHUNK + 1, 2 * CHUNK + 1, ROWS + 1]
    assert len(commits) == 3


@pytest.mark.parametrize(
    ("at", "confirmed"),
    [(0, "yes"), (CHUNK - 1, "yes"), (CHUNK, "yes"), (ROWS - 1, "yes"), (ROWS - 1, "no")],
)
def test_a_killed_import_leaves_whole_rows_and_the_next_one_finishes_it(
    office: App, tmp_path: Path, at: int, confirmed: str
) -> None:
    file = tmp_path / "readers.csv"
    file.write_bytes(file_of(ROWS))
    folder = tmp_path / "killed"
    folder.mkdir()
    (folder / "secret.key").write_bytes((office.data / "secret.key").read_bytes())
    (folder / "secret.key").chmod(0o600)
    arguments = [str(folder), str(file), str(at), confirmed]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, *arguments], cwd=root, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    left = kept(folder)
    durable = at // CHUNK * CHUNK
    assert len(left["readers"]) == len(left["consents"]) == durable
    assert len(left["letters"]) == (0 if confirmed == "yes" else durable)

    again = office_of(folder)
    for each in (again, office):
        reader_operations.import_readers(
            each.desk, file.read_bytes(), each.clock(), confirmed=confirmed == "yes"
        )
    again.close()
    if confirmed == "yes":
        assert kept(folder) == kept(tmp_path / "once")
    else:  # who was asked already is asked once more, as by any second import
        assert kept(folder)["readers"] == kept(tmp_path / "once")["readers"]


class Contested(SqlSubscriberStore):
    """Somebody else is always quicker to change a reader."""

    def save(self, before: Subscriber, after: Subscriber, consent: Consent | None) -> bool:
        return False


class Interrupted(SqlSubscriberStore):
    """Somebody presses Ctrl-C when the third reader has just been written."""

    def insert(self, subscriber: Subscriber, consent: Consent) -> Subscriber | None:
        stored = super().insert(subscriber, consent)
        if subscriber.email.startswith("r2@"):
            raise KeyboardInterrupt
        return stored


def with_store(office: App, make: Callable[[Any], SqlSubscriberStore]) -> None:
    office.stores.__dict__["readers"] = make(office.stores.database)  # before the desk is made


def test_a_row_that_is_refused_half_way_leaves_nothing_and_costs_no_other(
    office: App,
) -> None:
    with_store(office, Contested)
    data = (
        b"email,name,keywords,state\nada@example.org,Ada,robots,\n"
        b"bo@example.org,Bo,robots,paused\ncy@example.org,Cy,robots,active\n"
    )
    done = reader_operations.import_readers(office.desk, data, office.clock(), confirmed=True)
    assert (done.added, [each.line for each in done.rejected]) == (2, [3])
    assert [reader.email for reader in office.stores.readers.every()] == [
        "ada@example.org",
        "cy@example.org",
    ]
    assert len(kept(office.data)["consents"]) == 2


def test_an_interrupted_import_keeps_no_part_of_its_rows(office: App) -> None:
    with_store(office, Interrupted)
    with pytest.raises(KeyboardInterrupt):
        reader_operations.import_readers(office.desk, file_of(4), office.clock(), confirmed=True)
    found = kept(office.data)
    assert (found["readers"], found["consents"]) == ([], [])
    office.stores.__dict__["readers"] = SqlSubscriberStore(office.stores.database)
    assert list(office.stores.readers.every()) == []


def test_an_export_is_read_back_as_it_was(office: App, tmp_path: Path) -> None:
    reader_operations.import_readers(
        office.desk, file_of(CHUNK + 3), office.clock(), confirmed=True
    )
    other = office_of(tmp_path / "other")
    for format in ("csv", "jsonl"):
        text = "".join(reader_operations.export_readers(office.stores.readers, format))
        done = reader_operations.import_readers(
            other.desk, text.encode(), other.clock(), confirmed=True
        )
        assert (done.added + done.updated, done.rejected) == (CHUNK + 3, [])
    emails = [reader.email for reader in office.stores.readers.every()]
    assert [reader.email for reader in other.stores.readers.every()] == emails
    other.close()
