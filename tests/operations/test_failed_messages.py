"""What cannot be handled is kept and counted; whatever is killed when, each message acts once."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from digest.errors import StoreFull
from digest.inbound.report import Report
from digest.operations import failed_messages, receiving
from digest.operations.doctor.files import check_files
from digest.operations.receiving import MailboxVisit, receive_mailbox, receive_or_keep
from digest.storage.returned_mails import ReturnedMailStore
from subscribers.service import FrontDesk
from tests.inbound.messages import READER
from tests.installation import Installation
from tests.operations.test_receiving import SETTINGS, bounce, is_suppressed, place, stop

__all__ = ["place"]  # the fixture

POISON = b"From: a@example.org\nSubject: poison\n\nWhat no parser thought of.\n"


@pytest.fixture(autouse=True)
def poisonous(monkeypatch: pytest.MonkeyPatch) -> None:
    """One message that the classifier stumbles over."""
    real = receiving.classify

    def classify(message: Message) -> Report:
        if message["subject"] == "poison":
            raise IndexError(0)
        return real(message)

    monkeypatch.setattr(receiving, "classify", classify)


def fill(place: Installation, folder: Path) -> Path:
    box = mailbox.Maildir(folder / "box")
    token = place.app.tokens.sign(
        "mail", place.app.desk.by_email("bo@example.net").id, 1, now=place.now
    )
    for raw in (bounce(place), POISON, stop(token, sender="bo@example.net")):
        box.add(raw)
    return folder / "box"


def test_what_cannot_be_handled_stops_nothing_and_is_kept(
    place: Installation, tmp_path: Path
) -> None:
    box = fill(place, tmp_path)
    assert receive_mailbox(place.app, box) == MailboxVisit(3, 1, 1)
    assert receive_mailbox(place.app, box) == MailboxVisit()
    [file] = failed_messages.failed_messages(place.data)
    assert file.read_bytes().strip() == POISON.strip()
    assert file.stat().st_mode & 0o777 == 0o600
    flags = sorted(message.get_flags() for message in mailbox.Maildir(box))
    assert flags == ["FS", "S", "S"]
    found = [each for each in check_files(SETTINGS, place.data, None) if each.verdict == "warning"]
    assert [("1 message could not be handled" in each.text) for each in found] == [True]


def test_a_message_that_can_be_handled_after_all_is_no_failure_any_more(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(receive_or_keep(place.app, POISON), receiving.FailedMessage)
    assert isinstance(receive_or_keep(place.app, POISON), receiving.FailedMessage)
    assert len(failed_messages.failed_messages(place.data)) == 1, "once"
    monkeypatch.undo()
    assert isinstance(receive_or_keep(place.app, POISON), list)
    assert failed_messages.failed_messages(place.data) == []


def test_a_full_disk_is_no_fault_of_the_message(
    place: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = fill(place, tmp_path)

    def full(*_: object, **__: object) -> bool:
        raise StoreFull("the disk is full")

    with monkeypatch.context() as ill:
        ill.setattr(ReturnedMailStore, "keep", full)
        with pytest.raises(StoreFull):
            receive_mailbox(place.app, box)
    assert receive_mailbox(place.app, box).read == 3, "all are still there"
    assert is_suppressed(place, READER)


class Killed(BaseException):
    """Ends what runs, as a kill does: nothing tidies up after it but the store's own journal."""


def killing(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """End the process, so to say, before or after the write with this number."""
    steps = count()

    def around(owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def step(*arguments: Any, **options: Any) -> Any:
            if next(steps) == at:
                raise Killed
            result = real(*arguments, **options)
            if next(steps) == at:
                raise Killed
            return result

        monkeypatch.setattr(owner, name, step)

    around(ReturnedMailStore, "keep")
    around(FrontDesk, "leave")
    around(Path, "replace")
    around(receiving, "keep_failed")
    around(receiving, "mark_read")
    around(mailbox.Maildir, "__setitem__")


def outcome(place: Installation) -> tuple[object, ...]:
    bo = place.app.desk.by_email("bo@example.net")
    consents = [each.action for each in place.app.stores.readers.consents(bo.id)]
    return (
        is_suppressed(place, READER),
        consents.count("leave"),
        bo.state,
        sorted(one.action for one in place.app.stores.returned.listed(9)),
        len(failed_messages.failed_messages(place.data)),
    )


def test_whatever_is_killed_when_each_message_acts_once(
    place: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = fill(place, tmp_path)
    killed = 0
    for at in range(40):  # each pass dies a write later than the one before, on the same mailbox
        with monkeypatch.context() as deadly:
            killing(deadly, at)
            try:
                receive_mailbox(place.app, box)
                break
            except Killed:
                killed += 1
    assert killed > 5
    receive_mailbox(place.app, box)
    assert receive_mailbox(place.app, box) == MailboxVisit()
    assert outcome(place) == (True, 1, "left", ["suppress", "unsubscribe"], 1)
    assert not list((place.data / "failed").glob("*.part"))


def test_a_stop_by_mail_is_done_and_known_or_neither(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done and not known, it would unsubscribe again who has come back meanwhile."""

    def dies(*_: object, **__: object) -> bool:
        raise Killed

    ada = place.app.desk.by_email(READER)
    raw = stop(place.app.tokens.sign("mail", ada.id, 1, now=place.now))
    with monkeypatch.context() as deadly:
        deadly.setattr(ReturnedMailStore, "keep", dies)
        with pytest.raises(Killed):
            receive_or_keep(place.app, raw)
    assert place.app.desk.by_email(READER).state == "active"
    receive_or_keep(place.app, raw)
    assert place.app.desk.by_email(READER).state == "left"
