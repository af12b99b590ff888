"""What people do while an edition is on its way: an operator stops it, a reader leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from pathlib import Path

import pytest

from bench.smtp_recorder import Mail, Recorder
from digest.operations import editions as edition_operations
from digest.operations.setup import make_inbox
from digest.states import Accounting
from tests.cli.command import digest
from tests.installation import Installation, paper

READERS = 60
WINDOW = 2 * 4  # mails that are on their way when somebody does something


@pytest.fixture
def server() -> Iterator[Recorder]:
    with Recorder() as running:
        yield running


@pytest.fixture
def installation(tmp_path: Path, server: Recorder) -> Iterator[Installation]:
    smtp = {"port": server.port, "security": "none", "connections": 2, "pipeline": 4}
    made = Installation(tmp_path / "data").reopened(
        delivery={"transport": "smtp", "processes": 1, "smtp": smtp}
    )
    make_inbox(made.app)
    made.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    for number in range(READERS):
        made.reader(f"r{number}@example.org", "robots")
    yield made
    made.app.close()


def run(
    installation: Installation,
    server: Recorder,
    do: Callable[[Installation], object],
    *,
    at: Collection[int],
) -> None:
    """Run the edition; do something, in another App of the same data, when so many mails came."""
    wrong: list[Exception] = []

    def answer(mail: Mail) -> str:
        if len(server.accepted) in at:
            other = Installation(installation.data, installation.settings, installation.now)
            try:
                do(other)
            except Exception as error:  # here it would end a connection only
                wrong.append(error)
            other.app.close()
        return "250 2.0.0 queued"

    server.answer_dot = answer
    installation.run()
    assert wrong == []


def told(installation: Installation, readers: int = READERS) -> Accounting:
    """Return the edition's accounting, checked to close."""
    found = edition_operations.figures(installation.app.stores, 1).accounting
    parts = [getattr(found, each) for each in found.__dataclass_fields__]
    assert sum(parts) == found.eligible == readers
    return found


def test_a_paused_edition_stops_and_goes_on_where_it_was(
    installation: Installation, server: Recorder
) -> None:
    run(installation, server, lambda other: edition_operations.pause(other.app.stores, 1), at=[15])
    paused = told(installation)
    assert 15 <= paused.accepted == len(server.accepted) <= 15 + WINDOW
    assert paused.pending == READERS - paused.accepted and not paused.finished
    assert installation.run().accounting.accepted == paused.accepted, "a run does not wake it"
    edition_operations.resume(installation.app.stores, 1)
    installation.run()
    assert told(installation).accepted == len(server.accepted) == READERS
    assert len({mail.recipient for mail in server.accepted}) == READERS


def test_a_cancelled_edition_sends_no_more_and_is_finished(
    installation: Installation, server: Recorder
) -> None:
    run(
        installation,
        server,
        lambda other: edition_operations.cancel(other.app.stores, 1, other.app.clock()),
        at=[15],
    )
    found = told(installation)
    assert 15 <= found.accepted == len(server.accepted) <= 15 + WINDOW
    assert found.accepted + found.cancelled == READERS and found.finished
    installation.run()
    assert told(installation) == found


def test_who_leaves_or_is_blocked_while_their_mail_is_queued_does_not_get_it(
    installation: Installation, server: Recorder
) -> None:
    last, paused, erased = (f"r{READERS - back}@example.org" for back in (1, 2, 3))

    def go(other: Installation) -> None:
        desk, now = other.app.desk, other.now
        desk.leave(desk.by_email(last), now, how="one-click")
        desk.pause(desk.by_email(paused), date(2026, 5, 1), now)
        desk.erase(desk.by_email(erased), now, how="form", source="reader")

    run(installation, server, go, at=[10])
    issues = [mail.recipient for mail in server.accepted if "+" in mail.sender]  # not letters
    assert not {last, paused, erased} & set(issues)
    found = told(installation, READERS - 1)  # nothing is kept of who had themselves erased
    assert (found.accepted, found.cancelled) == (READERS - 3, 2) and found.finished
    assert len(issues) == READERS - 3


def test_the_accounting_closes_at_every_mail(installation: Installation, server: Recorder) -> None:
    sums: list[Accounting] = []
    looks = range(1, READERS + 1, 7)
    run(
        installation,
        server,
        lambda other: sums.append(edition_operations.figures(other.app.stores, 1).accounting),
        at=looks,
    )
    assert len(sums) == len(looks)
    for found in sums:
        assert found.eligible == READERS
        assert not found.finished, "this mail itself is still under way"
    assert told(installation).finished
    shown = digest(installation.data, "editions", "show", "1", "--json").one
    assert (shown["accepted"], shown["pending"], shown["state"]) == (READERS, 0, "finished")
