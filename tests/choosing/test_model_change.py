"""From one sentence model to another: the old one ranks until the new one knows the archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from digest.choosing.archive_knowledge import ArchiveKnowledge
from digest.choosing.model_change import ModelChange
from digest.errors import ModelError
from digest.papers import Paper
from digest.ranking.semantics import InMemory, PendingVectors, Semantics, Vectors, unit

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Counting:
    """A model of a given width, that counts what it is asked."""

    def __init__(self, name: str, width: int) -> None:
        self.name, self.width = name, width
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return unit(np.array([[len(text), *range(1, self.width)] for text in texts], float))


class Facts(dict[str, bytes]):
    """Single values, in memory."""

    def set(self, name: str, value: bytes, now: datetime) -> None:
        self[name] = value


class Archive(list[Paper]):
    """Papers, in memory."""

    def last(self) -> int:
        return len(self)

    def all(self, *, after: int = 0) -> list[Paper]:  # type: ignore[override]
        return self[after:]

    def newest(self, count: int) -> list[Paper]:
        return self[-count:]


class House:
    """An archive, its store, and the models that are on disk."""

    def __init__(self) -> None:
        self.archive = Archive(Paper(n, f"Title {n}", "x" * n) for n in range(1, 8))
        self.facts, self.store = Facts(), InMemory()
        self.here = {"usual": Counting("usual:1", 2), "mine": Counting("mine:1", 3)}

    def knowledge(self, named: str) -> ArchiveKnowledge:
        """Return what a process started with this setting knows."""
        vectors = PendingVectors(self.store)

        def load(name: str) -> Semantics | None:
            if name not in self.here:
                raise ModelError(f"no {name}")
            return Semantics(self.here[name], vectors)

        models = ModelChange(self.facts, load, named, "usual")
        return ArchiveKnowledge(self.archive, self.facts, vectors, models, memory=100)  # type: ignore[arg-type]


def ranking_model(knowledge: ArchiveKnowledge) -> str:
    """Return which model ranks, and see that no vector of another is with it."""
    read = knowledge.read()
    assert read.semantics and read.corpus and read.corpus.vectors is not None
    assert read.corpus.vectors.shape[1] == read.semantics.model.width
    return read.semantics.model.name


@pytest.mark.parametrize("written_down", [True, False])
def test_the_old_model_ranks_until_all_that_teaches_is_embedded_anew(written_down: bool) -> None:
    house = House()
    if written_down:
        house.knowledge("usual").refresh(NOW, new=7)
    knowledge, elsewhere = house.knowledge("mine"), house.knowledge("mine")
    assert ranking_model(knowledge) == "usual:1"
    assert knowledge.change_model(NOW, most=3) and ranking_model(knowledge) == "usual:1"
    assert house.knowledge("mine").change_model(NOW, most=3)  # after a restart it goes on
    assert len(house.here["mine"].asked) == 6
    assert not knowledge.change_model(NOW, most=3)
    assert ranking_model(knowledge) == ranking_model(elsewhere) == "mine:1"
    assert sorted(house.here["mine"].asked) == sorted(set(house.here["mine"].asked))


def test_going_back_costs_nothing() -> None:
    house = House()
    house.knowledge("usual").refresh(NOW, new=7)
    assert not house.knowledge("mine").change_model(NOW)
    house.here["usual"].asked.clear()
    back = house.knowledge("usual")
    assert not back.change_model(NOW) and ranking_model(back) == "usual:1"
    assert house.here["usual"].asked == []


def test_where_the_old_model_is_gone_the_new_one_ranks_at_once() -> None:
    house = House()
    house.knowledge("usual").refresh(NOW, new=7)
    house.here["usual"] = Counting("usual:2", 2)  # other weights: not what ranked
    assert ranking_model(house.knowledge("mine")) == "mine:1"
    del house.here["usual"]
    assert ranking_model(house.knowledge("mine")) == "mine:1"


def test_new_papers_bring_the_change_on_where_no_server_does() -> None:
    house = House()
    house.knowledge("usual").refresh(NOW, new=7)
    knowledge = house.knowledge("mine")
    knowledge.refresh(NOW, new=1)
    assert ranking_model(knowledge) == "mine:1"
