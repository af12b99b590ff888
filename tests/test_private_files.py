"""What holds readers' addresses is closed to everybody else, whatever the folder was before."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.operations.doctor.files import file_system, network_disk, private_files
from digest.settings import Settings
from tests.installation import Installation


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_everything_below_the_data_folder_that_names_readers_is_private(tmp_path: Path) -> None:
    data = tmp_path / "var"
    for name in ("", "mailbox", "owners", "backups"):
        (data / name).mkdir(mode=0o777)
    (data / "digest.db").touch(mode=0o666)
    place = Installation(data)
    place.ingest(("A title of a paper", "An abstract that is about speech."))
    place.reader("ada@example.org", "speech")
    place.run()
    assert place.mails("ada@example.org")
    private = [
        *data.glob("digest.db*"),
        *(path for name in ("mailbox", "owners", "backups") for path in (data / name).rglob("*")),
        *(data / name for name in ("mailbox", "owners", "backups")),
    ]
    assert len(private) > 8
    assert [path for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    place.app.close()


def test_the_doctor_names_what_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "mailbox").mkdir(mode=0o755)
    (tmp_path / "digest.db").touch(mode=0o644)
    said = [each.text for each in private_files(Settings(), tmp_path)]
    assert any(text.endswith(f"chmod 700 {tmp_path / 'mailbox'}") for text in said)
    assert any(text.endswith(f"chmod 600 {tmp_path / 'digest.db'}") for text in said)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/digest", "nfs4"),
        ("/srv", "nfs4"),
        ("/srvs", "ext4"),
        ("/home/my data/x", "fuse.sshfs"),
    ],
)
def test_the_file_system_of_a_path_is_the_one_mounted_nearest(path: str, kind: str) -> None:
    lines = ("a / ext4 rw 0 0", "b:/x /srv nfs4 rw 0 0", "c: /home/my\\040data fuse.sshfs rw 0 0")
    mounts = "\n".join(lines)
    assert file_system(Path(path), mounts) == kind


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "fuse.sshfs", "9p", "ceph"])
def test_the_doctor_warns_of_a_network_disk(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"x / {kind} rw 0 0\n")
    (check,) = network_disk(Settings(), tmp_path, mounts)
    assert kind in check.text
    mounts.write_text("x / ext4 rw 0 0\n")
    assert list(network_disk(Settings(), tmp_path, mounts)) == []
