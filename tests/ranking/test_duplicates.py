"""Which papers are near-duplicates, when an abstract is missing."""

from __future__ import annotations

from typing import Any

import pytest

from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index

TITLE = "A Letter about Kettles"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"doi": "10.1000/a"}, {}, True),
        ({"doi": "10.1000/a"}, {"doi": "10.1000/b"}, False),
        ({"arxiv_id": "2601.00001"}, {"arxiv_id": "2601.00002"}, False),
        ({"authors": ("Ann Moss",)}, {"authors": ("A. Moss", "Bo Li")}, True),
        ({"authors": ("Ann Moss",)}, {"authors": ("Bo Li",)}, False),
    ],
)
def test_one_title_without_abstracts_is_one_paper_unless_told_otherwise(
    one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    papers = [Paper(1, TITLE, "", **one), Paper(2, TITLE, "", **other)]
    found = near(papers)
    assert found == ({1: frozenset({2}), 2: frozenset({1})} if same else {})


def near(papers: list[Paper]) -> dict[int, frozenset[int]]:
    return dict(Index.build(papers, Background.of(papers)).duplicates)
