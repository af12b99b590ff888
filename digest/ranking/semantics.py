"""Texts → vectors of meaning: a sentence model behind a small protocol, and what is kept of it.

A text is embedded once: its vector is stored under the hash of model and text, as float16. Every
vector is rounded to float16 before use, so a fresh one and a stored one give the same scores.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from digest.ranking.cosine_scale import ITSELF, CosineScale

if TYPE_CHECKING:
    from digest.papers import Paper

Vectors = npt.NDArray[np.float32]
KEPT_AT_ONCE = 256  # fresh vectors: what is interrupted loses no more than these


class Model(Protocol):
    """A sentence model."""

    @property
    def name(self) -> str:
        """What makes its vectors different from another model's: name, weights, settings."""

    @property
    def width(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, texts × width. A text's vector does not depend on its neighbours."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How a model wants its texts, and how its cosines are to be read."""

    keyword_prefix: str = ""
    paper_prefix: str = ""
    scale: CosineScale = ITSELF


class VectorCache(Protocol):
    """Where vectors are kept, by SHA-256 (hex) of model and text; float16, little-endian."""

    def get(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the vectors that are known, by key."""

    def put(self, vectors: Mapping[str, bytes]) -> None:
        """Keep some vectors; a known key may be written again with the same bytes."""


class InMemory:
    """A store that forgets when the process ends."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the vectors that are known, by key."""
        return {key: self._kept[key] for key in keys if key in self._kept}

    def put(self, vectors: Mapping[str, bytes]) -> None:
        """Keep some vectors."""
        self._kept.update(vectors)


_MOST_PENDING = 100_000  # vectors, about 80 MB


class PendingVectors:
    """Vectors that are kept, and new ones in memory until `keep` writes them down. Thread-safe.

    So who only reads (a preview, the readers' pages) never waits for who writes.
    """

    def __init__(self, store: VectorCache) -> None:
        self._store = store
        self._lock = Lock()
        self._pending: dict[str, bytes] = {}

    def get(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the vectors that are known, by key."""
        with self._lock:
            found = {key: self._pending[key] for key in keys if key in self._pending}
        missing = [key for key in keys if key not in found]
        return {**self._store.get(missing), **found} if missing else found

    def put(self, vectors: Mapping[str, bytes]) -> None:
        """Remember some vectors; when nobody keeps them for long, they are worked out again."""
        with self._lock:
            if len(self._pending) + len(vectors) > _MOST_PENDING:
                self._pending.clear()
            self._pending.update(vectors)

    def keep(self) -> None:
        """Write down what is new, if anything is."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if pending:
            self._store.put(pending)


class PassingVectors:
    """Vectors that are kept, and the last new ones in memory alone: nothing is written down.

    For texts of people who are only trying. Thread-safe.
    """

    def __init__(self, store: VectorCache, most: int) -> None:
        self._store = store
        self._most = most
        self._lock = Lock()
        self._passing: OrderedDict[str, bytes] = OrderedDict()

    def get(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the vectors that are known, by key."""
        with self._lock:
            found = {key: self._passing[key] for key in keys if key in self._passing}
            for key in found:
                self._passing.move_to_end(key)
        missing = [key for key in keys if key not in found]
        return {**self._store.get(missing), **found} if missing else found

    def put(self, vectors: Mapping[str, bytes]) -> None:
        """Remember some vectors until others take their place."""
        with self._lock:
            self._passing.update(vectors)
            while len(self._passing) > self._most:
                self._passing.popitem(last=False)


class Semantics:
    """A model and a store: every text is embedded at most once."""

    def __init__(
        self, model: Model, store: VectorCache | None = None, usage: Usage | None = None
    ) -> None:
        self.model = model
        self._store = store or InMemory()
        self._usage = usage or Usage()
        self.scale = self._usage.scale

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of papers, or of parts of them: texts × width."""
        return self._vectors([self._usage.paper_prefix + text for text in texts])

    def keyword_vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of keywords, texts × width."""
        return self._vectors([self._usage.keyword_prefix + text for text in texts])

    def unknown_keywords(self, texts: Sequence[str]) -> list[str]:
        """Return the keywords, each once, whose vectors would have to be worked out."""
        key_of = {
            text: vector_key(self.model.name, self._usage.keyword_prefix + text) for text in texts
        }
        known = self._store.get(list(key_of.values()))
        return [text for text, key in key_of.items() if key not in known]

    def for_visitors(self, most: int) -> Semantics:
        """Return the same, which keeps up to `most` new vectors in memory and writes none down."""
        return Semantics(self.model, PassingVectors(self._store, most), self._usage)

    def embed_missing(self, texts: Sequence[str], most: int) -> int:
        """Embed up to `most` of those papers' texts that are not kept yet; return how many."""
        wanted = [self._usage.paper_prefix + text for text in texts]
        keys = {vector_key(self.model.name, text): text for text in wanted}
        known = self._store.get(list(keys))
        missing = [text for key, text in keys.items() if key not in known][:most]
        self._vectors(missing)
        return len(missing)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        keys = [vector_key(self.model.name, text) for text in texts]
        known = dict(self._store.get(list(dict.fromkeys(keys))))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        pending = list(missing)
        for start in range(0, len(pending), KEPT_AT_ONCE):
            some = pending[start : start + KEPT_AT_ONCE]
            made = self.model.embed([missing[key] for key in some]).astype("<f2")
            fresh = {key: row.tobytes() for key, row in zip(some, made, strict=True)}
            self._store.put(fresh)
            known.update(fresh)
        if not texts:
            return np.zeros((0, self.model.width), np.float32)
        rows = np.stack([np.frombuffer(known[key], "<f2") for key in keys])
        return unit(rows.astype(np.float32))


def vector_key(model: str, text: str) -> str:
    """Return the name under which a text's vector is kept."""
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def paper_text(paper: Paper) -> str:
    """Return the text by which a paper is embedded."""
    return ". ".join(part for part in (paper.title.rstrip(". "), paper.abstract) if part)


def unit(rows: npt.NDArray[Any]) -> Vectors:
    """Return rows scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)
