"""The epoch's file: raised, never lowered, and known as a copy."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from digest.delivery.epoch import Epoch, EpochFile
from digest.errors import StoreError
from digest.private_files import is_open_to_others

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)


class Known(NamedTuple):
    store: str = "one"
    number: int = 5
    editions: int = 1

    def get(self) -> Known:
        return self


def test_it_rises_and_never_falls_and_nobody_else_reads_it(tmp_path: Path) -> None:
    file = EpochFile(tmp_path / "epoch")
    for number in (1, 5, 3):
        file.note("one", number, NOW + timedelta(minutes=number))
    noted, inode = file.read()
    assert noted is not None
    assert (noted.number, noted.at) == (5, NOW + timedelta(minutes=5))
    assert noted.inode == inode
    assert not is_open_to_others(tmp_path / "epoch")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (Known(number=5), ""),
        (Known(number=6), ""),  # its sender died between store and file
        (Known(number=4), "older than what was sent"),
        (Known(number=0), "older than what was sent"),
        (Known(store="two"), "belongs to another store"),
        (Known(store="two", number=0, editions=0), ""),
    ],
)
def test_an_older_store_is_known(tmp_path: Path, known: Known, said: str) -> None:
    file = EpochFile(tmp_path / "epoch")
    file.note("one", 5, NOW)
    doubt = Epoch(file, known, alone=True).doubt()
    assert said in doubt and bool(said) == bool(doubt)


@pytest.mark.parametrize("alone", [True, False])
def test_a_file_that_is_missing_tells_where_one_machine_sends_alone(
    tmp_path: Path, alone: bool
) -> None:
    file = EpochFile(tmp_path / "epoch")
    assert Epoch(file, Known(number=0), alone).doubt() == ""
    assert ("is missing" in Epoch(file, Known(), alone).doubt()) == alone


def test_a_copy_is_known_and_the_file_itself_is_not_taken_for_one(tmp_path: Path) -> None:
    file = EpochFile(tmp_path / "epoch")
    file.note("one", 5, NOW)
    file.path.rename(tmp_path / "moved")
    assert Epoch(EpochFile(tmp_path / "moved"), Known(), alone=True).doubt() == ""
    shutil.copy2(tmp_path / "moved", file.path)
    epoch = Epoch(file, Known(), alone=True)
    assert "is a copy" in epoch.doubt()
    epoch.settle(6, NOW)
    assert Epoch(file, Known(number=6), alone=True).doubt() == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="closed/epoch"):
        EpochFile(tmp_path / "closed" / "epoch").note("one", 1, NOW)


def test_a_path_that_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the epoch's file"):
        EpochFile(tmp_path).note("one", 1, NOW)
