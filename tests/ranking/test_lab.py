"""The lab measures the code that ranks editions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.ranking import lab
from digest.ranking.baseline import bm25
from digest.ranking.collection import CollectionError, read_collection

WORDS = ["tides", "birds", "rocks", "stars", "rivers"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a collection of five topics, each asked for by its word."""
    docs = [
        {"id": f"d{n}", "title": f"{WORDS[n % 5]} {n}", "text": f"A study of {WORDS[n % 5]}."}
        for n in range(100)
    ]
    queries = [{"id": f"q{n}", "text": f"{word}, “-what?"} for n, word in enumerate(WORDS)]
    keywords = [{"id": f"q{n}", "text": word} for n, word in enumerate(WORDS)]
    for name, rows in (("docs", docs), ("queries", queries), ("keywords", keywords)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    judged = [f"q{n % 5}\td{n}\t1\n" for n in range(100)]
    (tmp_path / "qrels.tsv").write_text("".join(judged), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("ranker", [bm25, lab.our_ranker(None)])
@pytest.mark.parametrize("kind", ["queries", "keywords"])
def test_a_perfect_ranking_measures_one(folder: Path, ranker: lab.Ranker, kind: str) -> None:
    found, _ = lab.evaluation(read_collection(folder, kind), "x", ranker)  # type: ignore[arg-type]
    assert found.queries == 5
    assert found.means == dict.fromkeys(lab.MEASURES, 1.0)
    assert set(found.as_json()) == {"ranker", "queries", *lab.MEASURES, "ci"}


def test_scores_of_small_editions_merge_without_loss(folder: Path) -> None:
    collection = read_collection(folder, "keywords")
    whole, _ = lab.evaluation(collection, "x", lab.our_ranker(None))
    batched, _ = lab.evaluation(collection, "x", lab.our_ranker(None), batch=7)
    assert batched.means == whole.means


def test_liked_papers_are_out_of_ranking_and_judgements(folder: Path) -> None:
    found, _ = lab.evaluation(
        read_collection(folder, "keywords"), "x", lab.our_ranker(None), likes=3
    )
    assert found.queries == 5
    assert found.means["recall@100"] == 1.0


def test_a_ranker_does_not_differ_from_itself(folder: Path) -> None:
    collection = read_collection(folder)
    _, values = lab.evaluation(collection, "x", bm25)
    compared = lab.compare(collection, ("a", values), ("b", values))
    assert (compared.mean, compared.p_permutation) == (0.0, 1.0)


def test_a_clear_difference_is_significant(folder: Path) -> None:
    collection = read_collection(folder)
    good = {name: [0.9, 0.8, 1.0, 0.9, 0.7] * 4 for name in lab.MEASURES}
    bad = {name: [0.1, 0.2, 0.0, 0.3, 0.1] * 4 for name in lab.MEASURES}
    assert lab.compare(collection, ("bad", bad), ("good", good)).p_permutation < 0.01


def test_a_bad_line_is_named(folder: Path) -> None:
    with (folder / "docs.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    with pytest.raises(CollectionError, match=r"docs\.jsonl, line 101"):
        read_collection(folder)


def test_no_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"docs\.jsonl"):
        read_collection(tmp_path)
