"""A sentence model of a few kilobytes, a vector for each word, in a folder as makers lay it out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from digest.ranking.calibration import pairs

WIDTH = 128


def write_model(
    folder: Path, *, common: float = 0.0, told: int = WIDTH, pooling: str = "mean", seed: int = 0
) -> Path:
    """Write a model whose vectors are those of a text's words; those of one shipped pair share one.

    `common` is the part that all vectors have in common: the more, the nearer all texts are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    subject: dict[str, int] = {}
    for at, pair in enumerate(pairs()):
        for word in " ".join(pair).lower().replace(".", " ").replace(",", " ").split():
            subject.setdefault(word, at)
    words = ["[UNK]", *subject]
    rng = np.random.default_rng(seed)
    subjects = rng.standard_normal((len(pairs()), WIDTH))
    rows = rng.standard_normal((len(words), WIDTH))
    rows[1:] += subjects[list(subject.values())]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[:, 0] += common
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "words",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(rows.astype(np.float32), "table")],
    )
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="tests"
    )
    onnx.save(made, str(folder / "model.onnx"))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False}
    modes[{"mean": "pooling_mode_mean_tokens"}.get(pooling, pooling)] = True
    config = {"word_embedding_dimension": told, **modes}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))
    return folder
