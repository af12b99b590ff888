"""What has to be known of a sentence model beside its weights; read from its own folder.

Sentence-transformers' folders tell it in files of their own: `1_Pooling/config.json`,
`modules.json`, `sentence_bert_config.json`, `config_sentence_transformers.json`
(https://sbert.net/docs/package_reference/sentence_transformer/models.html).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from digest.errors import ModelError
from digest.ranking.cosine_scale import ITSELF, CosineScale

Pooling = Literal["mean", "cls"]
TOKENS = 128  # as good as 256, at 2.4 × the speed
_APPLIED = ("Transformer", "Pooling", "Normalize")  # modules whose work we do


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A sentence model, and how its vectors are made and compared."""

    name: str
    weights: str  # SHA-256 (hex) of what makes its vectors
    width: int  # numbers in a vector
    pooling: Pooling = "mean"
    tokens: int = TOKENS
    keyword_prefix: str = ""  # some models want to be told what a text is
    paper_prefix: str = ""
    scale: CosineScale = ITSELF

    @property
    def vectors_name(self) -> str:
        """The name that its vectors are kept under: they depend on all but the scale."""
        name = f"{self.name}:{self.weights[:16]}:{self.tokens}"
        told = (self.pooling, self.keyword_prefix, self.paper_prefix)
        if told == ("mean", "", ""):
            return name
        return f"{name}:{hashlib.sha256(repr(told).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a folder, or who calibrates, tells of a model; None where nobody does."""

    pooling: Pooling | None = None
    width: int | None = None
    tokens: int = TOKENS
    keyword_prefix: str | None = None
    paper_prefix: str | None = None


def told_by(folder: Path) -> ModelFacts:
    """Return what a folder of sentence-transformers tells of its model.

    Raises ModelError naming the file when it wants something that is not done here.
    """
    for module in _read(folder / "modules.json", list) or ():
        kind = str(module.get("type", "")).rpartition(".")[2]
        if kind not in _APPLIED:
            raise ModelError(f"{folder / 'modules.json'}: a layer {kind} is not supported")
    pooling = _read(folder / "1_Pooling" / "config.json", dict) or {}
    bert = _read(folder / "sentence_bert_config.json", dict) or {}
    own = _read(folder / "config_sentence_transformers.json", dict) or {}
    prompts = own.get("prompts") or {}
    return ModelFacts(
        pooling=_pooling(folder, pooling),
        width=pooling.get("word_embedding_dimension"),
        tokens=min(bert.get("max_seq_length") or TOKENS, TOKENS),
        keyword_prefix=prompts.get("query"),
        paper_prefix=prompts.get("document", prompts.get("passage")),
    )


def _pooling(folder: Path, config: dict[str, Any]) -> Pooling | None:
    if not config:
        return None
    modes = {name for name, on in config.items() if name.startswith("pooling_mode_") and on is True}
    if modes == {"pooling_mode_mean_tokens"}:
        return "mean"
    if modes == {"pooling_mode_cls_token"}:
        return "cls"
    said = ", ".join(sorted(modes)) or "none"
    raise ModelError(
        f"{folder / '1_Pooling' / 'config.json'}: only the mean of the tokens or the first of them"
        f" can be taken, not: {said}"
    )


def _read(path: Path, kind: type) -> Any:
    """Return what a JSON file holds, None without the file. Raises ModelError naming it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise ModelError(f"{path} cannot be read: {problem}") from None
    if not isinstance(found, kind):
        raise ModelError(f"{path}: needs a {'list' if kind is list else 'table'} at its top")
    return found
