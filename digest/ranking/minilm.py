"""all-MiniLM-L6-v2 on onnxruntime: about 40 papers a second on one core.

Reimers & Gurevych, Sentence-BERT (2019): mean of the last layer over the tokens, length 1.
Texts go through one at a time: the int8 weights scale activations by batch, so a text's vector
would otherwise depend on its neighbours; and nothing is spent on padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digest.errors import ModelError
from digest.ranking.semantics import Vectors, unit

TOKENS = 128  # as good as 256, at 2.4 × the speed
WIDTH = 384


class MiniLM:
    """The model of a folder whose files `models.check` has accepted."""

    width = WIDTH

    def __init__(self, folder: Path, *, weights: str, threads: int = 0) -> None:
        """Load `model.onnx` and `tokenizer.json`; `weights` is the SHA-256 of the former.

        Raises ModelError when onnxruntime or tokenizers is missing.
        """
        try:
            import onnxruntime  # noqa: PLC0415 - the extra `semantic` may be absent
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError as missing:
            raise ModelError(
                f"{missing.name} is missing: install digest[semantic], or set"
                ' ranking.semantic = "off"'
            ) from None
        self.name = f"all-MiniLM-L6-v2:{weights[:16]}:{TOKENS}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, texts × 384."""
        made = [self._embed_one(text) for text in texts]
        return unit(np.stack(made)) if made else np.zeros((0, WIDTH), np.float32)

    def _embed_one(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        feeds = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        output = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        return np.asarray(output[0].mean(axis=0), dtype=np.float32)
