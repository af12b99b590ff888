"""The lab measures the issues that readers would get, and embeds nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from digest.choosing.choose import Limits
from digest.choosing.issue_lab import FLOORS, issue_quality
from digest.errors import ModelError
from digest.ranking.collection import Collection, read_collection
from digest.ranking.semantics import Semantics, Vectors
from digest.ranking.vector_file import VectorFile
from tests.cli.command import inside

LIMITS = Limits(max_papers=3, min_papers=2, floor=0.01)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write 12 papers: `tides` stands in six, four of them judged, and `moths` in one."""
    docs = [
        {"id": f"d{n}", "title": "Tides" if n < 6 else "Moths" if n == 6 else "Rocks", "text": "x"}
        for n in range(12)
    ]
    queries = [{"id": "t", "text": "tides"}, {"id": "m", "text": "moths"}]
    judged = [("t", n) for n in range(4)] + [("m", 6), ("m", 7)]
    folder = tmp_path / "small"
    folder.mkdir()
    for name, rows in (("docs", docs), ("queries", queries), ("keywords", queries)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    lines = [f"{query}\td{document}\t1\n" for query, document in judged]
    (folder / "qrels.tsv").write_text("".join(lines), encoding="utf-8")
    return folder


def measured(
    collection: Collection, limits: Limits = LIMITS, floor: float = 0.01
) -> dict[str, float]:
    (found,) = issue_quality(collection, None, limits, [floor], edition=12)
    return {name: round(getattr(found, name), 6) for name in found.__slots__ if name != "intervals"}


def test_the_figures_are_those_that_are_counted_by_hand(folder: Path) -> None:
    found = measured(read_collection(folder, "keywords"))
    # Tides: three picks of six alike, the first in the page's order, all judged relevant, of four.
    # Moths: one pick, right, of two relevant ones, and one paper that fills.
    assert found == {
        "floor": 0.01,
        "picks": 2.0,
        "precision": 1.0,
        "recall": 0.625,
        "f1": round(2 * 0.625 / 1.625, 6),
        "empty": 0.0,
        "fill": 0.5,
    }


def test_papers_that_nobody_judged_relevant_cost_precision(folder: Path) -> None:
    found = measured(read_collection(folder, "keywords"), Limits(6, 0, 0.01))
    assert (found["picks"], found["precision"]) == (3.5, round(5 / 7, 6))


def test_a_floor_that_nothing_reaches_leaves_issues_empty(folder: Path) -> None:
    found = measured(read_collection(folder, "keywords"), floor=2.0)
    assert (found["picks"], found["empty"], found["fill"], found["f1"]) == (0, 1, 0, 0)


def test_intervals_hold_the_mean(folder: Path) -> None:
    (found,) = issue_quality(read_collection(folder), None, LIMITS, [0.01], edition=4)
    for name, (low, high) in found.intervals.items():
        assert low <= getattr(found, name) <= high


def test_the_command_prints_issues_and_the_curve(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("lab", "evaluate", str(folder), "--queries", "keywords", "--ranker", "lexical")
    said = inside(capsys, folder, *arguments, "--batch", "12", "--max-papers", "3", "--json").one
    assert said["ndcg@10"] > 0.6
    assert said["issues"]["precision"] == 1.0
    floors = [row["floor"] for row in said["floors"]]
    assert floors == sorted({*FLOORS, said["issues"]["floor"]})
    assert "issues, floor" in inside(capsys, folder, *arguments).out
    assert "issues" not in inside(capsys, folder, *arguments, "--no-issues", "--json").one


class Counted:
    """A model that counts what it embeds."""

    name = "counted"
    width = 8

    def __init__(self) -> None:
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return np.ones((len(texts), self.width), np.float32)


def test_a_second_evaluation_embeds_nothing(folder: Path, tmp_path: Path) -> None:
    collection, model = read_collection(folder), Counted()
    first, second = (
        issue_quality(collection, Semantics(model, VectorFile(path)), LIMITS, [0.01])
        for path in [tmp_path / "kept" / "vectors.sqlite"] * 2
    )
    distinct = len({(paper.title, paper.abstract) for paper in collection.papers})
    assert model.texts == distinct + len(collection.queries)
    assert first == second


def test_a_place_where_nothing_can_be_kept_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot keep vectors there"):
        VectorFile(tmp_path)
