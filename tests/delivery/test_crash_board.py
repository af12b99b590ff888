"""What a dead sender's board tells, and when it is not believed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.delivery import crash_board
from digest.delivery.crash_board import DeadSenders, LivingSender
from digest.states import Remains, State


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The file of a sender that died: 7 was on the wire, 8 and 9 were answered, 10 was settled."""
    owner = LivingSender(tmp_path / "owners", slots=8)
    for delivery in (7, 8, 9, 10, 11):
        owner.begun(delivery)
    owner.answered(8, 250)
    owner.answered(9, 554)
    owner.settled(10)
    owner.recalled(11)
    owner.answered(12, 250)  # its final dot never went out
    owner.keep = True
    owner.close()
    return tmp_path / "owners" / owner.name


def examined(path: Path, *, alone: bool = True) -> Remains | None:
    return DeadSenders(path.parent, alone=alone).examine(path.name)


def test_a_board_tells_what_was_on_the_wire_and_what_was_answered(left: Path) -> None:
    remains = examined(left)
    assert remains is not None
    assert remains.complete
    assert remains.started == {7}
    assert {number: told.state for number, told in remains.answered.items()} == {
        8: State.ACCEPTED,
        9: State.REFUSED,
    }


def of_another_boot(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(8)
        file.write(b"00000000-0000-0000-0000-000000000000")


def of_another_file(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".copy"))
    path.with_suffix(".copy").replace(path)


def of_another_device(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(8 + 48)
        file.write(bytes(7))


@pytest.mark.parametrize("change", [of_another_boot, of_another_file, of_another_device])
def test_a_board_that_may_lack_a_start_is_told_to_be_incomplete(
    left: Path, change: Callable[[Path], None]
) -> None:
    change(left)
    remains = examined(left)
    assert remains is not None and not remains.complete
    assert remains.started == {7}, "what it does tell is true"
    assert set(remains.answered) == {8, 9}


def test_where_the_boot_has_no_name_no_board_is_complete(
    left: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(crash_board, "_BOOT", tmp_path / "none")
    remains = examined(left)
    assert remains is not None and not remains.complete


@pytest.mark.parametrize("content", [b"", b"digest-1", b"digest-0" + bytes(500)])
def test_what_is_no_board_proves_nothing(left: Path, content: bytes) -> None:
    left.write_bytes(content)
    assert examined(left) == Remains(False, frozenset(), {})


def test_a_file_that_is_gone_is_known_only_where_everybody_has_theirs(tmp_path: Path) -> None:
    assert examined(tmp_path / "gone") == Remains(False, frozenset(), {})
    assert examined(tmp_path / "gone", alone=False) is None


def test_the_living_are_left_alone(tmp_path: Path) -> None:
    owner = LivingSender(tmp_path)
    assert examined(tmp_path / owner.name) is None
    owner.close()
    assert not (tmp_path / owner.name).exists()


def test_a_file_stays_while_a_delivery_is_in_doubt(tmp_path: Path) -> None:
    owner = LivingSender(tmp_path)
    owner.begun(1)
    assert owner.has_begun(1)
    owner.close()
    owner.close()
    assert (tmp_path / owner.name).stat().st_mode & 0o777 == 0o600
    DeadSenders(tmp_path, alone=True).bury(owner.name)
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_slots_are_used_again(tmp_path: Path) -> None:
    owner = LivingSender(tmp_path, slots=2)
    for delivery in range(10):
        owner.begun(delivery)
        owner.settled(delivery)
        assert not owner.has_begun(delivery)
    owner.close()
