"""Power loss: no mail is on the wire before its mark is on the disk, by strace's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import power
from bench.power import CannotTrace, Disk

MAILS = 50


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Disk, list[str]]:
    """The disk before a run, and the run's trace."""
    folder = tmp_path_factory.mktemp("traced")
    try:
        disk = power.trace(folder, MAILS, folder / "trace")
    except CannotTrace as why:
        pytest.skip(str(why))
    return disk, (folder / "trace").read_text(errors="replace").splitlines()


def _copy(disk: Disk) -> Disk:
    return Disk({name: bytearray(content) for name, content in disk.files.items()})


def test_each_mark_is_synced_before_its_mail_leaves(
    traced: tuple[Disk, list[str]], tmp_path: Path
) -> None:
    disk, trace = traced
    found = power.examine(_copy(disk), trace, tmp_path)
    assert found.unmarked == []
    assert found.mails == MAILS
    assert found.syncs >= MAILS / (power.CONNECTIONS * power.PIPELINE)


def test_the_proof_fails_when_nothing_is_synced(
    traced: tuple[Disk, list[str]], tmp_path: Path
) -> None:
    disk, trace = traced
    unsynced = [line for line in trace if "sync" not in line]
    assert len(power.examine(_copy(disk), unsynced, tmp_path).unmarked) == MAILS


def test_the_proof_fails_when_a_sync_comes_too_late(
    traced: tuple[Disk, list[str]], tmp_path: Path
) -> None:
    disk, trace = traced
    sends = [line for line in trace if "sendto(" in line or "sendmsg(" in line]
    others = [line for line in trace if line not in sends]
    first = next(at for at, line in enumerate(others) if "sync" in line)
    found = power.examine(_copy(disk), others[:first] + sends + others[first:], tmp_path)
    assert len(found.unmarked) == MAILS


def test_after_a_power_cut_nobody_gets_it_twice_and_nobody_is_lost(
    traced: tuple[Disk, list[str]], tmp_path: Path
) -> None:
    disk, trace = traced
    cuts = power.examine(_copy(disk), trace, tmp_path).cuts[::2]
    assert len(cuts) >= 4
    assert any(0 < len(cut.on_wire) < MAILS for cut in cuts), "some in the middle"
    for cut in cuts:
        assert power.resume(cut) == []
