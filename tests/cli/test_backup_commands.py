"""`digest backup`, `restore` and `restored`: a day in which the disk is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Digest
from tests.installation import mails

pytestmark = pytest.mark.usefixtures("plain")
ADA = "ada@example.org"


def test_a_backup_is_put_back_and_nobody_has_two(
    digest: Digest, dump: Path, data: Path, tmp_path: Path
) -> None:
    backup, key = tmp_path / "backup.tar.gz", data / "secret.key"
    digest("ingest", dump)
    digest("subscribers", "add", ADA, "--confirmed", "--keywords", "robots")
    assert digest("restored", "--json").one == {"waits": False, "why": ""}
    held = digest("backup", backup, "--json").one
    assert held["holds"] == ["digest.db", "secret.key"]
    assert backup.stat().st_mode & 0o077 == 0
    assert digest("backup", backup).code == 1, "it is not written over"
    secret = key.read_text()
    digest("run")
    [mail] = mails(data, ADA)

    said = digest("restore", backup)
    assert said.code == 1 and "--replace" in said.err
    assert digest("restore", backup, "--replace").code == 0
    assert key.read_text() == secret
    digest("run")
    assert mails(data, ADA) == [mail]
    assert digest("restore", tmp_path / "none").code == 1
    (tmp_path / "no.tar.gz").write_bytes(backup.read_bytes()[:900])
    said = digest("restore", tmp_path / "no.tar.gz", "--replace")
    assert said.code == 1 and "Traceback" not in said.err


def test_a_copied_folder_waits_for_a_word(
    digest: Digest, dump: Path, data: Path, tmp_path: Path
) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", ADA, "--confirmed", "--keywords", "robots")
    digest("run")
    shutil.copytree(data, tmp_path / "copy")
    shutil.rmtree(data)
    (tmp_path / "copy").rename(data)
    for command in (("run",), ("restored",)):
        said = digest(*command)
        assert said.code == 1 and "is a copy" in said.out + said.err
    assert digest("restored", "--hold", "--nothing-sent").code == 2
    assert digest("restored", "--nothing-sent").code == 0
    assert digest("run").code == 0
    assert len(mails(data, ADA)) == 1
