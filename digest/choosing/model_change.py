"""From one sentence model to another: the old one ranks until the new one knows the archive.

Vectors are kept by model and text, so those of two models lie side by side and no score mixes them.
Which model ranks is a fact of the store, and all processes follow it. It changes when the papers
that teach have all been embedded anew. The old vectors stay: going back costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from digest.errors import ModelError
from digest.ranking.semantics import Semantics

_FACT = "sentence-model"


class StatisticsStore(Protocol):
    """Where single values are kept."""

    def get(self, name: str) -> bytes | None:
        """Return a value, None when it was never set."""

    def set(self, name: str, value: bytes, now: datetime) -> None:
        """Set a value."""


@dataclass
class ModelChange:
    """The model that is set, and the one that ranks: mostly the same."""

    facts: StatisticsStore
    load: Callable[[str], Semantics | None]  # by name or folder; ModelError when it must be there
    named: str  # the model that is set
    usual: str  # the model that ranked where nothing was written down yet
    _old: dict[bytes, Semantics | None] = field(default_factory=dict, init=False)

    @cached_property
    def wanted(self) -> Semantics | None:
        """The model that is set, when it is here."""
        return self.load(self.named)

    def in_use(self) -> Semantics | None:
        """Return the model that ranks at this moment; None: by words alone.

        Where the old one is gone, the new one ranks at once, and embeds what it has to.
        """
        return self._outgoing() or self.wanted

    def is_under_way(self) -> bool:
        """Return whether another model than the one that is set still ranks."""
        return self._outgoing() is not None

    def embed(self, texts: Sequence[str], most: int) -> int:
        """Embed some papers for the model that is set, up to `most`; return how many."""
        return self.wanted.embed_missing(texts, most) if self.wanted else 0

    def settle(self, now: datetime) -> None:
        """Write down that the model that is set ranks from now on; without one, nothing."""
        if self.wanted is None:
            return
        told = self._told(self.named, self.wanted.model.name)
        if self.facts.get(_FACT) != told:
            self.facts.set(_FACT, told, now)

    def _outgoing(self) -> Semantics | None:
        """Return the model that ranked so far, when it is another and still here."""
        told = self.facts.get(_FACT)
        if told is None and self.named == self.usual:
            return None
        told = told or self._told(self.usual, "")
        if self.wanted is None or told == self._told(self.named, self.wanted.model.name):
            return None
        if told not in self._old:
            self._old[told] = self._loaded(*json.loads(told))
        return self._old[told]

    def _loaded(self, named: str, vectors: str) -> Semantics | None:
        """Return a model by its name, if its vectors are still those that were written down."""
        try:
            found = self.load(named)
        except ModelError:
            return None
        if found is None or vectors not in ("", found.model.name):
            return None
        return found

    @staticmethod
    def _told(named: str, vectors: str) -> bytes:
        return json.dumps([named, vectors]).encode()
