"""A model of one's own choice: measured once, and used as long as it is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digest.errors import ModelError
from digest.ranking import models
from digest.ranking.calibration import COMMON, calibrate, pairs
from digest.ranking.cosine_scale import ITSELF, CosineScale, scale_between
from digest.ranking.model_description import ModelFacts
from digest.ranking.own_models import KEPT, described_by, load_own
from digest.ranking.semantics import Semantics
from tests.cli.command import inside
from tests.ranking.tiny_model import WIDTH, write_model


def test_a_model_is_measured_and_its_scale_puts_the_shipped_pairs_where_thresholds_are(
    tmp_path: Path,
) -> None:
    folder = write_model(tmp_path / "near", common=0.6)
    found = models.calibrate_model(tmp_path, str(folder), ModelFacts())
    assert found.unrelated > 0.3  # to this model all texts are near each other
    model = load_own(folder)
    assert model.width == WIDTH
    again = calibrate(Semantics(model))
    both = model.usage.scale.of(np.array([again.unrelated, again.related]))
    assert both == pytest.approx(COMMON, abs=1e-3)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_model_whose_files_have_changed_is_refused_by_name(tmp_path: Path, file: str) -> None:
    folder = write_model(tmp_path / "mine")
    models.calibrate_model(tmp_path, str(folder), ModelFacts())
    (folder / file).write_bytes((folder / file).read_bytes() + b" ")
    with pytest.raises(ModelError, match=r"mine is not the one that was measured"):
        load_own(folder)


def test_other_weights_are_another_model_so_that_vectors_never_mix(tmp_path: Path) -> None:
    names = set()
    for seed in (1, 2):
        folder = write_model(tmp_path / str(seed) / "mine", seed=seed)
        models.calibrate_model(tmp_path, str(folder), ModelFacts())
        names.add(load_own(folder).name)
    models.calibrate_model(tmp_path, str(folder), ModelFacts(keyword_prefix="query "))
    names.add(load_own(folder).name)
    assert len(names) == 3
    described = described_by(folder)
    assert described.vectors_name != replace(described, pooling="cls").vectors_name
    assert described.vectors_name != replace(described, tokens=64).vectors_name
    assert described.vectors_name == replace(described, scale=CosineScale(2.0)).vectors_name


def test_what_is_wrong_is_said_before_anything_is_kept(tmp_path: Path) -> None:
    wrong = {
        "tells of 384 numbers": write_model(tmp_path / "size", told=384),
        "mean of the tokens or the first": write_model(
            tmp_path / "pooling", pooling="pooling_mode_max_tokens"
        ),
        "holds no model.onnx": tmp_path,
        "is no folder": tmp_path / "nowhere",
        "no ONNX model": write_model(tmp_path / "broken"),
        "no tokenizer": write_model(tmp_path / "words"),
        "layer Dense": write_model(tmp_path / "dense"),
    }
    (tmp_path / "broken" / "model.onnx").write_bytes(b"weights")
    (tmp_path / "words" / "tokenizer.json").write_text("{}")
    layers = [{"type": f"sentence_transformers.models.{kind}"} for kind in ("Pooling", "Dense")]
    (tmp_path / "dense" / "modules.json").write_text(json.dumps(layers))
    for said, folder in wrong.items():
        with pytest.raises(ModelError, match=said):
            models.calibrate_model(tmp_path, str(folder), ModelFacts())
        assert not (folder / KEPT).exists()


def test_a_model_that_tells_nothing_apart_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "vague")
    keyword = "zzz " * 200  # of a length that leaves no room for what is asked
    with pytest.raises(ModelError, match="pooling and prefixes"):
        models.calibrate_model(tmp_path, str(folder), ModelFacts(keyword_prefix=keyword))


def test_a_model_has_to_be_measured_before_it_ranks(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "mine")
    with pytest.raises(ModelError, match=r"`digest lab calibrate .*mine`"):
        described_by(folder)
    (folder / KEPT).write_text('{"name": 1}')
    with pytest.raises(ModelError, match="cannot be read"):
        described_by(folder)
    absent = models.open_model(tmp_path, "auto", str(folder))
    assert isinstance(absent, models.Absent) and "mine" in absent.reason
    with pytest.raises(ModelError):
        models.open_model(tmp_path, "on", str(folder))


def test_a_name_is_below_the_models_folder_and_a_path_where_it_says(tmp_path: Path) -> None:
    assert models.folder_of(tmp_path, "someone/small") == tmp_path / "someone" / "small"
    assert models.folder_of(tmp_path, "./someone/small") == Path("someone/small")
    assert models.folder_of(tmp_path, "/opt/small") == Path("/opt/small")


def test_the_shipped_pairs_are_two_texts_a_line_and_no_keyword_comes_twice() -> None:
    keywords = [keyword for keyword, _ in pairs()]
    assert len(keywords) == len(set(keywords)) == 100


def test_a_scale_is_a_line_through_two_points() -> None:
    scale = scale_between((0.6, 0.8), (0.0, 0.5))
    assert scale.of(np.array([0.6, 0.7, 0.8])) == pytest.approx([0, 0.25, 0.5])
    cosine = np.array([0.1])
    assert ITSELF.of(cosine) is cosine and CosineScale(1.0, 0.0) == ITSELF
    with pytest.raises(ValueError, match="no nearer"):
        scale_between((0.5, 0.5), (0.0, 0.5))


def test_the_commands_fetch_measure_and_list_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    source = write_model(tmp_path / "source")
    (source / "onnx").mkdir()
    (source / "model.onnx").rename(source / "onnx" / "model.onnx")

    def said(*words: str) -> str:
        return inside(capsys, tmp_path / "data", *words).out

    assert "lab calibrate someone/small" in said(
        "models", "fetch", "--model", "someone/small", "--from", str(source)
    )
    assert "has not been measured" in said("models", "list")
    assert (
        inside(capsys, tmp_path / "data", "lab", "calibrate", "someone/small", "--json").one[
            "apart"
        ]
        > 0.9
    )
    (known,) = [
        row
        for row in inside(capsys, tmp_path / "data", "models", "list", "--json").lines
        if row["name"] == "someone/small"
    ]
    assert known["accepted"]
    again = inside(
        capsys, tmp_path / "data", "models", "fetch", "--model", "someone/small", "--from", "hub"
    )
    assert again.code == 1 and "there already" in again.err
