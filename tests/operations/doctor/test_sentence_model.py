"""The check-up names a sentence model that is missing, has changed, or was never measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from digest.operations.doctor.findings import Check
from digest.operations.doctor.sentence_model import check_model
from digest.ranking import models
from digest.ranking.model_description import ModelFacts
from digest.settings import RankingSettings, Settings
from tests.ranking.tiny_model import write_model


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "models"))

    def look(**ranking: Any) -> Check:
        (check,) = check_model(Settings(ranking=RankingSettings(**ranking)))
        return check

    return look


def test_the_usual_model_may_be_missing_but_not_where_it_must_be_there(found: Any) -> None:
    assert found().verdict == "warning" and "digest models fetch" in found().text
    assert found(semantic="on").verdict == "error"
    assert found(semantic="off").verdict == "ok"


def test_a_model_of_ones_own_is_an_error_until_it_is_measured_and_when_it_changes(
    found: Any, tmp_path: Path
) -> None:
    folder = write_model(tmp_path / "mine")
    before = found(model=str(folder))
    assert before.verdict == "error" and f"digest lab calibrate {folder}" in before.text
    models.calibrate_model(tmp_path, str(folder), ModelFacts())
    assert found(model=str(folder)) == Check(
        "model", "ok", f"mine, 128 numbers a vector, in {folder}"
    )
    write_model(folder, seed=2)
    assert "not the one that was measured" in found(model=str(folder)).text
    assert found(model="no/such").verdict == "error"
