"""Sentence models of the operator's own choice: folders as sentence-transformers lay them out.

Such a folder has no pinned hash. `digest lab calibrate` measures its model once and writes
`digest-model.json` beside it: the hash of its files, how its vectors are made, and the scale of its
cosines. From then on the model is used only as long as its files are the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from digest.errors import ModelError
from digest.ranking.calibration import Calibration, calibrate
from digest.ranking.cosine_scale import CosineScale
from digest.ranking.model_description import ModelDescription, ModelFacts, told_by
from digest.ranking.onnx_model import OnnxModel
from digest.ranking.semantics import Semantics

KEPT = "digest-model.json"
_WIDEST = 4096  # numbers in a vector


def weights_of(folder: Path) -> Path:
    """Return the file of a folder's weights. Raises ModelError when there is none."""
    for path in (folder / "model.onnx", folder / "onnx" / "model.onnx"):
        if path.is_file():
            return path
    what = "is no folder" if not folder.is_dir() else "holds no model.onnx, nor onnx/model.onnx"
    raise ModelError(f"{folder} {what}: ranking.model needs a sentence model in the ONNX format")


def hash_of(folder: Path) -> str:
    """Return the SHA-256 of a folder's weights and tokenizer. Raises ModelError without them."""
    weights = weights_of(folder)
    # Large weights lie in files beside the graph: model.onnx_data, model.onnx.data.
    files = [*sorted(weights.parent.glob("model.onnx*")), tokenizer_of(folder)]
    both = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            both.update(hashlib.file_digest(file, "sha256").digest())
    return both.hexdigest()


def tokenizer_of(folder: Path) -> Path:
    """Return the file of a folder's tokenizer. Raises ModelError when it is not there."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{folder} holds no tokenizer.json, which goes with the weights")
    return path


def calibrated(folder: Path, told: ModelFacts, *, threads: int = 0) -> Calibration:
    """Measure a folder's model, and keep what it came to beside it.

    `told` is what the operator says of it, and goes before what the folder does.
    Raises ModelError when its size is not the folder's own, or it cannot tell what belongs
    together; then nothing is kept.
    """
    own = told_by(folder)
    described = ModelDescription(
        name=folder.resolve().name,
        weights=hash_of(folder),
        width=0,
        pooling=told.pooling or own.pooling or "mean",
        tokens=min(told.tokens, own.tokens),
        keyword_prefix=_first(told.keyword_prefix, own.keyword_prefix),
        paper_prefix=_first(told.paper_prefix, own.paper_prefix),
    )
    described = replace(described, width=_width(folder, described, own.width, threads))
    model = _loaded(folder, described, threads)
    found = calibrate(Semantics(model, usage=model.usage))
    described = replace(described, scale=found.scale)
    try:
        text = json.dumps(asdict(described), indent=1) + "\n"
        (folder / KEPT).write_text(text, encoding="utf-8")
    except OSError as problem:
        said = problem.strerror or problem
        raise ModelError(f"{folder / KEPT} cannot be written: {said}") from None
    return found


def described_by(folder: Path) -> ModelDescription:
    """Return what was kept of a folder's model when it was calibrated.

    Raises ModelError when it never was, or its files have changed since.
    """
    found = hash_of(folder)
    again = f"`digest lab calibrate {folder}`"
    try:
        kept = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        described = ModelDescription(**{**kept, "scale": CosineScale(**kept["scale"])})
    except FileNotFoundError:
        raise ModelError(
            f"{folder} has not been measured, so nobody knows what its cosines mean: {again}"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise ModelError(f"{folder / KEPT} cannot be read ({problem}): {again}") from None
    if described.weights != found:
        raise ModelError(f"the model in {folder} is not the one that was measured: {again}")
    return described


def load_own(folder: Path, *, threads: int = 0) -> OnnxModel:
    """Return a folder's model, calibrated before. Raises ModelError saying what is wrong."""
    return _loaded(folder, described_by(folder), threads)


def _loaded(folder: Path, described: ModelDescription, threads: int) -> OnnxModel:
    return OnnxModel(described, weights_of(folder), tokenizer_of(folder), threads=threads)


def _width(folder: Path, described: ModelDescription, told: Any, threads: int) -> int:
    """Return the numbers in a vector, of which the folder may tell, and the weights must."""
    widest = _loaded(folder, described, threads).width_of("the size of a vector")
    if widest > _WIDEST:
        raise ModelError(f"{folder}: {widest} numbers a vector are more than {_WIDEST}")
    if told is not None and told != widest:
        raise ModelError(
            f"{folder}: 1_Pooling/config.json tells of {told} numbers a vector, the weights give"
            f" {widest}: they are not of one model"
        )
    return widest


def _first(*said: str | None) -> str:
    return next((each for each in said if each is not None), "")
