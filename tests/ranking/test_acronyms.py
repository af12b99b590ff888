"""Short forms that readers type and papers spell out."""

from __future__ import annotations

import pytest

from digest.papers import Paper
from digest.ranking.acronyms import standard
from digest.ranking.background import Background
from digest.ranking.index import Index
from subscribers.profile import parse

OTHERS = [Paper(n, f"Basket {n}", f"A study of willow number {n}.") for n in range(10, 40)]


def found(keyword: str, *papers: Paper) -> set[int]:
    every = [*papers, *OTHERS]
    return set(Index.build(every, Background.of(every)).rank([parse(keyword)])[0].papers)


@pytest.mark.parametrize(
    ("keyword", "title"),
    [
        ("RLHF", "Reinforcement Learning from Human Feedback at Scale"),
        ("nerf", "Relightable Neural Radiance Fields"),
        ("VLMs", "Vision-Language Models that Count"),
        ("LoRA", "Low-Rank Adaptation without Tears"),
        ("SLAM", "Simultaneous Localization and Mapping under Water"),
        ("sparse autoencoders", "SAEs of Small Models"),
        ("retrieval-augmented generation", "Answers by RAG"),
    ],
)
def test_a_usual_short_form_and_what_it_spells_out_find_each_other(
    keyword: str, title: str
) -> None:
    assert found(keyword, Paper(1, title, "")) == {1}


def test_the_archive_decides_what_a_short_form_means() -> None:
    own = Paper(1, "Nerve repair", "We name nerve edge repair forms (NERF).")
    assert 2 not in found("NeRF", own, Paper(2, "Radiance Fields", ""))


def test_every_shipped_form_has_several_words() -> None:
    assert all(len(long) > 1 for long in standard().values())
