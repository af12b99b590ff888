"""Sentence models on onnxruntime: about 40 papers a second on one core with all-MiniLM-L6-v2.

Reimers & Gurevych, Sentence-BERT (2019): the last layer, its mean over the tokens or its first
token, at length 1. Texts go through one at a time: int8 weights scale activations by batch, so a
text's vector would otherwise depend on its neighbours; and nothing is spent on padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digest.errors import ModelError, how_to_add
from digest.ranking.model_description import ModelDescription
from digest.ranking.semantics import Usage, Vectors, unit

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class OnnxModel:
    """The model of a folder whose files have been checked (`models`, `own_models`)."""

    def __init__(
        self, described: ModelDescription, weights: Path, tokenizer: Path, *, threads: int = 0
    ) -> None:
        """Load the weights and the tokenizer.

        Raises ModelError when onnxruntime or tokenizers is missing, or cannot read the files.
        """
        try:
            import onnxruntime  # noqa: PLC0415 - the extra `semantic` may be absent
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError as missing:
            raise ModelError(
                how_to_add(missing.name or "a package", "semantic")
                + ', or set ranking.semantic = "off"'
            ) from None
        self.name = described.vectors_name
        self.width = described.width
        self.usage = Usage(described.keyword_prefix, described.paper_prefix, described.scale)
        self._described = described
        self._weights = weights
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Threads that wait by turning round and round cost as much CPU as the work, for nothing.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights), options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:  # onnxruntime's own errors have no common root
            raise ModelError(f"{weights} is no ONNX model: {_first_line(problem)}") from None
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as problem:  # tokenizers raises plain Exception
            raise ModelError(f"{tokenizer} is no tokenizer: {_first_line(problem)}") from None
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(described.tokens)
        self._inputs = [each.name for each in self._session.get_inputs()]
        if unknown := [name for name in self._inputs if name not in _INPUTS]:
            raise ModelError(f"{weights} asks for {', '.join(unknown)}, which no text gives it")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, texts × width."""
        made = [self._embed_one(text) for text in texts]
        return unit(np.stack(made)) if made else np.zeros((0, self.width), np.float32)

    def width_of(self, text: str) -> int:
        """Return how many numbers the vector of a text has, whatever was told of the model."""
        return len(self._embed_one(text))

    def _embed_one(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids or [0]], dtype=np.int64)
        feeds = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        try:
            output = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        except Exception as problem:  # see above
            raise ModelError(
                f"{self._weights} does not go with its tokenizer: {_first_line(problem)}"
            ) from None
        if output.ndim == 3:  # of each token; else the model has pooled them itself
            output = output.mean(axis=1) if self._described.pooling == "mean" else output[:, 0]
        if output.ndim != 2 or len(output) != 1:
            raise ModelError(f"{self._weights} gives no vector a text, but {output.shape} numbers")
        return np.asarray(output[0], dtype=np.float32)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200]
